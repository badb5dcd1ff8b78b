import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ended, ended } from './program.ts';
import { type TaskEvent, itemText } from './task-event.ts';

/** ansible-core in a virtual environment. `quick`: its modules are run by mitogen, which keeps one interpreter. */
export interface Ansible {
  readonly folder: string;
  readonly scratch: string;
  readonly quick: boolean;
  /** `ansible_collections` with further collections, if they are available. */
  readonly collections?: string;
  /** Words before the command. */
  readonly enter?: readonly string[];
}

export interface AnsibleRun extends Ended {
  readonly events: readonly TaskEvent[];
}

let runs = 0;

/** Mitogen sometimes hangs at its start. */
const HANGS_AFTER_MS = 240_000;

/**
 * Plays a playbook with Ansible. If a quick run has no task events, it is repeated without mitogen, because mitogen may
 * have hung. If the repeated run has none either, the playbook itself has none.
 */
export async function ansiblePlay(ansible: Ansible, cwd: string, args: readonly string[]): Promise<AnsibleRun> {
  const run = await playedOnce(ansible, cwd, args);
  return run.events.length === 0 && ansible.quick ? await playedOnce({ ...ansible, quick: false }, cwd, args) : run;
}

async function playedOnce(ansible: Ansible, cwd: string, args: readonly string[]): Promise<AnsibleRun> {
  runs += 1;
  const results = join(ansible.scratch, `results-${process.pid}-${runs}.jsonl`);
  writeFileSync(results, '');
  const env = { ...(await environment(ansible)), PARITY_RESULTS: results };
  const [program, ...before] = [...(ansible.enter ?? []), join(ansible.folder, 'bin/ansible-playbook')];
  const end = await ended({
    program,
    args: [...before, ...args],
    cwd,
    env,
    ...(ansible.quick ? { longest: ansible.enter === undefined ? HANGS_AFTER_MS : 6 * HANGS_AFTER_MS } : {}),
  });
  const lines = readFileSync(results, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return {
    ...end,
    events: lines
      .map((line) => JSON.parse(line))
      .filter(counts)
      .map(event),
  };
}

/** The environment has no settings of this user, and asks for results as JSON. */
export async function environment({ folder, scratch, quick, collections }: Ansible): Promise<NodeJS.ProcessEnv> {
  const config = join(scratch, 'ansible.cfg');
  if (!existsSync(config)) writeFileSync(config, '');
  return {
    PATH: process.env['PATH'],
    HOME: scratch,
    LC_ALL: 'C.UTF-8',
    PYTHONDONTWRITEBYTECODE: '1',
    ANSIBLE_CONFIG: config,
    ANSIBLE_HOME: join(scratch, 'ansible'),
    ANSIBLE_CALLBACK_PLUGINS: import.meta.dirname,
    ANSIBLE_STDOUT_CALLBACK: 'results_callback',
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_PIPELINING: '1',
    ANSIBLE_RETRY_FILES_ENABLED: '0',
    ANSIBLE_DEPRECATION_WARNINGS: '0',
    ANSIBLE_LOCALHOST_WARNING: '0',
    ANSIBLE_COLLECTIONS_PATH: collections ?? join(scratch, 'none'),
    ...(quick ? { ANSIBLE_STRATEGY: 'mitogen_linear', ANSIBLE_STRATEGY_PLUGINS: await strategies(folder) } : {}),
  };
}

async function strategies(folder: string): Promise<string> {
  const [python = ''] = await readdir(join(folder, 'lib'));
  return join(folder, 'lib', python, 'site-packages/ansible_mitogen/plugins/strategy');
}

interface Line {
  readonly kind: TaskEvent['status'];
  readonly host: string;
  readonly task: string;
  readonly action: string;
  readonly handler: boolean;
  readonly file: string;
  readonly loop: boolean;
  readonly ignored: boolean;
  readonly item?: TaskEvent['result'][string];
  readonly result: TaskEvent['result'];
}

/** A loop is represented by its items, if it has any, and an include by its tasks. */
function counts(line: Line): boolean {
  const isWhole = line.loop && line.item === undefined && line.result['skipped_reason'] !== 'No items in the list';
  return !isWhole && !/(?:^|\.)(?:include|import)_(?:tasks|role|playbook)$|(?:^|\.)meta$/.test(line.action);
}

function event(line: Line): TaskEvent {
  return {
    host: line.host,
    task: line.task,
    module: line.action.replace(/^.*\./, ''),
    handler: line.handler,
    file: line.file,
    item: itemText(line.item),
    status: line.kind,
    certain: true,
    result: line.result,
  };
}
