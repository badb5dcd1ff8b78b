import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { module as fetch } from '../../engine/modules/fetch.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { applyHere, CONTEXT, planHere, settleHere } from './try-module.ts';

let folder = '';
beforeEach(() => {
  folder = temporaryFolder('runbook-fetch-');
  writeFileSync(at('src'), 'hello\n');
});
const at = (name: string): string => join(folder, name);

describe('fetch', () => {
  it.each([
    { dest: 'kept', flat: false, to: (src: string) => `kept/${CONTEXT.host}${src}` },
    { dest: 'kept/', flat: false, to: (src: string) => `kept/${CONTEXT.host}${src}` },
    { dest: 'kept/here', flat: true, to: () => 'kept/here' },
    { dest: 'kept/', flat: true, to: () => 'kept/src' },
  ])('with dest $dest and flat $flat the file has its place', async ({ dest, flat, to }) => {
    const { change, result } = await settleHere(fetch, { src: at('src'), dest: at(dest), flat });
    const place = at(to(at('src')));
    expect(readFileSync(place, 'utf8')).toBe('hello\n');
    expect(change.brings).toEqual([place]);
    expect(change.predictions).toEqual([]);
    expect(result).toMatchObject({ dest: place, checksum: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it.each([
    ['of several pieces', Buffer.alloc(5 * 1024 * 1024 + 17, 'piece ')],
    ['of no bytes', Buffer.alloc(0)],
    ['that is not text', Buffer.from([0, 10, 255, 13, 10, 0])],
  ])('brings a file %s', async (_what, bytes) => {
    writeFileSync(at("odd $(name) 'x'"), bytes);
    await settleHere(fetch, { src: at("odd $(name) 'x'"), dest: at('kept'), flat: true });
    expect(readFileSync(at('kept')).equals(bytes)).toBe(true);
  });

  it('brings what a link leads to', async () => {
    symlinkSync('src', at('link'));
    await settleHere(fetch, { src: at('link'), dest: at('kept'), flat: true });
    expect(readFileSync(at('kept'), 'utf8')).toBe('hello\n');
  });

  it('replaces another file, which keeps its mode', async () => {
    writeFileSync(at('kept'), 'old', { mode: 0o640 });
    const { change } = await settleHere(fetch, { src: at('src'), dest: at('kept'), flat: true });
    expect(change.differences).toMatchObject([{ field: 'content', before: expect.stringMatching(/^3 bytes/) }]);
    expect(statSync(at('kept')).mode & 0o777).toBe(0o640);
  });

  it('makes a file that only its owner can read of one that not everybody may read', async () => {
    chmodSync(at('src'), 0o640);
    await settleHere(fetch, { src: at('src'), dest: at('kept'), flat: true });
    expect(statSync(at('kept')).mode & 0o777).toBe(0o600);
  });
});

describe('what fetch cannot bring', () => {
  it.each([
    { says: 'a missing file', args: { src: 'gone' }, what: 'does not exist' },
    { says: 'a directory', args: { src: 'directory' }, what: 'is a directory, not a file' },
  ])('$says is impossible', async ({ args, what }) => {
    mkdirSync(at('directory'));
    const { outcome } = await planHere(fetch, { src: at(args.src), dest: at('kept') });
    expect(outcome).toMatchObject({ kind: 'impossible', what: expect.stringContaining(what) });
  });

  it('a file that may be missing is in sync', async () => {
    const { outcome } = await planHere(fetch, { src: at('gone'), dest: at('kept'), fail_on_missing: false });
    expect(outcome).toMatchObject({ kind: 'in_sync' });
    expect(existsSync(at('kept'))).toBe(false);
  });

  it('a directory is in sync where a failure is not wanted', async () => {
    mkdirSync(at('directory'));
    const { outcome } = await planHere(fetch, { src: at('directory'), dest: at('kept'), fail_on_missing: false });
    expect(outcome).toMatchObject({ kind: 'in_sync' });
  });

  it('leaves nothing behind where the file changes after the look', async () => {
    const { outcome } = await planHere(fetch, { src: at('src'), dest: at('kept/x'), flat: true });
    if (outcome.kind !== 'change') throw new Error(outcome.kind);
    writeFileSync(at('src'), 'other\n');
    await expect(applyHere(outcome)).rejects.toThrow(/changed while it was fetched/);
    expect(readdirSync(at('kept'))).toEqual([]);
  });
});
