import { cp, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from './cache.ts';
import { run } from './command.ts';
import type { HostState, LabState } from './state.ts';

/** Makes the lab's own key if it does not exist, and returns its public half. */
export async function makeOperatorKey(key: string): Promise<string> {
  if (!(await exists(key))) await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'runbook-lab', '-f', key]);
  return await readFile(`${key}.pub`, 'utf8');
}

/** Writes a host key into a disk before its first boot, so that the host is known without a question. */
export async function layHostKey(upper: string): Promise<void> {
  const folder = join(upper, 'etc/ssh');
  await mkdir(folder, { recursive: true });
  const key = join(folder, 'ssh_host_ed25519_key');
  if (!(await exists(key))) await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', key]);
}

/** Lets the key of the lab log in as the user with this `home` in the base system. */
export async function authorize(base: string, upper: string, home: string, publicKey: string): Promise<void> {
  await cp(join(base, home), join(upper, home), { recursive: true });
  const folder = join(upper, home, '.ssh');
  await mkdir(folder, { mode: 0o700 });
  await writeFile(join(folder, 'authorized_keys'), publicKey, { mode: 0o600 });
  const { uid, gid } = await stat(join(base, home));
  await run(['chown', '-R', `${uid}:${gid}`, join(upper, home)]);
}

/** Returns one line for known_hosts: the host by its address and by its name. */
export async function knownHost(host: HostState, upper: string): Promise<string> {
  const [type, key] = (await readFile(join(upper, 'etc/ssh/ssh_host_ed25519_key.pub'), 'utf8')).split(' ');
  return `${host.address},${host.name} ${type ?? ''} ${(key ?? '').trim()}\n`;
}

/** Returns a command line that enters the network of the lab and runs a command on a host, over ssh. */
export function sshCommand(state: LabState, host: HostState, remote: readonly string[]): string[] {
  const options = {
    UserKnownHostsFile: `"${state.knownHosts}"`,
    GlobalKnownHostsFile: '/dev/null',
    StrictHostKeyChecking: 'yes',
    IdentitiesOnly: 'yes',
    BatchMode: 'yes',
    ConnectTimeout: '2',
    LogLevel: 'ERROR',
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return [
    ...state.enter,
    'ssh',
    '-F',
    '/dev/null',
    '-i',
    state.key,
    ...flags,
    `${state.user}@${host.address}`,
    ...remote,
  ];
}
