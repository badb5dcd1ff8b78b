import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

export type Direction = 'to_server' | 'to_client';

export interface CuttingProxy {
  readonly port: number;
  /** Ends all connections at once. */
  cut(): void;
  /** Resolves when so many bytes have passed towards the server, counted from this call. */
  passed(bytes: number): Promise<void>;
  /** Lets exactly so many more bytes pass in a direction, and then ends all connections. Once. */
  cutAfter(direction: Direction, bytes: number): void;
  /** How many bytes have passed. */
  count(direction: Direction): number;
  /** From now on nothing passes, and nobody is told. */
  stall(): void;
  stop(): Promise<void>;
}

/** A TCP proxy on loopback that can cut and stall what passes through it. */
export async function startCuttingProxy(targetPort: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let stalled = false;
  let count = 0;
  const counts = { to_server: 0, to_client: 0 };
  let armed: { readonly direction: Direction; readonly at: number } | undefined;
  const waiting = new Set<{ readonly at: number; readonly reached: () => void }>();
  const server = createServer((near) => {
    const far = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => sockets.delete(socket));
    }
    near.on('data', (data: Buffer) => {
      count += data.length;
      for (const one of Array.from(waiting)) if (count >= one.at) one.reached();
    });
    const metered = (direction: Direction, to: Socket): Transform =>
      new Transform({
        transform(data: Buffer, _encoding, done) {
          const before = counts[direction];
          counts[direction] += data.length;
          if (armed?.direction !== direction || counts[direction] < armed.at) return done(null, data);
          const last = data.subarray(0, armed.at - before);
          armed = undefined;
          to.write(last, cut);
        },
      });
    near.pipe(metered('to_server', far)).pipe(far);
    far.pipe(metered('to_client', near)).pipe(near);
    // A pipe hands on an end, but not that a socket was reset.
    near.once('close', () => stalled || far.end());
    far.once('close', () => stalled || near.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    cut,
    cutAfter: (direction, bytes) => (armed = { direction, at: counts[direction] + bytes }),
    count: (direction) => counts[direction],
    passed: (bytes) =>
      new Promise((resolve) => {
        const one = {
          at: count + bytes,
          reached: () => {
            waiting.delete(one);
            resolve();
          },
        };
        waiting.add(one);
      }),
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
