import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { piecesOf } from '../../../engine/run/controller/file-pieces.ts';

const MIB = 1024 * 1024;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pieces-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([0, 1, MIB - 1, MIB, MIB + 1, 5 * MIB + 7])(
  'a file of %d bytes comes whole, in two buffers',
  async (size) => {
    const path = join(folder, 'file');
    const content = randomBytes(size);
    writeFileSync(path, content);
    const came: Buffer[] = [];
    const buffers = new Set<ArrayBufferLike>();
    for await (const piece of piecesOf(path)) {
      buffers.add(piece.buffer);
      came.push(Buffer.from(piece));
    }
    expect(Buffer.concat(came).equals(content)).toBe(true);
    expect(buffers.size).toBe(Math.min(2, Math.ceil(size / MIB)));
  },
);

test('the last piece stays as it is when the end was asked for', async () => {
  const path = join(folder, 'file');
  const content = randomBytes(2 * MIB);
  writeFileSync(path, content);
  let last: Uint8Array = new Uint8Array();
  for await (const piece of piecesOf(path)) last = piece;
  expect(content.subarray(MIB).equals(last)).toBe(true);
});

test('the file is closed when all was read, and when no more is wanted', async () => {
  const path = join(folder, 'file');
  writeFileSync(path, randomBytes(3 * MIB));
  for await (const piece of piecesOf(path)) {
    expect(opened(path)).toBe(1);
    expect(piece).toHaveLength(MIB);
    break;
  }
  expect(opened(path)).toBe(0);
  for await (const piece of piecesOf(path)) expect(piece).toHaveLength(MIB);
  expect(opened(path)).toBe(0);
});

test('a file that is not there is an error', async () => {
  await expect(piecesOf(join(folder, 'none')).next()).rejects.toMatchObject({ code: 'ENOENT' });
});

function opened(path: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false;
    }
  }).length;
}
