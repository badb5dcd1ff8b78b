import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { SshConfig } from '../connection/ssh-config.ts';
import { sshConfigFor } from '../connection/ssh-config.ts';
import type { SshTarget, Target } from '../connection/target.ts';
import { Problem } from '../errors/problem.ts';
import { Secret } from '../values/secret.ts';
import type { Scope, Value } from '../values/value.ts';

/** What the command line says about connections. Inventory variables win over it where Ansible's do. */
export interface TargetSettings {
  readonly user: string | undefined;
  readonly identityFile: string | undefined;
  readonly password: Secret | undefined;
  readonly connectTimeoutMs: number;
  readonly keepAliveMs: number;
}

/** How a host is reached where ansible_connection does not say. */
export function usualConnection(name: string): 'local' | 'ssh' {
  return name === 'localhost' ? 'local' : 'ssh';
}

/** Where and how to reach a host, from its variables, then `~/.ssh/config`, then the command line, then the defaults of ssh. */
export async function targetOf(name: string, scope: Scope, settings: TargetSettings): Promise<Target> {
  const kind = text(scope, 'ansible_connection') ?? usualConnection(name);
  if (kind === 'local') return { kind: 'local', name };
  if (kind !== 'ssh') {
    throw new Problem({
      code: 'unknown-connection',
      what: `${name}: there is no connection "${kind}"`,
      why: 'It is what ansible_connection says.',
      remedy: 'Use ssh or local.',
    });
  }
  const unsupported = unsupportedSetting(name, scope);
  if (unsupported !== undefined) throw unsupported;
  const alias = withoutBrackets(text(scope, 'ansible_host') ?? text(scope, 'ansible_ssh_host') ?? name);
  const config = await sshConfigFor(alias);
  const identity = text(scope, 'ansible_ssh_private_key_file') ?? text(scope, 'ansible_private_key_file') ?? settings.identityFile;
  const password = scope.lookup('ansible_password') ?? scope.lookup('ansible_ssh_pass') ?? settings.password;
  const passphrase = scope.lookup('ansible_ssh_private_key_passphrase');
  const checking = scope.lookup('ansible_host_key_checking');
  const knownHosts = text(scope, 'ansible_known_hosts_file');
  const common: CommonSettings = {
    agent: process.env['SSH_AUTH_SOCK'],
    connectTimeoutMs: settings.connectTimeoutMs,
    keepAliveMs: seconds(scope, 'ansible_server_alive_interval', name) ?? settings.keepAliveMs,
    knownHosts,
  };
  const ownProxy = text(scope, 'ansible_ssh_proxy_command');
  const jumpNames = text(scope, 'ansible_jump_host')?.split(',') ?? (ownProxy === undefined ? (config.jumps ?? []) : []);
  const jumps = await jumpsOf(jumpNames, common, settings, [alias]);
  const trust = trustOf(config, knownHosts);
  return {
    kind: 'ssh',
    name,
    address: config.address ?? alias,
    port: number(scope, 'ansible_port', name) ?? config.port ?? 22,
    user: text(scope, 'ansible_user') ?? text(scope, 'ansible_ssh_user') ?? settings.user ?? config.user ?? userInfo().username,
    identityFiles: identity === undefined ? (config.identityFiles ?? defaultIdentities()) : [home(identity)],
    ...(password === undefined || password === null ? {} : { password: revealed(password) }),
    ...(passphrase === undefined || passphrase === null ? {} : { passphrase: revealed(passphrase) }),
    agent: common.agent,
    connectTimeoutMs: common.connectTimeoutMs,
    keepAliveMs: common.keepAliveMs,
    ...trust,
    hostKeyChecking: checking === false ? 'off' : trust.hostKeyChecking,
    jumps,
    proxyCommand: ownProxy ?? config.proxyCommand,
  };
}

/** What a host and its jump hosts share. */
interface CommonSettings extends Pick<SshTarget, 'agent' | 'connectTimeoutMs' | 'keepAliveMs'> {
  /** ansible_known_hosts_file. */
  readonly knownHosts: string | undefined;
}

/** How the key of a host is checked: by what ssh's configuration says of that very host, jump hosts included. */
function trustOf(
  config: SshConfig,
  knownHosts: string | undefined,
): Pick<SshTarget, 'knownHostsFiles' | 'hostKeyChecking' | 'hostKeyAlias'> {
  return {
    knownHostsFiles:
      knownHosts === undefined ? (config.knownHostsFiles ?? [home('.ssh/known_hosts'), '/etc/ssh/ssh_known_hosts']) : [home(knownHosts)],
    hostKeyChecking: config.hostKeyChecking ?? 'strict',
    hostKeyAlias: config.hostKeyAlias,
  };
}

