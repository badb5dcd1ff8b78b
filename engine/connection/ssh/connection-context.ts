import { EventLoopBudget } from '../base/breath.ts';
import { SshConfigs } from '../ssh-config/ssh-config.ts';
import { PacketBuffers } from '../ssh2/ssh-large-packets.ts';
import { HandshakeLimiter } from './handshake-turns.ts';
import type { SharedJump } from './jump-connections.ts';
import { KnownHostsFiles } from './known-hosts-files.ts';
import type { LoadedKey } from './loaded-key.ts';

/** What the connections of one run share. Two runs in one process have one each, and share nothing. */
export class ConnectionContext {
  /** Why ssh2 is used without what only saves time; undefined where it is used with it. */
  readonly plainSsh: string | undefined;
  readonly handshakes = new HandshakeLimiter();
  readonly loop = new EventLoopBudget();
  readonly configs = new SshConfigs();
  readonly knownHosts = new KnownHostsFiles();
  readonly packets = new PacketBuffers();
  /** By what tells their way from others'. */
  readonly jumps = new Map<string, SharedJump>();
  /** By file and passphrase. */
  readonly keys = new Map<string, LoadedKey>();

  constructor(options: { readonly plainSsh?: string | undefined } = {}) {
    this.plainSsh = options.plainSsh;
  }
}

/** As the environment wants it: `RUNBOOK_PLAIN_SSH=1` leaves off all of `ssh2-patches.ts` that only saves time. */
export function connectionContext(environment: NodeJS.ProcessEnv = process.env): ConnectionContext {
  const plain = environment['RUNBOOK_PLAIN_SSH'] ?? '';
  return new ConnectionContext({
    plainSsh: plain === '' || plain === '0' ? undefined : `RUNBOOK_PLAIN_SSH is ${plain}`,
  });
}
