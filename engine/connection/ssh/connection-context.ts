import { EventLoopBudget } from '../base/breath.ts';
import { SshConfigs } from '../ssh-config/ssh-config.ts';
import { PacketBuffers } from '../ssh2/ssh-large-packets.ts';
import { HandshakeLimiter } from './handshake-turns.ts';
import type { SharedJump } from './jump-connections.ts';
import { KnownHostsFiles } from './known-hosts-files.ts';
import type { LoadedKey } from './loaded-key.ts';

/** State that the connections of one run share. Two runs in one process share nothing. */
export class ConnectionContext {
  /** The reason why the patches of ssh2 that only save time are not applied; undefined if they are. */
  readonly plainSsh: string | undefined;
  readonly handshakes = new HandshakeLimiter();
  readonly loop = new EventLoopBudget();
  readonly configs = new SshConfigs();
  readonly knownHosts = new KnownHostsFiles();
  readonly packets = new PacketBuffers();
  /** The key identifies jump host and way. */
  readonly jumps = new Map<string, SharedJump>();
  /** The key is file and passphrase. */
  readonly keys = new Map<string, LoadedKey>();

  constructor(options: { readonly plainSsh?: string | undefined } = {}) {
    this.plainSsh = options.plainSsh;
  }
}

/**
 * Makes a context from the environment: `RUNBOOK_PLAIN_SSH=1` turns off all patches of `ssh2-patches.ts` that only save
 * time.
 */
export function connectionContext(environment: NodeJS.ProcessEnv = process.env): ConnectionContext {
  const plain = environment['RUNBOOK_PLAIN_SSH'] ?? '';
  return new ConnectionContext({
    plainSsh: plain === '' || plain === '0' ? undefined : `RUNBOOK_PLAIN_SSH is ${plain}`,
  });
}
