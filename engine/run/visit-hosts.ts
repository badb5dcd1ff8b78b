import pLimit from 'p-limit';
import type { PatchedLibrary, TransportName } from '../connection/base/transport.ts';
import { connect } from '../connection/connection.ts';
import type { Facts } from '../connection/shell/facts.ts';
import { Problem } from '../errors/problem.ts';
import type { Scope } from '../values/base/value.ts';
import { NotKept } from './machine/not-kept.ts';
import { connectPatiently } from './machine/reconnect.ts';
import { type TargetSettings, targetOf } from './machine/target-settings.ts';

export type { NotKept };

/** The answer of a host to the greeting. */
export type Visit =
  | {
      readonly kind: 'answered';
      readonly host: string;
      readonly address: string;
      readonly transport: TransportName;
      readonly milliseconds: number;
      readonly facts: Facts;
      /** The ssh2 that was used; undefined for a transport without it. */
      readonly library: PatchedLibrary | undefined;
    }
  | { readonly kind: 'failed'; readonly host: string; readonly problem: Problem };

export interface VisitOptions {
  readonly settings: TargetSettings;
  /** Maximal number of simultaneous connections. */
  readonly forks: number;
  readonly signal: AbortSignal;
}

/**
 * Connects to each host, reads its facts and disconnects. A host that cannot be reached does not affect the others.
 * Calls `visited` with each answer as it comes. Resolves to the connection settings that were ignored.
 */
export async function visitHosts(
  hosts: readonly { readonly name: string; readonly scope: Scope }[],
  options: VisitOptions,
  visited: (visit: Visit) => void,
): Promise<NotKept> {
  const notKept = new NotKept();
  const limit = pLimit(options.forks);
  await limit.map(hosts, async ({ name, scope }) => {
    if (!options.signal.aborted) visited(await visit(name, scope, options, notKept));
  });
  return notKept;
}

async function visit(host: string, scope: Scope, options: VisitOptions, notKept: NotKept): Promise<Visit> {
  const began = performance.now();
  try {
    const target = await targetOf(host, scope, options.settings);
    notKept.target(host, target);
    const { signal } = options;
    const connection = await connectPatiently(
      () => connect(target, { signal, context: options.settings.connections }),
      { timeoutMs: 0, retries: target.kind === 'local' ? 0 : (target.retries ?? 0), signal },
    );
    notKept.connected(host, target, connection.transport);
    const milliseconds = performance.now() - began;
    const { library } = connection;
    await connection.close();
    const address = target.kind === 'local' ? 'this machine' : `${target.user}@${target.address}:${target.port}`;
    return {
      kind: 'answered',
      host,
      address,
      transport: connection.transport,
      milliseconds,
      facts: connection.facts,
      library,
    };
  } catch (error) {
    if (error instanceof Problem) return { kind: 'failed', host, problem: error };
    throw error;
  }
}
