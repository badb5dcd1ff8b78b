import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Installed } from '../python-environment.ts';
import { writeAnsiblePlay } from './ansible-play.ts';
import type { Reach } from './bench-site.ts';
import { writeFloorPlay } from './floor-play.ts';
import { writePyinfraPlay } from './pyinfra-play.ts';
import { ansible, pyinfra } from './python-tools.ts';
import { writeRunbookPlay } from './runbook-play.ts';
import type { BenchHost, BenchTask } from './tasks.ts';

export const TOOL_NAMES = ['floor-ssh2', 'floor-openssh', 'runbook', 'pyinfra', 'mitogen', 'ansible'] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

export interface CommandLine {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Tool {
  readonly name: ToolName;
  write(folder: string, tasks: readonly BenchTask[], hosts: readonly BenchHost[], reach: Reach): Promise<void>;
  /** Both runs use the same command, except the floors, which have one program for making and one for looking. */
  command(folder: string, hosts: number, run: 'first' | 'no-change'): CommandLine;
}

export const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');
const FLOOR_OVER_SSH2 = join(import.meta.dirname, 'floor-over-ssh2.ts');
/** More than Ansible's default of 5; with more than this, its workers only compete for the processors. */
const ANSIBLE_FORKS = 20;

/** Returns the tool with its best documented settings, or the reason why it cannot be measured. */
export async function tool(name: ToolName): Promise<Tool | { readonly name: ToolName; readonly missing: string }> {
  switch (name) {
    case 'runbook':
      return { name, write: writeRunbookPlay, command: playCommand };
    case 'floor-ssh2':
      return {
        name,
        write: writeFloorPlay,
        command: (folder, _hosts, run) => ({
          program: process.execPath,
          args: [FLOOR_OVER_SSH2, join(folder, 'floor.json'), script(run)],
          env: {},
        }),
      };
    case 'floor-openssh':
      return {
        name,
        write: writeFloorPlay,
        command: (folder, _hosts, run) => ({ program: 'sh', args: [join(folder, `floor-${script(run)}.sh`)], env: {} }),
      };
    case 'ansible':
      return python(name, await ansible(), (folder) => ({
        write: writeAnsiblePlay,
        command: (at) => ansibleCommand(folder, at, {}),
      }));
    case 'mitogen': {
      const installed = await ansible();
      if (installed.kind === 'missing') return { name, missing: installed.why };
      const [python3 = ''] = await readdir(join(installed.folder, 'lib'));
      const plugins = join(installed.folder, 'lib', python3, 'site-packages/ansible_mitogen/plugins/strategy');
      const settings = { ANSIBLE_STRATEGY_PLUGINS: plugins, ANSIBLE_STRATEGY: 'mitogen_linear' };
      return { name, write: writeAnsiblePlay, command: (at) => ansibleCommand(installed.folder, at, settings) };
    }
    case 'pyinfra':
      return python(name, await pyinfra(), (folder) => ({
        write: writePyinfraPlay,
        command: (at, hosts) => ({
          program: 'sh',
          args: [
            '-c',
            `cd "$1" && exec "$2" inventory.py deploy.py -y --parallel ${hosts}`,
            'sh',
            at,
            join(folder, 'bin/pyinfra'),
          ],
          env: {},
        }),
      }));
  }
}

function script(run: 'first' | 'no-change'): 'make' | 'look' {
  return run === 'first' ? 'make' : 'look';
}

function python(
  name: ToolName,
  installed: Installed,
  make: (folder: string) => Omit<Tool, 'name'>,
): Tool | { readonly name: ToolName; readonly missing: string } {
  return installed.kind === 'missing' ? { name, missing: installed.why } : { name, ...make(installed.folder) };
}

/** Runs without the lock: all hosts are one machine, so only one of them would get it. */
export function playCommand(folder: string): CommandLine {
  return runbookCommand(folder, ['play', join(folder, 'site.yml'), '-i', join(folder, 'inventory.yml'), '--no-lock']);
}

/** Puts the journal and the caches into the folder of the bench. */
export function runbookCommand(folder: string, args: readonly string[]): CommandLine {
  return {
    program: process.execPath,
    args: [RUNBOOK, ...args],
    env: { RUNBOOK_STATE: join(folder, 'state'), XDG_CACHE_HOME: join(folder, 'cache') },
  };
}

function ansibleCommand(environment: string, folder: string, more: Readonly<Record<string, string>>): CommandLine {
  return {
    program: join(environment, 'bin/ansible-playbook'),
    args: ['-i', join(folder, 'inventory.yml'), join(folder, 'site.yml')],
    env: {
      ANSIBLE_PIPELINING: 'True',
      ANSIBLE_FORKS: String(ANSIBLE_FORKS),
      ANSIBLE_HOST_KEY_CHECKING: 'False',
      ANSIBLE_SSH_ARGS:
        '-F /dev/null -o LogLevel=ERROR -o ControlMaster=auto -o ControlPersist=60s -o UserKnownHostsFile=/dev/null -o PreferredAuthentications=publickey',
      ANSIBLE_REMOTE_TEMP: '/tmp/runbook-bench-ansible',
      ANSIBLE_LOCAL_TEMP: join(folder, 'tmp'),
      ANSIBLE_HOME: join(folder, 'ansible'),
      ANSIBLE_RETRY_FILES_ENABLED: 'False',
      ...more,
    },
  };
}
