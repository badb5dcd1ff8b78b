import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quote } from '../../engine/connection/base/quote.ts';
import { connect, type Changing, type Connection } from '../../engine/connection/connection.ts';
import type { UploadSource } from '../../engine/connection/shell/upload.ts';
import { startOpensshServer, type OpensshServer } from './openssh-server.ts';

/** The program that is found as dd on the host. */
const DDS = [
  ['of coreutils', ''],
  ['of busybox', 'mount --bind "$(command -v busybox)" "$dd"'],
  ['that is missing', 'mount --bind /dev/null "$dd"'],
  [
    'that reads and writes nothing',
    `printf '#!/bin/sh\\nhead -c 1000 >/dev/null; exit 1\\n' >$folder/dd; chmod 755 $folder/dd; mount --bind $folder/dd "$dd"`,
  ],
] as const;

describe.skipIf(process.getuid?.() !== 0).each(DDS)(
  'a file is sent to a host with a dd %s (the test needs root, for mounts)',
  (which, mount) => {
    let server: OpensshServer;
    let connection: Connection;
    let host: Changing;
    beforeAll(async () => {
      const full = 'mkdir $folder/full; mount -t tmpfs -o size=400k tmpfs $folder/full';
      server = await startOpensshServer({}, [], `dd=$(readlink -f "$(command -v dd)")\n${mount}\n${full}`);
      connection = await connect(server.target());
      host = await connection.changing({ kind: 'login' });
    });
    afterAll(async () => {
      await connection.close();
      await server.stop();
    });

    const listed = async (folder: string): Promise<string> =>
      (await host.look(`ls -A ${quote(folder)}`)).stdout.toString();

    test('it arrives whole, or not at all', async () => {
      const path = join(server.folder, "it's it");
      const content = randomBytes(3_000_000);
      const sending = host.send(sourceOf(content), path, { mode: '0640' });
      if (which === 'that reads and writes nothing') {
        await expect(sending).rejects.toMatchObject({ code: 'source-changed' });
        expect(await listed(server.folder)).not.toContain("it's it");
        return;
      }
      await sending;
      const { stdout } = await host.look(`stat -c %a ${quote(path)}; cat ${quote(path)}`, {
        maxOutputBytes: 4_000_000,
      });
      expect(stdout.subarray(0, 4).toString()).toBe('640\n');
      expect(stdout.subarray(4).equals(content)).toBe(true);
    });

    test('what stands in its place makes way', async () => {
      const path = join(server.folder, 'again');
      await host.change(`echo old >${path}; ln -s nowhere ${path}-link`);
      for (const place of [path, `${path}-link`]) {
        const sending = host.send(sourceOf(Buffer.from('new')), place, { mode: '0600' });
        if (which === 'that reads and writes nothing')
          await expect(sending).rejects.toMatchObject({ code: 'source-changed' });
        else {
          await sending;
          expect((await host.look(`cat ${place}; stat -c ' %F' ${place}`)).stdout.toString()).toBe(
            'new regular file\n',
          );
        }
      }
    });

    // A dd that accepts no data cannot fill a disk.
    if (which === 'that reads and writes nothing') return;
    test('a full disk is told, and nothing is left on it', async () => {
      const folder = join(server.folder, 'full');
      await expect(
        host.send(sourceOf(randomBytes(3_000_000)), join(folder, 'file'), { mode: '0600' }),
      ).rejects.toMatchObject({
        code: 'upload-failed',
        why: expect.stringMatching(/no space left/i),
      });
      expect(await listed(folder)).toBe('');
    });
  },
);

function sourceOf(content: Buffer): UploadSource {
  return {
    size: content.length,
    async *open() {
      for (let at = 0; at < content.length; at += 100_000) yield content.subarray(at, at + 100_000);
    },
  };
}
