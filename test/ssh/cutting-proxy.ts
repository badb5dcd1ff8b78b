import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

export interface CuttingProxy {
  readonly port: number;
  /** Ends all connections at once. */
  cut(): void;
  /** Resolves when so many bytes have passed towards the server, counted from this call. */
  passed(bytes: number): Promise<void>;
  /** From now on nothing passes, and nobody is told. */
  stall(): void;
  stop(): Promise<void>;
}

/** A TCP proxy on loopback that can cut and stall what passes through it. */
export async function startCuttingProxy(targetPort: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let stalled = false;
  let count = 0;
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
    near.pipe(far);
    far.pipe(near);
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
