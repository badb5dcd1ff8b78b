import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

export type Direction = 'to_server' | 'to_client';

export interface CuttingProxy {
  readonly port: number;
  /** Ends all connections immediately. */
  cut(): void;
  /** Resolves when this number of bytes has passed towards the server, counted from this call. */
  passed(bytes: number): Promise<void>;
  /** Lets exactly this number of further bytes pass in a direction, and then ends all connections. Once. */
  cutAfter(direction: Direction, bytes: number): void;
  /** Returns the number of bytes that have passed. */
  count(direction: Direction): number;
  /** From now on no data pass, and neither side is told. */
  stall(): void;
  stop(): Promise<void>;
}

/** Counts bytes, and can cut off the last ones. */
class Meter {
  readonly #counts = { to_server: 0, to_client: 0 };
  readonly #waiting = new Set<{ readonly at: number; readonly reached: () => void }>();
  #heard = 0;
  #armed: { readonly direction: Direction; readonly at: number } | undefined;

  count(direction: Direction): number {
    return this.#counts[direction];
  }

  cutAfter(direction: Direction, bytes: number): void {
    this.#armed = { direction, at: this.#counts[direction] + bytes };
  }

  /** Records that bytes have come from a client. */
  hear(bytes: number): void {
    this.#heard += bytes;
    for (const one of Array.from(this.#waiting)) if (this.#heard >= one.at) one.reached();
  }

  passed(bytes: number): Promise<void> {
    return new Promise((resolve) => {
      const one = {
        at: this.#heard + bytes,
        reached: () => {
          this.#waiting.delete(one);
          resolve();
        },
      };
      this.#waiting.add(one);
    });
  }

  /** Connects two sockets; `cut` is called when the last bytes are on their way. */
  between(direction: Direction, to: Socket, cut: () => void): Transform {
    return new Transform({
      transform: (data: Buffer, _encoding, done) => {
        const before = this.#counts[direction];
        this.#counts[direction] += data.length;
        const armed = this.#armed;
        if (armed?.direction !== direction || this.#counts[direction] < armed.at) return done(null, data);
        this.#armed = undefined;
        to.write(data.subarray(0, armed.at - before), cut);
      },
    });
  }
}

/** A TCP proxy on the loopback address that can cut and stall the data. */
export async function startCuttingProxy(targetPort: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  const meter = new Meter();
  let stalled = false;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    const far = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => sockets.delete(socket));
    }
    near.on('data', (data: Buffer) => meter.hear(data.length));
    near.pipe(meter.between('to_server', far, cut)).pipe(far);
    far.pipe(meter.between('to_client', near, cut)).pipe(near);
    // A pipe passes on the end of a stream, but not the reset of a socket.
    near.once('close', () => stalled || far.end());
    far.once('close', () => stalled || near.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port');
  return {
    port: address.port,
    cut,
    cutAfter: (direction, bytes) => meter.cutAfter(direction, bytes),
    count: (direction) => meter.count(direction),
    passed: (bytes) => meter.passed(bytes),
    stall: () => {
      stalled = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    stop: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
