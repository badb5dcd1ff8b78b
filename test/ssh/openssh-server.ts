import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { SshTarget } from '../../engine/connection/base/target.ts';
import { testTarget, type TargetChanges } from './test-target.ts';
import { isOverOpenssh } from './transports.ts';

const run = promisify(execFile);

/** A user that only the server has. Its sudo rule is a line of sudoers without the user: `ALL=(ALL) ALL`. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly password: string;
  readonly shell?: string;
  readonly sudo?: string;
}

export interface OpensshServer {
  readonly port: number;
  /** The folder of all its files. */
  readonly folder: string;
  /** Its public host key in the form of known_hosts: type and base64. */
  readonly hostKey: string;
  readonly identityFile: string;
  readonly knownHosts: string;
  /** Returns all settings to reach it; parts can be replaced. */
  target(changes?: TargetChanges): SshTarget;
  /** Returns its log so far. */
  log(): Promise<string>;
  /** Returns the number of its current connections. */
  sessions(): Promise<number>;
  /** Returns the processor time of itself and of its sessions that have ended, with all their processes. */
  cpuMs(): Promise<number>;
  /** Ends it and all of its sessions, so that no server listens until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** Ends it and all of its sessions forever. */
  stop(): Promise<void>;
}

/**
 * A real OpenSSH server on a free port of the loopback address, with its own keys in a temporary folder. It reads and
 * changes no SSH setting of this machine. The user who runs the test can log in; if that is root, every user can.
 * `config` adds or replaces options of sshd_config. With `accounts` (root only), the server has users that this machine
 * does not have: it gets a mount namespace of its own, with other files in place of passwd, shadow and sudoers.
 * `mounts` (root only) is shell text that makes further mounts in that namespace; $folder is the server's folder.
 */
