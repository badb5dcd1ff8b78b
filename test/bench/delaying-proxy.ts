import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * Maximal number of bytes in flight in one direction: far more than a fast line has, so that only the time is affected.
 */
const MOST_UNDER_WAY = 64 * 1024 * 1024;

export interface DelayingProxy {
  readonly port: number;
  /** Bytes of all clients to the target. */
  readonly bytesSent: number;
  stop(): Promise<void>;
}

/**
 * A TCP proxy on the loopback address that makes a near host behave like a far one: each byte arrives half a round trip
 * later, and a connection exists after the time of its three packets. It does not limit the bandwidth. Times are in
 * milliseconds.
 */
export async function startDelayingProxy(targetPort: number, roundTripMs: number): Promise<DelayingProxy> {
  const open = new Set<Socket>();
  let bytesSent = 0;
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port: targetPort, noDelay: true, allowHalfOpen: true });
    open.add(near).add(far);
    const ended = (): void => {
      near.destroy();
      far.destroy();
      open.delete(near);
      open.delete(far);
    };
    near.on('data', (data: Buffer) => (bytesSent += data.length));
    near.on('error', ended);
    far.on('error', ended);
    const now = performance.now();
    // The handshake of TCP: the server has the connection after one and a half round trips, and its first bytes arrive
    // after two.
    carry(near, far, roundTripMs / 2, now + 1.5 * roundTripMs);
    carry(far, near, roundTripMs / 2, now + 2 * roundTripMs);
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port');
  return {
    port: address.port,
    get bytesSent() {
      return bytesSent;
    },
    stop: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Passes data on in their order, each piece `delayMs` later and nothing before `notBefore`. */
function carry(from: Socket, to: Socket, delayMs: number, notBefore: number): void {
  const underWay: { readonly due: number; readonly data: Buffer | undefined }[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const deliver = (): void => {
    timer = undefined;
    for (let first = underWay[0]; first !== undefined; first = underWay[0]) {
      const wait = first.due - performance.now();
      if (wait > 0.2) {
        timer = setTimeout(deliver, wait);
        return;
      }
      underWay.shift();
      if (first.data === undefined) to.end();
      else {
        bytes -= first.data.length;
        to.write(first.data);
        if (from.isPaused() && bytes < MOST_UNDER_WAY / 2) from.resume();
      }
    }
  };
  const send = (data: Buffer | undefined): void => {
    underWay.push({ due: Math.max(performance.now() + delayMs, notBefore), data });
    bytes += data?.length ?? 0;
    if (bytes > MOST_UNDER_WAY) from.pause();
    if (timer === undefined) deliver();
  };
  from.on('data', send);
  from.on('end', () => send(undefined));
}
