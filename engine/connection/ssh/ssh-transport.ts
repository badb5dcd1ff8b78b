import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ClientChannel } from 'ssh2';
import type { SshTarget } from '../base/target.ts';
import type { TargetProcess, Transport } from '../base/transport.ts';
import type { Unreachable } from '../base/unreachable.ts';
import { boundInFlight } from '../ssh2/ssh-in-flight.ts';
import type { ConnectionPatches, PatchedLibrary } from '../ssh2/ssh2-patches.ts';
import type { ConnectionContext } from './connection-context.ts';
import { routeTo, type Route } from './jump.ts';
import type { OpenClient } from './open-client.ts';
import { openClient } from './ssh-client.ts';
import { channelRefused, connectionLost } from './ssh-failure.ts';

/** Connects to an SSH server, through its jump hosts if it has any. Throws Unreachable. */
export async function connectSsh(
  target: SshTarget,
  context: ConnectionContext,
  signal: AbortSignal | undefined,
): Promise<Transport> {
  const route = await routeTo(target, context, signal);
  try {
    return new SshTransport(target, await openClient(target, route.dial, context, signal), route);
  } catch (error) {
    route.release();
    throw error;
  }
}

/** Maximal time for a server to close the connection. Milliseconds. */
const PATIENCE_MS = 2_000;

/** A server counts a session for MaxSessions for a moment after the session was closed. Milliseconds. */
const CLOSING_MS = 2_000;

class SshTransport implements Transport {
  readonly name = 'ssh2';
  readonly #target: SshTarget;
  readonly #client: Client;
  readonly #socket: Duplex;
  readonly #patches: ConnectionPatches;
  readonly gone: Promise<void>;
  #lost: Unreachable | undefined;
  readonly #release: () => void;
  #lastClose = -Infinity;
  /** The shortest round trip so far, including the time of the server. */
  #roundTripMs = Infinity;

  constructor(target: SshTarget, { client, socket, patches }: OpenClient, route: Route) {
    this.#target = target;
    this.#client = client;
    this.#socket = socket;
    this.#patches = patches;
    this.#release = once(() => route.release());
    // ssh2 may emit several errors; the first one is the most precise.
    client.on('error', (error) => {
      this.#lost ??= connectionLost(target, error);
    });
    client.once('end', () => {
      this.#lost ??= connectionLost(target, undefined);
    });
    this.gone = new Promise((resolve) => {
      client.once('close', () => {
        this.#lost ??= connectionLost(target, undefined);
        this.#release();
        resolve();
      });
    });
  }

  get lost(): Unreachable | undefined {
    return this.#lost;
  }

  get library(): PatchedLibrary {
    return this.#patches.library;
  }

  async start(command: string): Promise<TargetProcess> {
    for (;;) {
      if (this.#lost !== undefined) throw this.#lost;
      try {
        return await this.#exec(command);
      } catch (error) {
        if (this.#lost !== undefined) throw this.#lost;
        if (performance.now() - this.#lastClose > CLOSING_MS) throw channelRefused(this.#target, error);
      }
      await sleep(50);
    }
  }

  #exec(command: string): Promise<TargetProcess> {
    return new Promise((resolve, reject) => {
      const began = performance.now();
      this.#client.exec(command, (error, channel) => {
        if (error !== undefined) return reject(error);
        // One round trip for opening the channel and one for the command.
        this.#roundTripMs = Math.min(this.#roundTripMs, (performance.now() - began) / 2);
        this.#patches.make('bytes-in-flight', () => boundInFlight(channel, this.#roundTripMs));
        channel.once('close', () => (this.#lastClose = performance.now()));
        // Immediately, because the exit status may arrive in the same packet.
        resolve(asProcess(channel));
      });
    });
  }

  wireBytes(): { readonly sent: number; readonly received: number } | undefined {
    if (!(this.#socket instanceof Socket)) return undefined;
    return { sent: this.#socket.bytesWritten, received: this.#socket.bytesRead };
  }

  async close(): Promise<void> {
    this.#client.end();
    const impatient = Promise.withResolvers<void>();
    const impatience = setTimeout(() => {
      this.#client.destroy();
      // ssh2 ignores a stream that it has ended, and such a stream, over a proxy command, may never emit `close`.
      this.#socket.destroy();
      impatient.resolve();
    }, PATIENCE_MS);
    await Promise.race([this.#handedOver(), this.gone, impatient.promise]);
    clearTimeout(impatience);
    this.#release();
  }

  /**
   * Resolves when the operating system has all data, and will deliver it. Waiting for the server to close would be one
   * more round trip without any information.
   */
  async #handedOver(): Promise<void> {
    const socket = this.#socket;
    if (!(socket instanceof Socket)) return this.gone;
    if (socket.writableLength > 0) await new Promise((resolve) => socket.once('finish', resolve));
    socket.destroy();
    return undefined;
  }
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}

function asProcess(channel: ClientChannel): TargetProcess {
  let status: number | undefined;
  channel.on('exit', (code: number | null) => (status = code ?? undefined));
  channel.on('error', () => {});
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    ended: new Promise((resolve) => channel.once('close', () => resolve(status))),
    abandon: () => channel.close(),
  };
}
