import { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectionContext } from '../../engine/connection/ssh/connection-context.ts';
import { openClient, tcp } from '../../engine/connection/ssh/ssh-client.ts';
import { writeTogether } from '../../engine/connection/ssh2/ssh-packets.ts';
import { type OpensshServer, startOpensshServer } from './openssh-server.ts';

let server: OpensshServer;

beforeAll(async () => {
  server = await startOpensshServer();
});

afterAll(() => server.stop());

test('the keys of a connection are opened once, not with each packet', async () => {
  const target = server.target();
  const { client } = await openClient(target, tcp(target), connectionContext());
  try {
    expect(client).toMatchObject({
      _protocol: { _cipher: { _encKey: expect.any(KeyObject) }, _decipher: { _decipherKey: expect.any(KeyObject) } },
    });
  } finally {
    client.end();
  }
});

test('what is written in one turn goes out together at its end', async () => {
  const listener = createServer((far) => far.pipe(far));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const socket = connect(address.port, '127.0.0.1');
  await once(socket, 'connect');
  writeTogether(socket);
  for (const piece of ['a', 'b', 'c']) socket.write(piece);
  expect(socket.writableCorked).toBe(1);
  expect(socket.writableLength).toBe(3);
  const [echoed] = await once(socket, 'data');
  expect(String(echoed)).toBe('abc');
  expect(socket.writableCorked).toBe(0);
  socket.destroy();
  listener.close();
});
