import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connect } from '../../engine/connection/connection.ts';
import { startOpensshServer } from './openssh-server.ts';

test('a file arrives from a server that wants new keys meanwhile, and the session goes on', async () => {
  const server = await startOpensshServer({ RekeyLimit: '1M' });
  try {
    const connection = await connect(server.target());
    const host = await connection.changing({ kind: 'login' });
    const content = randomBytes(20_000_000);
    const path = join(server.folder, 'file');
    async function* open(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < content.length; at += 300_000) yield content.subarray(at, at + 300_000);
    }
    await host.send({ size: content.length, open }, path, { mode: '0600' });
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(
      (await host.look(`head -c 3000000 ${path}`, { maxOutputBytes: 4_000_000 })).stdout.equals(
        content.subarray(0, 3_000_000),
      ),
    ).toBe(true);
    await connection.close();
  } finally {
    await server.stop();
  }
});
