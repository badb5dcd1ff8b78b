import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import type { SshTarget } from '../base/target.ts';
import { Unreachable } from '../base/unreachable.ts';
import type { ConnectionContext } from './connection-context.ts';
import type { SharedJump } from './jump-connections.ts';
import { throughCommand } from './proxy-command.ts';
import { openClient, tcp } from './ssh-client.ts';
import { jumpUnreachable } from './ssh-failure.ts';

export interface Route {
  readonly dial: (signal: AbortSignal) => Promise<Duplex>;
  /** Releases the jump hosts; their connections end with the last user. */
  release(): void;
}

/**
 * Makes the way to a target: direct, or through its jump hosts, one after the other. Throws Unreachable for a jump
 * host.
 */
export async function routeTo(
  target: SshTarget,
  context: ConnectionContext,
  signal: AbortSignal | undefined,
): Promise<Route> {
  let route: Route = { dial: straight(target.jumps[0] ?? target), release: () => {} };
  for (const [index, jump] of target.jumps.entries()) {
    const next = target.jumps[index + 1] ?? target;
    const before = route;
    const key = JSON.stringify(target.jumps.slice(0, index + 1).map(identity));
    route = await through({ before, jump, next, key }, context, signal).catch((error: unknown) => {
      throw error instanceof Unreachable && error.host === jump.name ? jumpUnreachable(target, jump, error) : error;
    });
  }
  return route;
}

function straight(target: SshTarget): Route['dial'] {
  const { proxyCommand } = target;
  return proxyCommand === undefined ? tcp(target) : (signal) => throughCommand(target, proxyCommand, signal);
}

/** Targets with different rules for trusting a jump host do not share its connection. */
function identity(jump: SshTarget): readonly unknown[] {
  return [jump.user, jump.address, jump.port, jump.hostKeyChecking, jump.hostKeyAlias ?? '', jump.knownHostsFiles];
}

/** One step of the way, through a jump host. */
interface Step {
  /** The way to the jump host. */
  readonly before: Route;
  readonly jump: SshTarget;
  readonly next: SshTarget;
  /** Targets with the same key share the connection to the jump host. */
  readonly key: string;
}

async function through(
  { before, jump, next, key }: Step,
  context: ConnectionContext,
  signal: AbortSignal | undefined,
): Promise<Route> {
  let entry = context.jumps.get(key);
  if (entry === undefined) {
    const open = openClient({ ...jump, jumps: [] }, before.dial, context, signal);
    const made: SharedJump = { open, users: 0 };
    const forget = (): void => void (context.jumps.get(key) === made && context.jumps.delete(key));
    open.then(({ client }) => client.once('close', forget), forget);
    context.jumps.set(key, made);
    entry = made;
  }
  const used = entry;
  used.users += 1;
  const release = (): void => {
    used.users -= 1;
    if (used.users === 0) {
      context.jumps.delete(key);
      used.open.then(({ client }) => client.end()).catch(() => {});
    }
    before.release();
  };
  try {
    const { client } = await used.open;
    return { dial: () => forward(client, jump, next), release };
  } catch (error) {
    release();
    throw error;
  }
}

function forward(client: Client, jump: SshTarget, next: SshTarget): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    client.forwardOut('127.0.0.1', 0, next.address, next.port, (error, channel) => {
      if (error === undefined) resolve(channel);
      else reject(jumpRefused(jump, next, error));
    });
  });
}

/** RFC 4254, section 5.1. */
const ADMINISTRATIVELY_PROHIBITED = 1;

function jumpRefused(jump: SshTarget, next: SshTarget, error: Error): Unreachable {
  const forbidden = 'reason' in error && error.reason === ADMINISTRATIVELY_PROHIBITED;
  return new Unreachable({
    code: 'jump-refused',
    host: next.name,
    what: `${next.name}: the jump host ${jump.name} does not connect to ${next.address} port ${next.port}`,
    why: error.message,
    remedy: forbidden
      ? `Set AllowTcpForwarding yes (and PermitOpen) in the sshd_config of ${jump.name}.`
      : `Check from ${jump.name} that ${next.address} is up, that its SSH server listens on port ${next.port}, and the firewall in between.`,
    cause: error,
  });
}
