import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { module as copy } from '../../../engine/modules/copy.ts';
import { controllerWith, planHere, settleHere } from '../try-module.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-folder-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const at = (name: string): string => join(directory, name);
const modeOf = (name: string): string => (statSync(at(name)).mode & 0o7777).toString(8);

const BINARY = Buffer.from([0, 1, 2, 255]);
const LARGE = Buffer.alloc(200_000, 'long ');
const controller = controllerWith({
  'site/a.txt': 'a\n',
  "site/odd $(name) 'x'": 'odd',
  'site/sub/deep/b.bin': BINARY,
  'site/sub/large': LARGE,
  'site/sub/empty-file': '',
  'site/sub/empty/': '',
});
const EVERYTHING = [
  'a.txt',
  "odd $(name) 'x'",
  'sub',
  'sub/deep',
  'sub/deep/b.bin',
  'sub/empty',
  'sub/empty-file',
  'sub/large',
];
const namesIn = (name: string): readonly string[] => readdirSync(at(name), { recursive: true }).map(String).toSorted();

describe('copy of a folder', () => {
  it.each([
    { src: 'site/', dest: 'www', place: 'www' },
    { src: 'site/', dest: 'new/www/', place: 'new/www' },
    { src: 'site', dest: 'www', place: 'www/site' },
  ])('brings everything in $src into $place', async ({ src, dest, place }) => {
    const { change } = await settleHere(copy, { src, dest: at(dest) }, { controller });
    expect(namesIn(place)).toEqual(EVERYTHING.toSorted());
    expect(readFileSync(at(`${place}/a.txt`), 'utf8')).toBe('a\n');
    expect(readFileSync(at(`${place}/sub/deep/b.bin`))).toEqual(BINARY);
    expect(readFileSync(at(`${place}/sub/large`))).toEqual(LARGE);
    expect(change.certainty).toBe('certain');
    expect(change.differences).toContainEqual({
      kind: 'text',
      path: at(`${place}/a.txt`),
      before: undefined,
      after: 'a\n',
    });
  });

  it('writes only what differs, and leaves other files alone', async () => {
    await settleHere(copy, { src: 'site/', dest: directory }, { controller });
    writeFileSync(at('a.txt'), 'changed');
    writeFileSync(at('mine'), 'mine');
    const before = statSync(at('sub/large')).ino;
    const { change } = await settleHere(copy, { src: 'site/', dest: directory }, { controller });
    expect(change.differences).toEqual([{ kind: 'text', path: at('a.txt'), before: 'changed', after: 'a\n' }]);
    expect(statSync(at('sub/large')).ino).toBe(before);
    expect(readFileSync(at('mine'), 'utf8')).toBe('mine');
  });

  it('gives files their mode, and new directories theirs', async () => {
    mkdirSync(at('sub'));
    chmodSync(at('sub'), 0o711);
    const modes = { mode: '0600', directory_mode: '0750' };
    await settleHere(copy, { src: 'site/', dest: directory, ...modes }, { controller });
    expect([modeOf('a.txt'), modeOf('sub/large'), modeOf('sub'), modeOf('sub/deep')]).toEqual([
      '600',
      '600',
      '711',
      '750',
    ]);
  });

  it('gives each file the mode of its source where mode is preserve', async () => {
    await settleHere(copy, { src: 'site/', dest: at('www'), mode: 'preserve' }, { controller });
    expect([modeOf('www/a.txt'), modeOf('www/sub/deep/b.bin')]).toEqual(['640', '640']);
  });
});

describe('copy of a folder into one that is there', () => {
  it('removes what the folder does not have only where delete is true', async () => {
    mkdirSync(at('www/old/deep'), { recursive: true });
    mkdirSync(at('www/sub'));
    writeFileSync(at('www/old/deep/x'), 'x');
    writeFileSync(at('www/sub/y'), 'y');
    symlinkSync(directory, at('www/link'));
    writeFileSync(at('kept'), 'kept');
    const args = { src: 'site/', dest: at('www') };
    await settleHere(copy, args, { controller });
    expect(existsSync(at('www/old/deep/x'))).toBe(true);
    const { change } = await settleHere(copy, { ...args, delete: true }, { controller });
    expect(namesIn('www')).toEqual(EVERYTHING.toSorted());
    expect(readFileSync(at('kept'), 'utf8')).toBe('kept');
    expect(change.differences).toMatchObject(
      ['www/link', 'www/old', 'www/sub/y'].map((name) => ({ of: at(name), field: 'state', after: 'absent' })),
    );
  });

  it('works in a directory that another user can change', async () => {
    mkdirSync(at('home/www/old'), { recursive: true });
    for (const name of ['home', 'home/www']) chownSync(at(name), 4242, 4242);
    chmodSync(directory, 0o755);
    await settleHere(copy, { src: 'site/', dest: at('home/www'), owner: 4242, delete: true }, { controller });
    expect(namesIn('home/www')).toEqual(EVERYTHING.toSorted());
    expect(readFileSync(at('home/www/sub/large'))).toEqual(LARGE);
    expect(EVERYTHING.filter((name) => statSync(at(`home/www/${name}`)).uid !== 4242)).toEqual([]);
  });
});

describe('a folder that cannot be copied', () => {
  it.each([
    { says: 'a file where a folder is wanted', args: { src: 'site/a.txt/' }, message: /is a file, not a folder/ },
  ])('$says is refused', async ({ args, message }) => {
    const files = controllerWith({ 'site/a.txt/': 'a' });
    await expect(planHere(copy, { ...args, dest: at('www') }, { controller: files })).rejects.toThrow(message);
  });

  it('is impossible where something else is in the place of a directory, and nothing is written', async () => {
    writeFileSync(at('sub'), 'in the way');
    const { outcome } = await planHere(copy, { src: 'site/', dest: directory }, { controller });
    expect(outcome).toMatchObject({ kind: 'impossible', what: expect.stringContaining('not a directory') });
    expect(readdirSync(directory)).toEqual(['sub']);
  });

  it('delete is refused for a file', async () => {
    const { outcome } = await planHere(copy, { content: 'a', dest: at('a'), delete: true });
    expect(outcome).toMatchObject({ kind: 'impossible', what: expect.stringContaining('delete is for a folder') });
  });
});