export async function startOpensshServer(
  config: Readonly<Record<string, string>> = {},
  accounts: readonly Account[] = [],
  mounts = '',
): Promise<OpensshServer> {
  const sshd = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path));
  if (sshd === undefined) throw new Error('There is no sshd here: apt-get install openssh-server');
  const folder = await mkdtemp(join(tmpdir(), 'runbook-sshd-'));
  // sshd reads the keys with the rights of the user who logs in.
  await chmod(folder, 0o755);
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const hostKeyFile = join(folder, 'host_ed25519');
  const identityFile = join(folder, 'identity');
  await Promise.all([makeKey(hostKeyFile), makeKey(identityFile)]);
  const authorized = join(folder, 'authorized_keys');
  await writeFile(authorized, await readFile(`${identityFile}.pub`), { mode: 0o644 });
  const hostKey = (await readFile(`${hostKeyFile}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
  const port = await freePort();
  const knownHosts = join(folder, 'known_hosts');
  await writeFile(knownHosts, `[127.0.0.1]:${port} ${hostKey}\n`);
  const configFile = join(folder, 'sshd_config');
  await writeFile(configFile, sshdConfig({ ...optionsFor(port, hostKeyFile, authorized), ...config }));
  const log = join(folder, 'log');
  await writeFile(log, '');
  const command = [sshd, '-D', '-f', configFile, '-E', log];
  const isApart = accounts.length > 0 || mounts !== '';
  const [program = sshd, ...rest] = isApart ? await apart(folder, accounts, mounts, command) : command;
  let server: ChildProcess;
  const up = async (): Promise<void> => {
    server = spawn(program, rest, { stdio: 'ignore', detached: true });
    await untilListening(server, port, log);
  };
  const down = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    await endSessions(server);
    server.kill('SIGTERM');
    await gone;
  };
  await up();
  return {
    port,
    folder,
    hostKey,
    identityFile,
    knownHosts,
    target: (changes = {}) =>
      testTarget({ port, identityFiles: [identityFile], knownHostsFiles: [knownHosts], ...changes }),
    log: () => readFile(log, 'utf8'),
    sessions: async () => (await sessionsOf(server)).length,
    cpuMs: () => cpuMsOf(server),
    down,
    up,
    stop: async () => {
      await down();
      const told = await readFile(log, 'utf8');
      await rm(folder, { recursive: true, force: true });
      checkTransport(told);
    },
  };
}

/** Throws if a test of the system's ssh has connected by ssh2, as the log of the server tells. */
function checkTransport(log: string): void {
  if (isOverOpenssh() && /remote software version ssh2js/.test(log))
    throw new Error("A test of the system's ssh has connected by ssh2");
}

/** The unit of the times in /proc/PID/stat. */
const TICK_MS = 10;

async function cpuMsOf({ pid }: ChildProcess): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name of the program, in parentheses, may contain spaces.
  const [user, system, userOfEnded, systemOfEnded] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number);
  return [user, system, userOfEnded, systemOfEnded].reduce<number>((sum, ticks) => sum + (ticks ?? 0), 0) * TICK_MS;
}

function optionsFor(port: number, hostKeyFile: string, authorizedKeysFile: string): Readonly<Record<string, string>> {
  return {
    ListenAddress: `127.0.0.1:${port}`,
    HostKey: hostKeyFile,
    PidFile: 'none',
    AuthorizedKeysFile: authorizedKeysFile,
    StrictModes: 'no',
    UsePAM: 'no',
    PasswordAuthentication: 'no',
    PermitRootLogin: 'yes',
    UseDNS: 'no',
    MaxStartups: '100',
    ...(isOverOpenssh() ? { LogLevel: 'DEBUG1' } : {}),
  };
}

function sshdConfig(options: Readonly<Record<string, string>>): string {
  return Object.entries(options)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
}

async function apart(
  folder: string,
  accounts: readonly Account[],
  mounts: string,
  command: readonly string[],
): Promise<readonly string[]> {
  const lines = { passwd: '', shadow: '', sudoers: 'root ALL=(ALL) ALL\n' };
  for (const { name, uid, password, shell = '/bin/sh', sudo } of accounts) {
    const { stdout } = await run('openssl', ['passwd', '-6', password]);
    lines.passwd += `${name}:x:${uid}:${uid}::/:${shell}\n`;
    lines.shadow += `${name}:${stdout.trim()}:19000:0:99999:7:::\n`;
    if (sudo !== undefined) lines.sudoers += `${name} ${sudo}\n`;
  }
  await writeFile(join(folder, 'passwd'), (await readFile('/etc/passwd', 'utf8')) + lines.passwd, { mode: 0o644 });
  await writeFile(join(folder, 'shadow'), (await readFile('/etc/shadow', 'utf8')) + lines.shadow, { mode: 0o600 });
  await writeFile(join(folder, 'sudoers'), lines.sudoers, { mode: 0o440 });
  const files = accounts.length === 0 ? [] : ['passwd', 'shadow', 'sudoers'];
  const binds = files.map((name) => `mount --bind ${folder}/${name} /etc/${name}\n`).join('');
  return ['unshare', '--mount', 'sh', '-c', `set -e\nfolder=${folder}\n${binds}${mounts}\nexec "$@"`, 'sh', ...command];
}

/** Returns the processes of single connections, which are children of this server. */
async function sessionsOf(server: ChildProcess): Promise<readonly number[]> {
  if (server.pid === undefined) return [];
  const children = await readFile(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').catch(() => '');
  return children
    .split(' ')
    .map(Number)
    .filter((child) => child > 0);
}

async function endSessions(server: ChildProcess): Promise<void> {
  for (const session of await sessionsOf(server)) {
    try {
      process.kill(session, 'SIGKILL');
    } catch {
      // The process has already ended.
    }
  }
}

export async function makeKey(file: string, options: readonly string[] = ['-N', '']): Promise<void> {
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-C', 'runbook-test', ...options, '-f', file]);
}

export async function authorize(server: OpensshServer, publicKeyFile: string): Promise<void> {
  await appendFile(join(server.folder, 'authorized_keys'), await readFile(publicKeyFile));
}

/** Returns a port of the loopback address that no server uses. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port');
  return address.port;
}

async function untilListening(server: ChildProcess, port: number, log: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`sshd ended: ${await readFile(log, 'utf8')}`);
    const socket = connect(port, '127.0.0.1');
    const up = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (up) return;
    if (Date.now() > deadline) throw new Error(`sshd does not listen: ${await readFile(log, 'utf8')}`);
    await sleep(20);
  }
}
