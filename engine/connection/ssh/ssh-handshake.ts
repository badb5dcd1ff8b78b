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
import type { FirstWord } from './handshake-turns.ts';
import { HostKeyCheck } from './host-key.ts';
import type { OpenClient } from './open-client.ts';
import { authHandler, prepareAuthentication, withoutPasswords, type Authentication } from './ssh-authentication.ts';
import { connectTimeout, explainHandshakeFailure } from './ssh-failure.ts';

/** The connection to a server, and the results of its patches. */
export interface Dialled {
  readonly socket: Duplex;
  readonly patches: ConnectionPatches;
}

/** Logs in over an existing connection. Throws Unreachable. */
export async function shakeHands(
  target: SshTarget,
  dialled: Dialled,
  context: ConnectionContext,
  outer: AbortSignal | undefined,
): Promise<OpenClient> {
  const authentication = prepareAuthentication(target, context);
  const hostKey = await HostKeyCheck.of(target, context.knownHosts);
  // ssh2 would wait forever for the end of a destroyed socket.
  if (dialled.socket.destroyed) throw explainHandshakeFailure(target, { errors: [], banner: '', notes: [], tried: [] });
  return new Handshake(target, dialled, { authentication, hostKey, context }).run(outer);
}

/** The parts that a handshake needs. */
interface Means {
  readonly authentication: Authentication;
  readonly hostKey: HostKeyCheck;
  readonly context: ConnectionContext;
}

class Handshake {
  readonly #target: SshTarget;
  readonly #dialled: Dialled;
  readonly #means: Means;
  readonly #client: Client = new library.ssh2.Client();
  readonly #firstWord: FirstWord;
  readonly #errors: Error[] = [];
  readonly #tried: string[] = [];
  readonly #end = Promise.withResolvers<OpenClient>();
  #banner = '';
  #words = '';
  #refused: unknown;
  #authHandler: ReturnType<typeof authHandler> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #forget: () => void = () => {};

  constructor(target: SshTarget, dialled: Dialled, means: Means) {
    this.#target = target;
    this.#dialled = dialled;
    this.#means = means;
    this.#patchPackets();
    this.#firstWord = means.context.handshakes.expectFirstWord();
  }

  run(outer: AbortSignal | undefined): Promise<OpenClient> {
    const { name, connectTimeoutMs } = this.#target;
    this.#timer = setTimeout(() => this.#fail(this.#late()), connectTimeoutMs);
    this.#forget = onAbort(outer, () => this.#fail(stoppedBefore(name)));
    this.#listen();
    try {
      this.#connect();
    } catch (error) {
      this.#fail(error);
    }
    return this.#end.promise;
  }

  #patchPackets(): void {
    const { socket, patches } = this.#dialled;
    const { authentication, context } = this.#means;
    patches.loaded(library.version, library.isCorrected);
    patches.make('opened-key', () => authentication.openedKeys);
    // Each key exchange creates new ciphers.
    this.#client.on('handshake', () => {
      patches.make('packet-keys', () => inside(this.#client, openPacketKeysOnce));
      patches.make('large-packets', () =>
        inside(this.#client, (protocol) => reuseLargePackets(protocol, socket, context.packets)),
      );
    });
  }

  #listen(): void {
    const client = this.#client;
    // A failing agent is only one of the login methods; the next one is tried.
    client.on('error', (error: Error & { level?: string }) =>
      error.level === 'agent' ? this.#tried.push(`agent (${error.message})`) : this.#errors.push(error),
    );
    client.on('banner', (message) => (this.#words = `${this.#words}${message}`.slice(-2000)));
    client.once('close', () => this.#fail(this.#failure()));
    client.once('ready', () => {
      this.#finish();
      client.removeAllListeners('close');
      client.removeAllListeners('error');
      // An error event without a listener would end the program.
      client.on('error', () => {});
      this.#end.resolve({ client, ...this.#dialled });
    });
  }

  #connect(): void {
    const { socket, patches } = this.#dialled;
    this.#client.connect({
      sock: socket,
      username: this.#target.user,
      readyTimeout: 0,
      keepaliveInterval: this.#target.keepAliveMs,
      keepaliveCountMax: 3,
      algorithms: { ...algorithmsFor(this.#target), serverHostKey: [...this.#means.hostKey.algorithms()] },
      hostVerifier: (key: Buffer, verified: (good: boolean) => void) => this.#verify(key, verified),
      authHandler: (...asked) => (this.#authHandler ??= this.#makeAuthHandler())(...asked),
    });
    patches.make('unasked-signature', () => inside(this.#client, signUnasked));
    patches.make('host-key-proofs', () => inside(this.#client, leaveHostKeysUnproved));
    // ssh2 has paused the socket at this point, so a further listener loses no data.
    socket.on('data', this.#hear);
  }

  #verify(key: Buffer, verified: (good: boolean) => void): void {
    this.#means.hostKey.verify(key).then(
      () => verified(true),
      (error: unknown) => {
        this.#refused = error;
        verified(false);
      },
    );
  }

  /** Called after the key of the host has been checked. */
  #makeAuthHandler(): ReturnType<typeof authHandler> {
    const { authentication, hostKey } = this.#means;
    return authHandler(methodsFor(hostKey, authentication.methods), (what) => this.#tried.push(what));
  }

  readonly #hear = (data: Buffer): void => {
    if (this.#banner === '') this.#firstWord.came();
    this.#banner += data.toString('latin1').slice(0, 512);
    if (this.#banner.length > 255) this.#dialled.socket.off('data', this.#hear);
  };

  #late(): Unreachable {
    return connectTimeout(
      this.#target,
      this.#banner === '' ? "the server's first word" : 'the end of the SSH handshake',
    );
  }

  #failure(): unknown {
    const known = this.#refused ?? this.#errors.find((error) => error instanceof Unreachable);
    if (known !== undefined) return known;
    const { notes } = this.#means.authentication;
    return explainHandshakeFailure(this.#target, {
      errors: this.#errors,
      banner: this.#banner,
      notes,
      tried: this.#tried,
      words: this.#words,
    });
  }

  #fail(error: unknown): void {
    this.#finish();
    this.#client.destroy();
    this.#dialled.socket.destroy();
    this.#end.reject(error);
  }

  #finish(): void {
    clearTimeout(this.#timer);
    if (this.#banner === '') this.#firstWord.stayedAway();
    this.#forget();
    this.#dialled.socket.off('data', this.#hear);
  }
}

function inside(client: Client, patch: (protocol: Protocol) => Took): Took {
  const protocol = protocolOf(client);
  return protocol === undefined ? OTHER_INSIDES : patch(protocol);
}

/** As ssh does if host keys are not checked: a server that shows a wrong key gets no password. */
function methodsFor(hostKey: HostKeyCheck, methods: Authentication['methods']): Authentication['methods'] {
  return hostKey.isDoubtful ? withoutPasswords(methods) : methods;
}

/** ssh2 chooses the algorithms that the configuration of ssh does not set, except for key exchanges. */
function algorithmsFor({ algorithms }: SshTarget): Algorithms {
  return {
    kex: [...(algorithms?.keyExchanges ?? USUAL_KEY_EXCHANGES)],
    ...(algorithms?.ciphers === undefined ? {} : { cipher: [...algorithms.ciphers] }),
    ...(algorithms?.macs === undefined ? {} : { hmac: [...algorithms.macs] }),
  };
}
