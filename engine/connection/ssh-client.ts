import { connect as dialTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import ssh2 from 'ssh2';
import type { Client, KexAlgorithm } from 'ssh2';
import { receiveInTurn } from './breath.ts';
import { expectFirstWord, handshakeTurn, noteDrop } from './handshake-turns.ts';
import { HostKeyCheck } from './host-key.ts';
import { onAbort } from './on-abort.ts';
import { inTurn, prepareAuthentication } from './ssh-authentication.ts';
import { connectTimeout, explainDialError, explainHandshakeFailure } from './ssh-failure.ts';
import { leaveHostKeysUnproved } from './ssh-host-key-proofs.ts';
import { reuseLargePackets } from './ssh-large-packets.ts';
import { waitForNewKeys } from './ssh-rekeying.ts';
import { signUnasked } from './ssh-signing.ts';
import { openPacketKeysOnce, writeTogether } from './ssh-packets.ts';
import type { SshTarget } from './target.ts';
import { Unreachable } from './unreachable.ts';

/**
 * Node cuts small buffers from slabs of 64 KiB, and one that is kept keeps its slab: each connection keeps some, such as the host key
 * and the other side's name. Measured with 1,000 connections: 45 MiB less.
 */
Buffer.poolSize = 8 * 1024;

/** A host that takes longer to answer the TCP connection gives its turn to another one while it waits. */
const PATIENCE_MS = 500;
/** Waits before a further attempt, where the server hung up before it said anything. Each is lengthened by chance, up to double. */
const BACKOFF_MS = [200, 400, 800, 1600, 3200];

/** Without group exchange: it costs a round trip and primes, and gains nothing where curve25519 is there. */
const KEY_EXCHANGES: KexAlgorithm[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group14-sha256',
];

export interface OpenClient {
  readonly client: Client;
  readonly socket: Duplex;
}

/** How the TCP connection, or what stands for it, is made. */
type Dial = (signal: AbortSignal) => Promise<Duplex>;

/** Connects and logs in. Tries again only where the server hung up before it said anything. Throws Unreachable. */
export async function openClient(target: SshTarget, dial: Dial, signal?: AbortSignal): Promise<OpenClient> {
  for (const pause of BACKOFF_MS) {
    try {
      return await attempt(target, dial, signal);
    } catch (error) {
      if (!(error instanceof Unreachable) || error.code !== 'connection-dropped' || signal?.aborted === true) throw error;
      noteDrop();
    }
    await sleep(pause * (1 + Math.random()), undefined, { signal }).catch(() => {});
  }
  return attempt(target, dial, signal);
}

async function attempt(target: SshTarget, dial: Dial, outer: AbortSignal | undefined): Promise<OpenClient> {
  const socket = await dialInTurn(target, dial, outer);
  if (socket.kind === 'done') return socket.open;
  const connected = await socket.late;
  return handshakeTurn(() => shakeHands(target, connected, outer));
}

type Dialled = { readonly kind: 'done'; readonly open: OpenClient } | { readonly kind: 'late'; readonly late: Promise<Duplex> };

function dialInTurn(target: SshTarget, dial: Dial, outer: AbortSignal | undefined): Promise<Dialled> {
  return handshakeTurn(async () => {
    if (outer?.aborted === true) throw stopped(target);
    // By hand: signals made of signals cost more than all else that dialling does.
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
        if (outer?.aborted === true) throw stopped(target);
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
    return { kind: 'done', open: await shakeHands(target, first, outer) };
  });
}

/** A TCP connection without Nagle's delay, which costs 44 ms a script. */
export function tcp(target: SshTarget): Dial {
  return (signal) =>
    new Promise((resolve, reject) => {
      const socket = dialTcp({ host: target.address, port: target.port, noDelay: true });
      // The server may hang up before ssh2 listens, and an error that nobody listens to would end the program.
      socket.on('error', () => {});
      const giveUp = (): void => void socket.destroy(new Error('Given up'));
      const settle = (): void => {
        socket.off('error', failed);
        // The signal is for the connecting; later it must not destroy a good connection.
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
        writeTogether(socket);
        receiveInTurn(socket);
        resolve(socket);
      });
    });
}

async function shakeHands(target: SshTarget, socket: Duplex, outer: AbortSignal | undefined): Promise<OpenClient> {
  const [hostKey, authentication] = await Promise.all([HostKeyCheck.of(target), prepareAuthentication(target)]);
  // It would wait for the end of what has ended.
  if (socket.destroyed) throw explainHandshakeFailure(target, { errors: [], banner: '', notes: [], tried: [] });
  const client = new ssh2.Client();
  openPacketKeysOnce(client);
  reuseLargePackets(client, socket);
  waitForNewKeys(client);
  const errors: Error[] = [];
  const firstWord = expectFirstWord();
  let banner = '';
  let refused: unknown;
  const tried: string[] = [];
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => fail(connectTimeout(target, banner === '' ? "the server's first word" : 'the end of the SSH handshake')),
      target.connectTimeoutMs,
    );
    const fail = (error: unknown): void => {
      finish();
      client.destroy();
      socket.destroy();
      reject(error);
    };
    const stop = (): void => fail(stopped(target));
    const firstWords = (data: Buffer): void => {
      if (banner === '') firstWord.came();
      banner += data.toString('latin1').slice(0, 512);
      if (banner.length > 255) socket.off('data', firstWords);
    };
    const finish = (): void => {
      clearTimeout(timer);
      if (banner === '') firstWord.stayedAway();
      forget();
      socket.off('data', firstWords);
    };
    const forget = onAbort(outer, stop);
    // An agent that fails is only one way to log in; the next one is tried.
    client.on('error', (error: Error & { level?: string }) =>
      error.level === 'agent' ? tried.push(`agent (${error.message})`) : errors.push(error),
    );
    const told = (): unknown => refused ?? errors.find((error) => error instanceof Unreachable);
    client.once('close', () => fail(told() ?? explainHandshakeFailure(target, { errors, banner, notes: authentication.notes, tried })));
    client.once('ready', () => {
      finish();
      client.removeAllListeners('close');
      client.removeAllListeners('error');
      // An error that nobody listens to would end the program.
      client.on('error', () => {});
      resolve({ client, socket });
    });
    try {
      client.connect({
        sock: socket,
        username: target.user,
        readyTimeout: 0,
        keepaliveInterval: target.keepAliveMs,
        keepaliveCountMax: 3,
        algorithms: { kex: KEY_EXCHANGES, serverHostKey: [...hostKey.algorithms()] },
        hostVerifier: (key: Buffer, verified: (good: boolean) => void) => {
          hostKey.verify(key).then(
            () => verified(true),
            (error: unknown) => {
              refused = error;
              verified(false);
            },
          );
        },
        authHandler: inTurn(authentication.ways, (what) => tried.push(what)),
      });
      signUnasked(client);
      leaveHostKeysUnproved(client);
      // ssh2 has paused the socket by now, so nothing is lost by listening as well.
      socket.on('data', firstWords);
    } catch (error) {
      fail(error);
    }
  });
}

function stopped(target: SshTarget): Unreachable {
  return new Unreachable({
    code: 'stopped',
    host: target.name,
    what: `${target.name}: stopped before it was connected`,
    remedy: 'Run it again.',
  });
}
