import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import type { ReachCase } from './reach-case.ts';
import { ACCOUNT, publicKey, type Reach, type ServerName } from './servers.ts';

const run = promisify(execFile);
const RUNBOOK = join(import.meta.dirname, '../../../bin/runbook.js');

/** Passes its input to a host and a port, and prints the data that come back. */
const RELAY = join(import.meta.dirname, 'relay.cjs');

/** The results of both programs for one case. */
export interface Tried {
  /** Undefined if ssh was not asked. */
  readonly ssh: { readonly reached: boolean; readonly said: string } | undefined;
  readonly runbook: {
    readonly ok: boolean;
    readonly transport?: string;
    readonly code?: string;
    readonly said: string;
  };
}

/** A home of root with only the files of the case, which ssh finds by passwd; $1 is its folder. */
const AT_HOME = `set -e
mount --bind "$1/passwd" /etc/passwd
mount --bind "$1/ssh_config" /etc/ssh/ssh_config
export HOME="$1"
shift
exec "$@"`;

/** The content of this file on Debian. */
const SYSTEM_CONFIG = 'Host *\n    SendEnv LANG LC_*\n    HashKnownHosts yes\n    GSSAPIAuthentication yes\n';

/** Lets the system's ssh and runbook reach the host of a case from a separate home in `home`. Needs root. */
export async function tryReach(one: ReachCase, reach: Reach, home: string): Promise<Tried> {
  const socket = join(home, 'agent');
  const fill = (text: string): string => filled(text, reach, home, socket);
  const agent =
    one.agent === undefined
      ? undefined
      : await startAgent(
          socket,
          one.agent.map((name) => join(reach.folder, name)),
        );
  try {
    layOut(one, reach, home, fill);
    const environment = Object.entries(one.environment).map(([name, value]) => `${name}=${fill(value)}`);
    const auth = one.agent === undefined || one.hidesAgent === true ? [] : [`SSH_AUTH_SOCK=${socket}`];
    const env = ['env', '-u', 'SSH_AUTH_SOCK', ...environment, ...auth];
    const inHome = (...command: readonly string[]): readonly string[] => [
      '--mount',
      'sh',
      '-c',
      AT_HOME,
      'sh',
      home,
      ...env,
      ...command,
    ];
    const asked = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=20', ...one.ssh.map(fill), one.alias];
    const ssh = one.without === 'ssh' ? undefined : await askSsh(inHome('ssh', '-T', ...asked, 'exec sh'));
    const variables = {
      ansible_host: one.alias,
      ...Object.fromEntries(
        Object.entries(one.vars).map(([name, value]) => [name, typeof value === 'string' ? fill(value) : value]),
      ),
    };
    writeFileSync(join(home, 'hosts.yml'), JSON.stringify({ all: { hosts: { h: variables } } }));
    const args = [
      process.execPath,
      RUNBOOK,
      'ping',
      'h',
      '--trust',
      '-i',
      join(home, 'hosts.yml'),
      '--output',
      'json',
      '--timeout',
      '20',
    ];
    return { ssh, runbook: await askRunbook(inHome(...args)) };
  } finally {
    agent?.kill();
  }
}

function filled(text: string, reach: Reach, home: string, socket: string): string {
  const read = (name: string): string => readFileSync(join(reach.folder, name), 'utf8');
  return text
    .replaceAll(/HOST\((.+?) (\w+)(?: ([\w.]+))?\)/g, (_, host: string, name: string, key: string | undefined) =>
      hostBlock(host, name, key),
    )
    .replaceAll(/\bRELAY\b/g, `${process.execPath} ${RELAY}`)
    .replaceAll(/PORT\((\w+)\)/g, (_, name: ServerName) => `${reach.port(name)}`)
    .replaceAll(/KEY\((\w+)\)/g, (_, name: ServerName) => reach.hostKey(name))
    .replaceAll(/PUBLIC\(([\w-]+)\)/g, (_, name: string) => publicKey(join(reach.folder, name)))
    .replaceAll(/PRIVATE\((\w+)\)/g, (_, name: string) => read(name))
    .replaceAll('$USER', () => ACCOUNT.name)
    .replaceAll('$PASSWORD', () => ACCOUNT.password)
    .replaceAll(/\$F\b/g, reach.folder)
    .replaceAll(/\$H\b/g, home)
    .replaceAll(/\$A\b/g, socket);
}

function hostBlock(host: string, server: string, key: string | undefined): string {
  const identity = key === undefined ? '' : `\n  IdentityFile $F/${key}`;
  return `Host ${host}\n  HostName 127.0.0.1\n  Port PORT(${server})${identity}`;
}

function layOut(one: ReachCase, reach: Reach, home: string, fill: (text: string) => string): void {
  const write = (name: string, content: string): void => {
    const path = join(home, '.ssh', fill(name));
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, content, { mode: 0o600 });
  };
  const known = (one.knows ?? one.servers).map((name) => `[127.0.0.1]:${reach.port(name)} ${reach.hostKey(name)}\n`);
  write('known_hosts', `${known.join('')}${fill(one.known)}\n`);
  if (one.config !== '') write('config', `${fill(one.config)}\n`);
  for (const [name, content] of Object.entries(one.files)) write(name, fill(content));
  const passwd = readFileSync('/etc/passwd', 'utf8').replace(
    /^root:(.*):\/root:/m,
    (_, fields: string) => `root:${fields}:${home}:`,
  );
  writeFileSync(join(home, 'passwd'), passwd);
  writeFileSync(join(home, 'ssh_config'), SYSTEM_CONFIG);
  chmodSync(home, 0o755);
}

async function startAgent(socket: string, keys: readonly string[]): Promise<{ kill(): void }> {
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  await vi.waitFor(() => {
    if (!existsSync(socket)) throw new Error('The agent does not listen yet');
  }, 20_000);
  for (const key of keys) await run('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
  return { kill: () => void agent.kill() };
}

interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

async function said(args: readonly string[], input: string): Promise<Said> {
  const child = spawn('unshare', args, { stdio: 'pipe', detached: true });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  await once(child, 'close');
  return { stdout, stderr };
}

async function askSsh(args: readonly string[]): Promise<Tried['ssh']> {
  const { stdout, stderr } = await said(args, 'echo reached-$((6 * 7))\n');
  return { reached: stdout.includes('reached-42'), said: stderr };
}

async function askRunbook(args: readonly string[]): Promise<Tried['runbook']> {
  const { stdout, stderr } = await said(args, '');
  const [line = ''] = stdout.split('\n');
  if (line === '') return { ok: false, said: stderr };
  return { ...JSON.parse(line), said: `${line}\n${stderr}` };
}
