import type { Duplex } from 'node:stream';
import type { Algorithms, Client } from 'ssh2';
import { onAbort } from '../base/on-abort.ts';
import type { SshTarget } from '../base/target.ts';
import { stoppedBefore, Unreachable } from '../base/unreachable.ts';
import { USUAL_KEY_EXCHANGES } from '../ssh-config/ssh-options.ts';
import { leaveHostKeysUnproved } from '../ssh2/ssh-host-key-proofs.ts';
import { reuseLargePackets } from '../ssh2/ssh-large-packets.ts';
import { openPacketKeysOnce } from '../ssh2/ssh-packets.ts';
import { signUnasked } from '../ssh2/ssh-signing.ts';
import { protocolOf, type Protocol } from '../ssh2/ssh2-internals.ts';
import { library } from '../ssh2/ssh2-library.ts';
import { OTHER_INSIDES, type ConnectionPatches, type Took } from '../ssh2/ssh2-patches.ts';
import type { ConnectionContext } from './connection-context.ts';
import { HostKeyCheck } from './host-key.ts';
import type { OpenClient } from './open-client.ts';
import { inTurn, prepareAuthentication, withoutPasswords, type Authentication } from './ssh-authentication.ts';
import { connectTimeout, explainHandshakeFailure } from './ssh-failure.ts';

/** A way to a server, and what was done to it. */
export interface Dialled {
  readonly socket: Duplex;
  readonly patches: ConnectionPatches;
}

/** Logs in over a connection that stands. Throws Unreachable. */
export async function shakeHands(
  target: SshTarget,
  { socket, patches }: Dialled,
  context: ConnectionContext,
  outer: AbortSignal | undefined,
): Promise<OpenClient> {
  const authentication = prepareAuthentication(target, context);
  const hostKey = await HostKeyCheck.of(target, context.knownHosts);
  // It would wait for the end of what has ended.
  if (socket.destroyed) throw explainHandshakeFailure(target, { errors: [], banner: '', notes: [], tried: [] });
  const client = new library.ssh2.Client();
  patches.loaded(library.version, library.isCorrected);
  patches.make('opened-key', () => authentication.openedKeys);
  // New keys come with new ciphers.
  client.on('handshake', () => {
    patches.make('packet-keys', () => inside(client, openPacketKeysOnce));
    patches.make('large-packets', () =>
      inside(client, (protocol) => reuseLargePackets(protocol, socket, context.packets)),
    );
  });
  const errors: Error[] = [];
  const firstWord = context.handshakes.expectFirstWord();
  let banner = '';
  let refused: unknown;
  const tried: string[] = [];
  let ways: ReturnType<typeof inTurn> | undefined;
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
    const stop = (): void => fail(stoppedBefore(target.name));
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
    client.once('close', () =>
      fail(told() ?? explainHandshakeFailure(target, { errors, banner, notes: authentication.notes, tried })),
    );
    client.once('ready', () => {
      finish();
      client.removeAllListeners('close');
      client.removeAllListeners('error');
      // An error that nobody listens to would end the program.
      client.on('error', () => {});
      resolve({ client, socket, patches });
    });
    try {
      client.connect({
        sock: socket,
        username: target.user,
        readyTimeout: 0,
        keepaliveInterval: target.keepAliveMs,
        keepaliveCountMax: 3,
        algorithms: { ...algorithmsFor(target), serverHostKey: [...hostKey.algorithms()] },
        hostVerifier: (key: Buffer, verified: (good: boolean) => void) => {
          hostKey.verify(key).then(
            () => verified(true),
            (error: unknown) => {
              refused = error;
              verified(false);
            },
          );
        },
        // Not before the host's key was looked at.
        authHandler: (...asked) =>
          (ways ??= inTurn(waysFor(hostKey, authentication.ways), (what) => tried.push(what)))(...asked),
      });
      patches.make('unasked-signature', () => inside(client, signUnasked));
      patches.make('host-key-proofs', () => inside(client, leaveHostKeysUnproved));
      // ssh2 has paused the socket by now, so nothing is lost by listening as well.
      socket.on('data', firstWords);
    } catch (error) {
      fail(error);
    }
  });
}

function inside(client: Client, patch: (protocol: Protocol) => Took): Took {
  const protocol = protocolOf(client);
  return protocol === undefined ? OTHER_INSIDES : patch(protocol);
}

/** As ssh does where it is told not to check keys: who shows a wrong one gets no password to read. */
function waysFor(hostKey: HostKeyCheck, ways: Authentication['ways']): Authentication['ways'] {
  return hostKey.isDoubtful ? withoutPasswords(ways) : ways;
}

/** What ssh's configuration leaves open is ssh2's choice, key exchanges aside. */
function algorithmsFor({ algorithms }: SshTarget): Algorithms {
  return {
    kex: [...(algorithms?.keyExchanges ?? USUAL_KEY_EXCHANGES)],
    ...(algorithms?.ciphers === undefined ? {} : { cipher: [...algorithms.ciphers] }),
    ...(algorithms?.macs === undefined ? {} : { hmac: [...algorithms.macs] }),
  };
}
