import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { vi } from 'vitest';
import { startOpensshServer, type OpensshServer } from './openssh-server.ts';
import { connectionVariables } from './transports.ts';

const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningPlay {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** The events of a run, as --output json prints them. */
export interface ToldEvent {
  readonly type: string;
  readonly host?: string;
  readonly [more: string]: unknown;
}

export interface Site {
  /** The folder of playbook, inventory and state. */
  readonly folder: string;
  readonly server: OpensshServer;
  /** The folder in which the hosts keep owed handlers, in place of /var/lib/runbook. */
  readonly owed: string;
  playbook(name: string, text: string): Promise<string>;
  /** Starts `runbook` with these arguments and the inventory of the site. `onEvent` needs --output json. */
  start(args: readonly string[], onEvent?: (event: ToldEvent, process: ChildProcess) => void): RunningPlay;
  run(args: readonly string[], onEvent?: (event: ToldEvent, process: ChildProcess) => void): Promise<Ended>;
  /** Resolves when nothing of the runs is left: no process on the hosts, and nothing on this machine. */
  quiet(): Promise<void>;
  /** Resolves when no process of the runs and no temporary file is left on this machine. */
  quietHere(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Hosts that are all one OpenSSH server, each with its own folder for the lock and for owed handlers, and the `runbook`
 * program to reach them. `hosts` has lines of variables by the name of the host; a host gets the address of the server
 * unless it names another port.
 */
export async function startSite(
  hosts: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  options: { readonly mounts?: string; readonly config?: Readonly<Record<string, string>> } = {},
): Promise<Site> {
  const mark = `site-${randomBytes(8).toString('hex')}`;
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'runbook-site-'));
  const owed = join(folder, 'owed');
  await mkdir(owed, { mode: 0o700 });
  await mkdir(join(folder, 'lock'), { mode: 0o700 });
  await mkdir(join(folder, 'home'));
  const state = join(folder, 'state');
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  await mkdir('/var/lib/runbook', { recursive: true, mode: 0o700 });
  await mkdir('/run/runbook', { recursive: true, mode: 0o700 });
  const mounts = `mount --bind ${folder}/lock /run/runbook\nmount --bind ${owed} /var/lib/runbook\n${options.mounts ?? ''}`;
  // Programs of a single test, in bin/ of the site, come first.
  const path = `${folder}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  const server = await startOpensshServer(
    { SetEnv: `RUNBOOK_TEST_SITE=${mark} HOME=${folder}/home PATH=${path}`, ...options.config },
    [],
    mounts,
  );
  await writeFile(join(folder, 'inventory.yml'), JSON.stringify(inventoryOf(server, hosts)));
  const start = starter(folder, state, temporary);
  const until = (isQuiet: () => Promise<void>): Promise<void> => vi.waitFor(isQuiet, { timeout: 30_000, interval: 20 });
  const quietHere = (): Promise<void> =>
    until(async () => {
      const left = [...(await processesWith(`RUNBOOK_STATE=${state}`)), ...(await readdir(temporary))];
      if (left.length > 0) throw new Error(`Left behind on this machine: ${left.join(', ')}`);
    });
  const quietThere = (): Promise<void> =>
    until(async () => {
      const left = await processesWith(`RUNBOOK_TEST_SITE=${mark}`);
      if (left.length > 0) throw new Error(`Still running on the hosts: ${left.join(', ')}`);
    });
  return {
    folder,
    server,
    owed,
    playbook: async (name, text) => {
      const file = join(folder, name);
      await writeFile(file, text);
      return file;
    },
    start,
    run: (args, onEvent) => start(args, onEvent).ended,
    quiet: async () => {
      await quietThere();
      await quietHere();
    },
    quietHere,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function inventoryOf(server: OpensshServer, hosts: Parameters<typeof startSite>[0]): object {
  return {
    all: {
      hosts,
      vars: {
        ansible_host: '127.0.0.1',
        ansible_port: server.port,
        ansible_user: userInfo().username,
        ansible_ssh_private_key_file: server.identityFile,
        ansible_host_key_checking: false,
        ...connectionVariables(),
      },
    },
  };
}

/** Starts the program in `folder`, with its own folders for the journal and for temporary files. */
function starter(folder: string, state: string, temporary: string): Site['start'] {
  return (args, onEvent) => {
    const env = {
      ...process.env,
      NO_COLOR: '1',
      RUNBOOK_STATE: state,
      XDG_CACHE_HOME: join(folder, 'cache'),
      TMPDIR: temporary,
    };
    const inventory = args[0] === 'runs' ? [] : ['-i', join(folder, 'inventory.yml')];
    const child = spawn(process.execPath, [RUNBOOK, ...args, ...inventory], { env, cwd: folder });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    if (onEvent !== undefined) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.startsWith('{')) onEvent(JSON.parse(line) as ToldEvent, child);
      });
    }
    const ended = new Promise<Ended>((resolve) => {
      child.once('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
    });
    return { process: child, ended };
  };
}

async function processesWith(variable: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
    if (environment.split('\0').includes(variable))
      found.push((await readFile(`/proc/${name}/cmdline`, 'latin1').catch(() => '')).replaceAll('\0', ' '));
  }
  return found;
}
