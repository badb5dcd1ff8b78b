import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { module as file } from '../../engine/modules/file.ts';
import { planHere, settleHere } from './try-module.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-file-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const at = (name: string): string => join(directory, name);
const modeOf = (name: string): string => (statSync(at(name)).mode & 0o7777).toString(8);

describe('file: state=directory', () => {
  it('makes the directories above it too, each with the mode', async () => {
    const { change } = await settleHere(file, { path: at('a/b/c'), state: 'directory', mode: '0750' });
    expect(['a', 'a/b', 'a/b/c'].map(modeOf)).toEqual(['750', '750', '750']);
    expect(change.predictions).toHaveLength(3);
    expect(
      change.differences.map((one) =>
        one.kind === 'field'
          ? `${one.of.slice(directory.length)} ${one.field} ${typeof one.after === 'string' ? one.after : ''}`
          : '',
      ),
    ).toEqual(['/a state a directory', '/a/b state a directory', '/a/b/c state a directory', '/a/b/c mode 0750']);
  });
  it('changes the mode of one that is there, set-id bits too', async () => {
    mkdirSync(at('a'));
    chmodSync(at('a'), 0o2755);
    await settleHere(file, { path: at('a'), state: 'directory', mode: '0700' });
    expect(modeOf('a')).toBe('700');
  });
  it('is content with a link to a directory', async () => {
    mkdirSync(at('a'));
    symlinkSync('a', at('l'));
    expect((await planHere(file, { path: at('l'), state: 'directory' })).outcome.kind).toBe('in_sync');
    await settleHere(file, { path: at('l'), state: 'directory', mode: '0711' });
    expect(modeOf('a')).toBe('711');
    await settleHere(file, { path: at('l/beneath'), state: 'directory' });
  });
  it('sets owner and mode beneath it with recurse, once', async () => {
    mkdirSync(at('a/b'), { recursive: true });
    writeFileSync(at('a/b/run'), '');
    writeFileSync(at('a/x y\n'), '');
    chmodSync(at('a/b/run'), 0o700);
    symlinkSync('/etc/passwd', at('a/link'));
    const before = lstatSync('/etc/passwd').mode;
    await settleHere(file, { path: at('a'), state: 'directory', recurse: true, mode: 'u=rwX,g=rX,o=' });
    expect(['a', 'a/b', 'a/b/run', 'a/x y\n'].map(modeOf)).toEqual(['750', '750', '750', '640']);
    expect(lstatSync('/etc/passwd').mode).toBe(before);
  });
  it('is impossible over a file', async () => {
    writeFileSync(at('a'), '');
    expect((await planHere(file, { path: at('a'), state: 'directory' })).outcome).toMatchObject({
      kind: 'impossible',
      what: `${at('a')} is a file, not a directory`,
    });
    expect((await planHere(file, { path: at('a/b'), state: 'directory' })).outcome).toMatchObject({
      kind: 'impossible',
    });
  });
});

describe('file: state=link', () => {
  it('makes a link, and leads it elsewhere', async () => {
    mkdirSync(at('one'));
    mkdirSync(at('two'));
    await settleHere(file, { path: at('l'), src: 'one', state: 'link' });
    await settleHere(file, { path: at('l'), src: at('two'), state: 'link' });
    expect(readlinkSync(at('l'))).toBe(at('two'));
    expect(existsSync(at('one/two'))).toBe(false);
  });
  it('wants what it leads to to exist, unless forced', async () => {
    expect((await planHere(file, { path: at('l'), src: 'none', state: 'link' })).outcome).toMatchObject({
      kind: 'impossible',
      what: `the target ${at('none')} of the link does not exist`,
    });
    await settleHere(file, { path: at('l'), src: 'none', state: 'link', force: true });
  });
  it('takes the place of a file or an empty directory only by force', async () => {
    writeFileSync(at('f'), '');
    mkdirSync(at('d'));
    for (const name of ['f', 'd']) {
      expect((await planHere(file, { path: at(name), src: '/etc', state: 'link' })).outcome.kind).toBe('impossible');
      await settleHere(file, { path: at(name), src: '/etc', state: 'link', force: true });
    }
  });
  it('does not remove a directory that holds something', async () => {
    mkdirSync(at('d'));
    writeFileSync(at('d/x'), '');
    await expect(settleHere(file, { path: at('d'), src: '/etc', state: 'link', force: true })).rejects.toThrow(
      'that is not empty',
    );
    expect(existsSync(at('d/x'))).toBe(true);
  });
  it('makes a second name for a file', async () => {
    writeFileSync(at('a'), 'x');
    await settleHere(file, { path: at('b'), src: at('a'), state: 'hard' });
    expect(statSync(at('a')).ino).toBe(statSync(at('b')).ino);
  });
});

describe('file: other states', () => {
  it('removes files, trees and links, and not what a link leads to', async () => {
    mkdirSync(at('d/e'), { recursive: true });
    symlinkSync('d', at('l'));
    await settleHere(file, { path: at('l'), state: 'absent' });
    expect(existsSync(at('d/e'))).toBe(true);
    await settleHere(file, { path: at('d'), state: 'absent' });
    expect(existsSync(at('d'))).toBe(false);
  });
  it('makes an empty file by touch, and sets its time again each time', async () => {
    await settleHere(file, { path: at('t'), state: 'touch', mode: '0600' }, { again: false });
    expect(readFileSync(at('t'), 'utf8')).toBe('');
    expect(modeOf('t')).toBe('600');
    await settleHere(file, { path: at('t'), state: 'touch' }, { again: false });
    expect((await planHere(file, { path: at('t'), state: 'touch', modification_time: 'preserve' })).outcome.kind).toBe(
      'in_sync',
    );
  });
  it('sets the mode of what is there', async () => {
    writeFileSync(at('-f'), '');
    await settleHere(file, { path: at('-f'), mode: '0400' });
    expect((await planHere(file, { path: at('none'), mode: '0400' })).outcome).toMatchObject({
      kind: 'impossible',
      what: `${at('none')} does not exist`,
    });
  });
});
