import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SshTarget } from '../base/target.ts';
import type { TargetProcess } from '../base/transport.ts';
import { askpassFor } from './askpass.ts';
import { makeRoom, REFUSED_KEYS_FILE } from './openssh-room.ts';

/** Number of characters of stderr that are kept for messages. */
const MOST_SAID = 8192;
/** Time in which ssh must end after a signal. Milliseconds. */
const PATIENCE_MS = 2_000;

/** A process of the system's ssh with one session on the host. */
export interface SshProcess {
  readonly process: TargetProcess;
  /** Resolves to true when the session can be used; to false if ssh ended before that. */
  readonly ready: Promise<boolean>;
  /** Resolves to the exit status when the process has ended; undefined if a signal ended it. */
  readonly ended: Promise<number | undefined>;
  /** Messages of ssh, and everything that was written to stderr before the session was ready. */
  said(): string;
  /** Ends the process and all of its children. Resolves when it has ended. */
  kill(): Promise<void>;
}

/** A connection of the system's ssh. It exists as long as any of its sessions. */
export interface Master extends SshProcess {
  /** Starts a further session on the same connection. */
  session(command: string): SshProcess;
  /** False as soon as the connection is gone. */
  readonly isUp: boolean;
}

/** Options of all connections: they use and change no connection of the user, and ask nobody. */
const ALWAYS = [
  'IgnoreUnknown=ForkAfterAuthentication,StdinNull,SessionType',
  'ForkAfterAuthentication=no',
  'StdinNull=no',
  'SessionType=default',
  'RemoteCommand=none',
  'ClearAllForwardings=yes',
  'ForwardX11=no',
  'Tunnel=no',
  'ControlPersist=no',
  'NumberOfPasswordPrompts=1',
];

/**
 * Starts ssh with `command` as its first session; `ready` tells whether it succeeded. Throws if there is no program
 * ssh.
 */
export async function startMaster(target: SshTarget, command: string): Promise<Master> {
  for (const one of [target, ...target.jumps]) await makeKnownHostsFolder(one);
  const room = makeRoom();
  const { folder } = room;
  const askpass = await askpassFor(target, folder).catch((error: unknown) => {
    room.clear();
    throw error;
  });
  const control = join(folder, 'control');
  const environment = { ...process.env, ...askpass.environment };
  const args = [...refusing(target, folder), ...target.openssh.options, ...optionsOf(target), '-T', '-S', control];
  let sessions = 0;
  let isUp = true;
  const start = (kind: 'master' | 'session', remote: string): SshProcess => {
    sessions += 1;
    const log = join(folder, `log-${sessions}`);
    // If a session cannot use the connection, ssh would silently make one of its own. This option prevents that.
    const how =
      kind === 'master'
        ? ['-M', '-o', 'LogLevel=INFO']
        : ['-o', 'ControlMaster=no', '-o', 'ProxyCommand=false', '-o', 'LogLevel=DEBUG1'];
    const child = spawn('ssh', [...how, ...args, '-E', log, '--', target.alias, remote], {
      stdio: 'pipe',
      detached: true,
      env: environment,
    });
    if (child.pid !== undefined && kind === 'master') {
      askpass.answerTo(child.pid);
      room.watch(child.pid);
    }
    const isReady = (): boolean =>
      kind === 'master' ? existsSync(control) : /mux_client_request_session: master session id/.test(readText(log));
    return follow(child, { kind, folder, log, isReady });
  };
  const master = start('master', command);
  void master.ended.then(() => {
    isUp = false;
    askpass.close();
    room.clear();
  });
  void master.ready.then(() => askpass.close());
  return {
    ...master,
    get isUp() {
      return isUp;
    },
    session: (remote) => start('session', remote),
  };
}

/** These options come first, so that no other setting makes ssh trust these keys. */
function refusing({ refusedKeys, openssh }: SshTarget, folder: string): readonly string[] {
  // A list of revoked keys that the operator configured is kept, because ssh takes only one.
  if (refusedKeys === undefined || openssh.reasons.some((reason) => reason.startsWith('RevokedHostKeys '))) return [];
  const file = join(folder, REFUSED_KEYS_FILE);
  writeFileSync(file, refusedKeys.keys.map((key) => `${key}\n`).join(''), { mode: 0o600 });
  return ['-o', `RevokedHostKeys=${file}`];
}

/** ssh creates ~/.ssh, and no other folder. Without the folder, a new host would be accepted as new each time. */
async function makeKnownHostsFolder({ hostKeyChecking, knownHostsFiles: [file] }: SshTarget): Promise<void> {
  if (hostKeyChecking !== 'accept-new' || file === undefined) return;
  // If the folder cannot be made, ssh reports why it writes nothing.
  await mkdir(dirname(file), { recursive: true, mode: 0o700 }).catch(() => {});
}

function optionsOf(target: SshTarget): readonly string[] {
  const hasSecret = target.password !== undefined || target.passphrase !== undefined;
  const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));
  return [
    ...ALWAYS,
    `StrictHostKeyChecking=${{ strict: 'yes', 'accept-new': 'accept-new', off: 'no' }[target.hostKeyChecking]}`,
    `ConnectTimeout=${seconds(target.connectTimeoutMs)}`,
    `ServerAliveInterval=${target.keepAliveMs === 0 ? 0 : seconds(target.keepAliveMs)}`,
    'ServerAliveCountMax=3',
    `BatchMode=${hasSecret ? 'no' : 'yes'}`,
  ].flatMap((option) => ['-o', option]);
}

interface Following {
  readonly kind: 'master' | 'session';
  readonly folder: string;
  readonly log: string;
  readonly isReady: () => boolean;
}

function follow(child: ChildProcessWithoutNullStreams, { kind, folder, log, isReady }: Following): SshProcess {
  let beside = '';
  let ownWords = '';
  let failure = '';
  const listen = (data: Buffer): void => {
    beside = (beside + data.toString()).slice(-MOST_SAID);
  };
  child.stderr.on('data', listen);
  // The users of the streams handle their errors.
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {});
  const ended = new Promise<number | undefined>((resolve) => {
    child.once('error', (error) => {
      failure = error.message;
      resolve(undefined);
    });
    child.once('exit', () => (ownWords = readText(log)));
    child.once('close', (status) => resolve(status ?? undefined));
  });
  const ready = new Promise<boolean>((resolve) => {
    const settle = (answer: boolean): void => {
      watcher.close();
      child.stderr.off('data', listen);
      resolve(answer);
    };
    const look = (): void => {
      if (isReady()) settle(true);
    };
    const watcher = watch(folder, { persistent: false }, look);
    watcher.on('error', () => {});
    void ended.then(() => settle(false));
    look();
  });
  const signal = (name: NodeJS.Signals): void => {
    try {
      // ssh leads a process group that contains its proxy commands.
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // All of them have ended.
    }
  };
  return {
    process: {
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      ended,
      abandon: () => {
        for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
        // The end of the process of a further session closes only its channel. The first process holds the connection
        // of all sessions.
        if (kind === 'session') signal('SIGTERM');
      },
    },
    ready,
    ended,
    said: () =>
      [failure, ownWords === '' ? readText(log) : ownWords, beside].filter((text) => text.trim() !== '').join('\n'),
    kill: async () => {
      signal('SIGTERM');
      const impatience = setTimeout(() => signal('SIGKILL'), PATIENCE_MS);
      await ended;
      clearTimeout(impatience);
    },
  };
}

/** Read synchronously: it is a few lines of a file that is usually in memory. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(-MOST_SAID);
  } catch {
    return '';
  }
}
