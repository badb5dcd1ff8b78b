import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { quote } from '../../engine/connection/base/quote.ts';
import { connect } from '../../engine/connection/connection.ts';
import { connectionContext } from '../../engine/connection/ssh/connection-context.ts';
import type { OpenClient } from '../../engine/connection/ssh/open-client.ts';
import { openClient, tcp } from '../../engine/connection/ssh/ssh-client.ts';
import { startOpensshServer, type OpensshServer } from './openssh-server.ts';

let server: OpensshServer;
beforeAll(async () => {
  // With this setting, new keys are exchanged again and again, and packets are queued meanwhile.
  server = await startOpensshServer({
    RekeyLimit: '1M',
    Ciphers: 'aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr',
  });
});
afterAll(() => server.stop());

test('what several connections bring at a time arrives as it was, over many changes of keys', async () => {
  const contents = [20_000_000, 19_999_999, 12_345_678].map((size) => randomBytes(size));
  const handshakes = await Promise.all(
    contents.map((content, index) => bring(content, join(server.folder, `file-${index}`), 'reused')),
  );
  for (const count of handshakes) expect(count).toBeGreaterThan(2);
  for (const [index, content] of contents.entries())
    expect(digest(await readFile(join(server.folder, `file-${index}`)))).toBe(digest(content));
});

test('a cipher that is not known makes packets of its own', async () => {
  const plain = await startOpensshServer({ Ciphers: 'aes128-ctr' });
  try {
    const content = randomBytes(1_000_000);
    await bring(content, join(plain.folder, 'file'), 'new', plain);
    expect(digest(await readFile(join(plain.folder, 'file')))).toBe(digest(content));
  } finally {
    await plain.stop();
  }
});

test.each([
  // Data that are written to it stay in its buffer for a while, unlike those of a socket.
  [
    'a proxy command',
    () => ({ proxyCommand: "bash -c 'exec 3<>/dev/tcp/$1/$2 4<&0; cat <&4 >&3 & cat <&3; kill $!' relay %h %p" }),
  ],
  ['a jump host', () => ({ jumps: [server.target({ name: 'jump' })] })],
])('%s passes large packets on as they were', async (_name, way) => {
  const connection = await connect(server.target(way()));
  const host = await connection.changing({ kind: 'login' });
  const content = randomBytes(20_000_000);
  const path = join(server.folder, 'passed on');
  async function* open(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < content.length; at += 1_000_000) yield content.subarray(at, at + 1_000_000);
  }
  await host.send({ size: content.length, open }, path, { mode: '0600' });
  expect(digest(await readFile(path))).toBe(digest(content));
  await connection.close();
});

/** Sends a file. Returns the number of key exchanges. */
async function bring(content: Buffer, path: string, packets: 'reused' | 'new', to = server): Promise<number> {
  const target = to.target();
  const { client }: OpenClient = await openClient(target, tcp(target), connectionContext());
  let handshakes = 1;
  client.on('handshake', () => {
    handshakes += 1;
    expect(hasPacketsReused(client)).toBe(true);
  });
  expect(hasPacketsReused(client)).toBe(packets === 'reused');
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  client.exec(`cat >${quote(path)}`, (error, channel) => {
    if (error !== undefined) return reject(error);
    channel.resume();
    once(channel, 'close').then(() => resolve(), reject);
    // Pieces that are larger than a packet, with small ones in between.
    for (let at = 0, size = 1; at < content.length; at += size, size = (size * 7 + 13) % 100_003)
      channel.write(content.subarray(at, at + size));
    channel.end();
  });
  await promise;
  client.end();
  return handshakes;
}

function hasPacketsReused(client: object): boolean {
  const cipher: unknown = Reflect.get(Reflect.get(client, '_protocol') as object, '_cipher');
  return Object.hasOwn(cipher as object, 'encrypt');
}

function digest(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
