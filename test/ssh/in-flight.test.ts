import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { Transport } from '../../engine/connection/base/transport.ts';
import { connectionContext } from '../../engine/connection/ssh/connection-context.ts';
import { connectSsh } from '../../engine/connection/ssh/ssh-transport.ts';
import { bytesInFlight } from '../../engine/connection/ssh2/ssh-in-flight.ts';
import { startDelayingProxy } from '../bench/delaying-proxy.ts';
import { startOpensshServer, type OpensshServer } from './openssh-server.ts';

const MIB = 1024 * 1024;
/** The window of OpenSSH. */
const MOST = 2 * MIB;

let server: OpensshServer;
beforeAll(async () => {
  server = await startOpensshServer();
});
afterAll(() => server.stop());

test.each([
  [0, MIB / 2],
  [1, MIB / 2],
  [5, 625_000],
  [100, 12_500_000],
  [Infinity, Infinity],
])('with a round trip of %d ms, %d bytes are under way', (roundTripMs, bytes) => {
  expect(bytesInFlight(roundTripMs)).toBe(bytes);
});

test('to a near host no more is sent ahead than it needs', async () => {
  const transport = await open(server.port);
  // On a busy machine, the first packets may be slow.
  await vi.waitFor(async () => expect(await granted(transport)).toBeLessThan(MOST), { timeout: 60_000 });
});

test('to a far host all is sent that it takes', async () => {
  const proxy = await startDelayingProxy(server.port, 40);
  onTestFinished(() => proxy.stop());
  const transport = await open(proxy.port);
  for (let count = 0; count < 3; count += 1) expect(await granted(transport)).toBe(MOST);
});

test('a host that reads nothing is sent no more than that', async () => {
  const transport = await open(server.port);
  const deaf = await transport.start('exec sleep 600');
  deaf.stdin.write(Buffer.alloc(20 * MIB));
  // Sent data come after all data that were in flight.
  await granted(transport);
  await granted(transport);
  expect(transport.wireBytes()?.sent).toBeGreaterThan(MIB / 4);
  expect(transport.wireBytes()?.sent).toBeLessThan(MOST + MIB);
  deaf.abandon();
});

async function open(port: number): Promise<Transport> {
  const transport = await connectSsh(server.target({ port, hostKeyChecking: 'off' }), connectionContext(), undefined);
  onTestFinished(() => transport.close());
  return transport;
}

/** Returns the number of bytes that may be sent to a new process before it has read anything. */
async function granted(transport: Transport): Promise<unknown> {
  const { stdin, stdout, ended } = await transport.start('true');
  const window: unknown = Reflect.get(Reflect.get(stdin, 'outgoing') as object, 'window');
  stdout.resume();
  await ended;
  return window;
}
