import type { Target } from '../../connection/base/target.ts';
import type { ConnectionContext } from '../../connection/connection.ts';
import { sshTarget } from '../../connection/ssh-config/ssh-target.ts';
import type { Secret } from '../../values/base/secret.ts';
import type { Scope } from '../../values/base/value.ts';
import type { ControllerAccess } from '../../values/controller-access.ts';
import { CONNECTION_VARIABLES } from '../base/connection-variables.ts';
import { permitConnection } from '../controller/controller-connections.ts';
import { refusedKeys } from '../controller/own-host-keys.ts';
import { argumentsFor } from './connection-arguments.ts';
import { connectionOf } from './connection-kind.ts';
import { connectionValues, type ConnectionValues } from './connection-values.ts';

/** Connection settings of the command line. Inventory variables have priority where Ansible's have. */
export interface TargetSettings {
  readonly user: string | undefined;
  readonly identityFile: string | undefined;
  readonly password: Secret | undefined;
  readonly connectTimeoutMs: number;
  readonly keepAliveMs: number;
  /** State that the connections of the run share. */
  readonly connections: ConnectionContext;
  /** Permissions of playbook and inventory on the controller. */
  readonly access: ControllerAccess;
}

/**
 * Resolves to the target of a host: from its variables, then `~/.ssh/config`, then the command line, then the defaults
 * of ssh.
 */
export async function targetOf(name: string, scope: Scope, settings: TargetSettings): Promise<Target> {
  const kind = connectionOf(name, scope);
  if (kind === 'local') return { kind: 'local', name };
  permitConnection(name, scope, settings.access);
  const values = connectionValues(name, scope);
  const { call, patience, withoutEffect } = argumentsFor(name, scope);
  const { host, port, user, keyFile, password, passphrase, knownHosts, hostKeyChecking, jumps, proxyCommand } =
    CONNECTION_VARIABLES;
  return sshTarget(
    {
      name,
      alias: withoutBrackets(values.text(host) ?? name),
      port: values.port(port),
      user: values.text(user) ?? settings.user,
      identityFile: values.text(keyFile) ?? settings.identityFile,
      password: values.password(password) ?? settings.password?.reveal(),
      passphrase: values.password(passphrase),
      knownHostsFile: values.text(knownHosts),
      checksHostKey: values.boolean(hostKeyChecking) ?? true,
      jumps: values.text(jumps)?.split(','),
      proxyCommand: values.text(proxyCommand),
      useOpenssh: kind === 'openssh',
      call,
      retries: values.count(CONNECTION_VARIABLES.retries) ?? patience.retries,
      withoutEffect,
      refusedKeys: refusedKeys(name, settings.access),
    },
    { ...patienceOf(values, settings), ...patience },
    settings.connections.configs,
  );
}

function patienceOf(
  values: ConnectionValues,
  settings: TargetSettings,
): Pick<TargetSettings, 'connectTimeoutMs' | 'keepAliveMs'> {
  return {
    connectTimeoutMs: values.milliseconds(CONNECTION_VARIABLES.timeout) ?? settings.connectTimeoutMs,
    keepAliveMs: values.milliseconds(CONNECTION_VARIABLES.keepAlive) ?? settings.keepAliveMs,
  };
}

/** Accepts an IPv6 address in brackets, as ssh does. */
function withoutBrackets(host: string): string {
  return /^\[[0-9A-Fa-f:.]+(%\S+)?\]$/.test(host) ? host.slice(1, -1) : host;
}
