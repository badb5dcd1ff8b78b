import { userInfo } from 'node:os';
import type { SshTarget } from '../../engine/connection/base/target.ts';
import { isOverOpenssh } from './transports.ts';

export interface TargetChanges extends Partial<Omit<SshTarget, 'openssh'>> {
  /** Options in the form of ssh_config(5). */
  readonly openssh?: Partial<SshTarget['openssh']>;
}

/**
 * A host on this machine. It is reached with these settings only: the system's ssh gets all of them as options, and
 * reads no file.
 */
export function testTarget(changes: TargetChanges & Pick<SshTarget, 'port'>): SshTarget {
  const { openssh, ...rest } = changes;
  const target = {
    kind: 'ssh',
    name: 'testhost',
    alias: 'testhost',
    address: '127.0.0.1',
    user: userInfo().username,
    identityFiles: [],
    agent: undefined,
    knownHostsFiles: [],
    hostKeyChecking: 'strict',
    jumps: [],
    connectTimeoutMs: 10_000,
    keepAliveMs: 0,
    ...rest,
  } as const;
  return {
    ...target,
    openssh: {
      use: isOverOpenssh() ? 'always' : 'automatic',
      reasons: [],
      notKept: [],
      mayLogInOtherwise: async () => false,
      ...openssh,
      options: [...(openssh?.options ?? []), ...optionsOf(target)],
    },
  };
}

function optionsOf(target: Omit<SshTarget, 'openssh'>): readonly string[] {
  const jumps = target.jumps.length === 0 ? undefined : throughJumps(target.jumps);
  return ['-F', 'none', ...settingsOf(target, target.proxyCommand ?? jumps).flatMap((setting) => ['-o', setting])];
}

function settingsOf(target: Omit<SshTarget, 'openssh'>, proxyCommand: string | undefined): readonly string[] {
  return [
    `HostName=${target.address}`,
    `Port=${target.port}`,
    `User=${target.user}`,
    `UserKnownHostsFile=${target.knownHostsFiles.length === 0 ? 'none' : target.knownHostsFiles.join(' ')}`,
    'GlobalKnownHostsFile=none',
    `IdentityAgent=${target.agent ?? 'none'}`,
    ...(target.identityFiles.length === 0
      ? ['IdentityFile=none']
      : target.identityFiles.map((file) => `IdentityFile=${file}`)),
    ...(target.hostKeyAlias === undefined ? [] : [`HostKeyAlias=${target.hostKeyAlias}`]),
    ...(proxyCommand === undefined ? [] : [`ProxyCommand=${proxyCommand}`]),
  ];
}

/** Like ProxyJump, with options in place of ssh's configuration. */
function throughJumps(jumps: readonly SshTarget[]): string | undefined {
  return jumps.reduce<string | undefined>((before, jump) => {
    const settings = [
      ...settingsOf(jump, before),
      `StrictHostKeyChecking=${jump.hostKeyChecking === 'off' ? 'no' : 'yes'}`,
    ];
    const options = settings.map((setting) => `-o '${setting.replaceAll('%', '%%').replaceAll("'", `'\\''`)}'`);
    return `ssh -F none ${options.join(' ')} -o BatchMode=yes -W '[%h]:%p' ${jump.alias}`;
  }, undefined);
}
