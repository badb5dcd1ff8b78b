import type { Target } from '../../connection/base/target.ts';
import type { ConnectionContext } from '../../connection/connection.ts';
import { sshTarget } from '../../connection/ssh-config/ssh-target.ts';
import { Problem } from '../../errors/problem.ts';
import { Secret } from '../../values/base/secret.ts';
import type { Scope, Value } from '../../values/base/value.ts';
import type { ControllerAccess } from '../../values/controller-access.ts';
import { permitConnection } from '../controller/controller-connections.ts';

/** What the command line says about connections. Inventory variables win over it where Ansible's do. */
export interface TargetSettings {
  readonly user: string | undefined;
  readonly identityFile: string | undefined;
  readonly password: Secret | undefined;
  readonly connectTimeoutMs: number;
  readonly keepAliveMs: number;
  /** What the connections of the run share. */
  readonly connections: ConnectionContext;
  /** What playbook and inventory may do on this machine. */
  readonly access: ControllerAccess;
}

/** How a host is reached where ansible_connection does not say. */
export function usualConnection(name: string): 'local' | 'ssh' {
  return name === 'localhost' ? 'local' : 'ssh';
}

/**
 * Where and how to reach a host, from its variables, then `~/.ssh/config`, then the command line, then the defaults of
 * ssh.
 */
export async function targetOf(name: string, scope: Scope, settings: TargetSettings): Promise<Target> {
  const kind = text(scope, 'ansible_connection') ?? usualConnection(name);
  if (kind === 'local') return { kind: 'local', name };
  if (kind !== 'ssh' && kind !== 'openssh') {
    throw new Problem({
      code: 'unknown-connection',
      what: `${name}: there is no connection "${kind}"`,
      why: 'It is what ansible_connection says.',
      remedy: 'Use ssh, openssh or local.',
    });
  }
  permitConnection(name, scope, settings.access);
  const unsupported = unsupportedSetting(name, scope);
  if (unsupported !== undefined) throw unsupported;
  return sshTarget(
    {
      name,
      alias: withoutBrackets(text(scope, 'ansible_host', 'ansible_ssh_host') ?? name),
      port: number(scope, 'ansible_port', name),
      user: text(scope, 'ansible_user', 'ansible_ssh_user') ?? settings.user,
      identityFile: text(scope, 'ansible_ssh_private_key_file', 'ansible_private_key_file') ?? settings.identityFile,
      password: secretText(scope.lookup('ansible_password') ?? scope.lookup('ansible_ssh_pass') ?? settings.password),
      passphrase: secretText(scope.lookup('ansible_ssh_private_key_passphrase')),
      knownHostsFile: text(scope, 'ansible_known_hosts_file'),
      checksHostKey: scope.lookup('ansible_host_key_checking') !== false,
      jumps: text(scope, 'ansible_jump_host')?.split(','),
      proxyCommand: text(scope, 'ansible_ssh_proxy_command'),
      useOpenssh: kind === 'openssh',
    },
    {
      connectTimeoutMs: settings.connectTimeoutMs,
      keepAliveMs: seconds(scope, 'ansible_server_alive_interval', name) ?? settings.keepAliveMs,
    },
    settings.connections.configs,
  );
}

/** A variable of a host that has arguments for the program `ssh`, which may not run. */
export function unsupportedSetting(name: string, scope: Scope): Problem | undefined {
  const found = ['ansible_ssh_common_args', 'ansible_ssh_extra_args', 'ansible_ssh_args'].find(
    (one) => scope.lookup(one) !== undefined,
  );
  if (found === undefined) return undefined;
  return new Problem({
    code: 'unsupported-setting',
    what: `${name}: ${found} is not supported`,
    remedy: 'Put the options for the host into ~/.ssh/config: all that ssh does with them there is done, too.',
  });
}

/** The first of these variables that is set. */
function text(scope: Scope, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = scope.lookup(name);
    if (value === undefined || value === null) continue;
    if (typeof value === 'string') return value;
    if (value instanceof Secret) return value.reveal();
    throw new Problem({ code: 'wrong-type', what: `${name} must be text`, why: `It is ${JSON.stringify(value)}.` });
  }
  return undefined;
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

function secretText(value: Value | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Secret) return value.reveal();
  if (typeof value === 'string' || typeof value === 'number') return `${value}`;
  throw new Problem({ code: 'wrong-type', what: 'a password must be text' });
}

/** As ssh does with an IPv6 address. */
function withoutBrackets(host: string): string {
  return /^\[[0-9A-Fa-f:.]+(%\S+)?\]$/.test(host) ? host.slice(1, -1) : host;
}
