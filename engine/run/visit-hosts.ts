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

/** What a host answered to a greeting. */
export type Visit =
  | {
      readonly kind: 'answered';
      readonly host: string;
      readonly address: string;
      readonly transport: TransportName;
      readonly milliseconds: number;
      readonly facts: Facts;
      /** ssh2 as it was used; undefined where another program was the way. */
      readonly library: PatchedLibrary | undefined;
    }
  | { readonly kind: 'failed'; readonly host: string; readonly problem: Problem };

export interface VisitOptions {
  readonly settings: TargetSettings;
  /** How many hosts at the same time. */
  readonly forks: number;
  readonly signal: AbortSignal;
}

/**
 * Connects to each host, asks for its facts and goes. A host that cannot be reached does not keep the others. Gives
 * what was not kept of what is set for connections. `visited` gets each answer as it comes.
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
