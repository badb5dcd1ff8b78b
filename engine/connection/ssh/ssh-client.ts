import { connect as dialTcp, isIP, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { onAbort } from '../base/on-abort.ts';
import type { SshTarget } from '../base/target.ts';
import { stoppedBefore, Unreachable } from '../base/unreachable.ts';
import { writeTogether } from '../ssh2/ssh-packets.ts';
import { ConnectionPatches, needless } from '../ssh2/ssh2-patches.ts';
import type { ConnectionContext } from './connection-context.ts';
import type { OpenClient } from './open-client.ts';
import { connectTimeout, explainDialError } from './ssh-failure.ts';

/** A host that needs longer for the TCP connection lets another host start meanwhile. Milliseconds. */
const PATIENCE_MS = 500;
/**
 * Waits before further attempts if the server hung up before it sent anything. Each is extended at random, at most to
 * the double. Milliseconds.
 */
const BACKOFF_MS = [200, 400, 800, 1600, 3200];

/** Makes the TCP connection, or its replacement. */
type Dial = (signal: AbortSignal) => Promise<Duplex>;

/** Connects and logs in. Tries again only if the server hung up before it sent anything. Throws Unreachable. */
export function openClient(
  target: SshTarget,
  dial: Dial,
  context: ConnectionContext,
  signal?: AbortSignal,
): Promise<OpenClient> {
  return untilNotDropped(() => attempt(target, dial, context, signal), context, signal);
}

/** Repeats `attempt` after increasing waits, as long as the server hangs up before it sends anything. */
export async function untilNotDropped<Result>(
  make: () => Promise<Result>,
  { handshakes }: ConnectionContext,
  signal: AbortSignal | undefined,
): Promise<Result> {
  for (const pause of BACKOFF_MS) {
    try {
      return await make();
    } catch (error) {
      if (!(error instanceof Unreachable) || error.code !== 'connection-dropped' || signal?.aborted === true)
        throw error;
      handshakes.noteDrop();
    }
    await sleep(pause * (1 + Math.random()), undefined, { signal }).catch(() => {});
  }
  return make();
}

async function attempt(
  target: SshTarget,
  dial: Dial,
  context: ConnectionContext,
  outer: AbortSignal | undefined,
): Promise<OpenClient> {
  const socket = await dialInTurn(target, dial, context, outer);
  if (socket.kind === 'done') return socket.open;
  const connected = await socket.late;
  return context.handshakes.withPermit(() => logIn(target, connected, context, outer));
}

type Dialled =
  | { readonly kind: 'done'; readonly open: OpenClient }
  | { readonly kind: 'late'; readonly late: Promise<Duplex> };

function dialInTurn(
  target: SshTarget,
  dial: Dial,
  context: ConnectionContext,
  outer: AbortSignal | undefined,
): Promise<Dialled> {
  return context.handshakes.withPermit(async () => {
    if (outer?.aborted === true) throw stoppedBefore(target.name);
    // Not by combined signals, which would cost more than everything else in dialling.
    const givenUp = new AbortController();
    const giveUp = (): void => givenUp.abort();
    let isLate = false;
    const limit = setTimeout(() => {
      isLate = true;
      giveUp();
    }, target.connectTimeoutMs);
    const forget = onAbort(outer, giveUp);
    const connecting = dial(givenUp.signal)
      .catch((error: unknown) => {
        if (outer?.aborted === true) throw stoppedBefore(target.name);
        if (isLate) throw connectTimeout(target, 'the TCP connection');
        throw error instanceof Unreachable ? error : explainDialError(target, error);
      })
      .finally(() => {
        clearTimeout(limit);
        forget();
      });
    const patience = Promise.withResolvers<undefined>();
    const impatience = setTimeout(patience.resolve, PATIENCE_MS, undefined);
    const first = await Promise.race([connecting, patience.promise]).finally(() => clearTimeout(impatience));
    if (first === undefined) {
      connecting.catch(() => {});
      return { kind: 'late', late: connecting };
    }
    return { kind: 'done', open: await logIn(target, first, context, outer) };
  });
}

/** The library is loaded while the first servers start their processes: Node needs 7 ms for it. */
async function logIn(
  target: SshTarget,
  socket: Duplex,
  context: ConnectionContext,
  signal: AbortSignal | undefined,
): Promise<OpenClient> {
  const patches = new ConnectionPatches(context.plainSsh);
  patches.make('joined-writes', () => (socket instanceof Socket ? writeTogether(socket) : NO_SOCKET));
  patches.make('shared-reads', () => (socket instanceof Socket ? context.loop.receiveInTurn(socket) : NO_SOCKET));
  const { shakeHands } = await import('./ssh-handshake.ts');
  return shakeHands(target, { socket, patches }, context, signal);
}

const NO_SOCKET = needless('it goes over a jump host or a proxy command');

/** Makes a TCP connection without Nagle's delay, which would cost 44 ms per script. */
export function tcp(target: SshTarget): Dial {
  return (signal) =>
    new Promise((resolve, reject) => {
      const family = isIP(target.address);
      // For an address, Node does no look-up, so it does not check the address family.
      if (target.addressFamily !== undefined && family !== 0 && family !== target.addressFamily) {
        return reject(new Error(`AddressFamily allows no IPv${family} address`));
      }
      const socket = dialTcp({
        host: target.address,
        port: target.port,
        noDelay: true,
        ...(target.addressFamily === undefined ? {} : { family: target.addressFamily }),
        ...(target.bindAddress === undefined ? {} : { localAddress: target.bindAddress }),
      });
      // The server may hang up before ssh2 listens. An error event without a listener would end the program.
      socket.on('error', () => {});
      const giveUp = (): void => void socket.destroy(new Error('Given up'));
      const settle = (): void => {
        socket.off('error', failed);
        // The signal applies to the attempt to connect; afterwards it must not destroy a good connection.
        signal.removeEventListener('abort', giveUp);
      };
      const failed = (error: Error): void => {
        settle();
        reject(error);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      socket.once('error', failed);
      socket.once('connect', () => {
        settle();
        resolve(socket);
      });
    });
}
