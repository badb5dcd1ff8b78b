import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SshTarget } from './base/target.ts';
import type { Transport } from './base/transport.ts';
import { Unreachable } from './base/unreachable.ts';
import { OpensshTransport } from './openssh/openssh-transport.ts';
import type { ConnectionContext } from './ssh/connection-context.ts';
import { HostKeyCheck } from './ssh/host-key.ts';
import { connectSsh } from './ssh/ssh-transport.ts';

const run = promisify(execFile);

/**
 * Connects by ssh2, which is faster. Uses the system's ssh if ssh2 does not support a setting, or if ssh2 failed and
 * ssh may succeed. Throws Unreachable.
 */
export async function connectOverSsh(
  target: SshTarget,
  context: ConnectionContext,
  signal: AbortSignal | undefined,
): Promise<Transport> {
  const reasons = [
    ...target.openssh.reasons,
    ...(target.openssh.use === 'always' ? [] : await authoritiesOf(target, context)),
  ];
  if (target.openssh.use === 'always' || reasons.length > 0) return byOpenssh(target, reasons, context, signal);
  try {
    return await connectSsh(target, context, signal);
  } catch (error) {
    const reason =
      error instanceof Unreachable && signal?.aborted !== true ? await whatSshCouldDo(target, error) : undefined;
    if (reason === undefined || !(await hasSsh())) throw error;
    return byOpenssh(target, [reason], context, signal);
  }
}

function byOpenssh(
  target: SshTarget,
  reasons: readonly string[],
  context: ConnectionContext,
  signal: AbortSignal | undefined,
): Transport {
  return new OpensshTransport({ ...target, openssh: { ...target.openssh, reasons } }, context, signal);
}

/**
 * Returns the authorities of the host and its jump hosts, as reasons to use ssh: ssh2 cannot check host certificates.
 */
async function authoritiesOf(target: SshTarget, { knownHosts }: ConnectionContext): Promise<readonly string[]> {
  const hosts = [target, ...target.jumps];
  if (!(await knownHosts.hasAuthority(hosts.flatMap((one) => one.knownHostsFiles)))) return [];
  const checks = await Promise.all(hosts.map((one) => HostKeyCheck.of(one, knownHosts)));
  return checks.flatMap(({ authority }) =>
    authority === undefined ? [] : [`${authority.file}:${authority.line} trusts an authority`],
  );
}

/** Returns as a sentence why ssh may reach a host that ssh2 could not reach; undefined if ssh would fail too. */
async function whatSshCouldDo(target: SshTarget, error: Unreachable): Promise<string | undefined> {
  if (error.code === 'no-common-algorithm') return 'ssh2 has no algorithm that the host takes';
  if (error.code !== 'authentication-failed') return undefined;
  for (const one of [target, ...target.jumps]) {
    if (ON_DEVICES.some((name) => one.identityFiles.length > 0 && existsSync(join(homedir(), '.ssh', name))))
      return 'there is a security key (FIDO)';
    if (one.agent !== undefined && (await holdsMore(one.agent)))
      return 'the agent holds certificates or security keys (FIDO)';
    if (await one.openssh.mayLogInOtherwise())
      return "ssh's configuration asks for a way to log in that ssh2 has none of";
  }
  const unread = /^.*(?:PKCS#8 form|is not a private key that can be used).*$/m.exec(error.why ?? '')?.[0];
  return unread === undefined ? undefined : `ssh2 cannot read a key: ${unread}`;
}

/** File names of keys on devices that ssh tries by default. */
const ON_DEVICES: readonly string[] = ['id_ed25519_sk', 'id_ecdsa_sk'];

/** Returns whether the agent has keys that ssh2 cannot use. False if the program that lists them is missing. */
async function holdsMore(socket: string): Promise<boolean> {
  const listed = run('ssh-add', ['-L'], { env: { ...process.env, SSH_AUTH_SOCK: socket }, timeout: 10_000 });
  return listed.then(
    ({ stdout }) => /^(?:sk-|\S+-cert-v01@openssh\.com )/m.test(stdout),
    () => false,
  );
}

function hasSsh(): Promise<boolean> {
  return run('ssh', ['-V'], { timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}