/**
 * Jump hosts by their names, the nearest to the controller first. As with ssh, the first one is reached as its own configuration says,
 * through jump hosts of its own or a ProxyCommand; of the others only the way is given. `behind` are the names that lie behind them: a
 * configuration that sends a jump host through itself ends there.
 */
async function jumpsOf(
  names: readonly string[],
  common: CommonSettings,
  settings: TargetSettings,
  behind: readonly string[],
): Promise<readonly SshTarget[]> {
  const jumps = await Promise.all(names.map((name) => jumpOf(name, common, settings)));
  const [first] = jumps;
  if (first === undefined) return [];
  const passed = [...behind, ...jumps.map(({ target }) => target.name)];
  const before = (first.config.jumps ?? []).filter((name) => !passed.includes(hostOfJump(name)));
  const own = await jumpsOf(before, common, settings, passed);
  const targets = jumps.map(({ target }, index) =>
    index === 0 && own.length === 0 ? { ...target, proxyCommand: first.config.proxyCommand } : target,
  );
  return [...own, ...targets];
}

/** A variable of a host that goes to a program `ssh`, which there is none of. */
export function unsupportedSetting(name: string, scope: Scope): Problem | undefined {
  const found = ['ansible_ssh_common_args', 'ansible_ssh_extra_args', 'ansible_ssh_args'].find((one) => scope.lookup(one) !== undefined);
  if (found === undefined) return undefined;
  return new Problem({
    code: 'unsupported-setting',
    what: `${name}: ${found} is not supported, as no ssh program is run`,
    remedy:
      'Put the options for the host into ~/.ssh/config (ProxyJump, Port, IdentityFile, UserKnownHostsFile, HostKeyAlias are read from there).',
  });
}

async function jumpOf(
  jump: string,
  { agent, connectTimeoutMs, keepAliveMs, knownHosts }: CommonSettings,
  settings: TargetSettings,
): Promise<{ readonly target: SshTarget; readonly config: SshConfig }> {
  const match = JUMP.exec(jump.trim())?.groups;
  const name = hostOfJump(jump);
  const config = await sshConfigFor(name);
  const target: SshTarget = {
    kind: 'ssh',
    name,
    address: config.address ?? name,
    port: Number(match?.['port'] ?? config.port ?? 22),
    user: match?.['user'] ?? config.user ?? settings.user ?? userInfo().username,
    identityFiles: config.identityFiles ?? defaultIdentities(),
    agent,
    connectTimeoutMs,
    keepAliveMs,
    ...trustOf(config, knownHosts),
    isJump: true,
    jumps: [],
  };
  return { target, config };
}

/** `[user@]host[:port]`, an IPv6 address in brackets, or all of it as a URL, as ssh has it. */
const JUMP = /^(?:ssh:\/\/)?(?:(?<user>[^@]+)@)?(?:\[(?<ipv6>[^\]]+)\]|(?<host>[^:/]+))(?::(?<port>\d+))?\/?$/;

/** As ssh does with an IPv6 address. */
function withoutBrackets(host: string): string {
  return /^\[[0-9A-Fa-f:.]+(%\S+)?\]$/.test(host) ? host.slice(1, -1) : host;
}

function hostOfJump(jump: string): string {
  const match = JUMP.exec(jump.trim())?.groups;
  return match?.['ipv6'] ?? match?.['host'] ?? jump.trim();
}

/** The private keys that ssh tries by itself. */
function defaultIdentities(): readonly string[] {
  return ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((file) => home(`.ssh/${file}`));
}

function home(path: string): string {
  if (path.startsWith('~/')) return join(homedir(), path.slice(2));
  return path.startsWith('.ssh/') ? join(homedir(), path) : path;
}

function text(scope: Scope, name: string): string | undefined {
  const value = scope.lookup(name);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (value instanceof Secret) return value.reveal();
  throw new Problem({ code: 'wrong-type', what: `${name} must be text`, why: `It is ${JSON.stringify(value)}.` });
}

function number(scope: Scope, name: string, host: string): number | undefined {
  const value = scope.lookup(name);
  if (value === undefined || value === null) return undefined;
  const port = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new Problem({
    code: 'wrong-type',
    what: `${host}: ${name} must be a port number from 1 to 65535`,
    why: `It is ${JSON.stringify(value)}.`,
  });
}

/** As milliseconds. */
function seconds(scope: Scope, name: string, host: string): number | undefined {
  const value = scope.lookup(name);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && value > 0) return value * 1000;
  throw new Problem({
    code: 'wrong-type',
    what: `${host}: ${name} must be a number of seconds above 0`,
    why: `It is ${JSON.stringify(value)}.`,
  });
}

function revealed(value: Value): string {
  if (value instanceof Secret) return value.reveal();
  if (typeof value === 'string' || typeof value === 'number') return `${value}`;
  throw new Problem({ code: 'wrong-type', what: 'a password must be text' });
}
