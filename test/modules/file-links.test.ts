import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { module as copy } from '../../engine/modules/copy.ts';
import { module as file } from '../../engine/modules/file.ts';
import { module as template } from '../../engine/modules/template.ts';
import { CONTEXT, FACTS, controllerWith, planHere, settleHere } from './try-module.ts';

const IS_ROOT = process.getuid?.() === 0;

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-links-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const at = (name: string): string => join(directory, name);
const modeOf = (name: string): string => (statSync(at(name)).mode & 0o7777).toString(8);
const controller = controllerWith({ 'a/src.conf': 'new\n' }, { 'a/src.conf': 'new\n' });

describe('a link', () => {
  it.each(['gone', '../gone', './gone', '/gone/x'])('to %s, which is not there, is refused', async (src) => {
    mkdirSync(at('d'));
    const { outcome } = await planHere(file, { path: at('d/l'), state: 'link', src });
    expect(outcome).toMatchObject({ kind: 'impossible', what: expect.stringContaining('does not exist') });
    await settleHere(file, { path: at('d/l'), state: 'link', src, force: true });
    expect(readlinkSync(at('d/l'))).toBe(src);
  });

  it('to what lies above it is made', async () => {
    mkdirSync(at('d'));
    writeFileSync(at('f'), '');
    await settleHere(file, { path: at('d/l'), state: 'link', src: '../f' });
    expect(readlinkSync(at('d/l'))).toBe('../f');
  });

  it('has the mode of what it leads to, where it is followed', async () => {
    writeFileSync(at('f'), '');
    chmodSync(at('f'), 0o644);
    await settleHere(file, { path: at('l'), state: 'link', src: 'f', mode: '0600' });
    expect(modeOf('f')).toBe('600');
    await settleHere(file, { path: at('l'), state: 'link', mode: '0640' });
    expect(modeOf('f')).toBe('640');
  });

  it.runIf(IS_ROOT)('has an owner of its own, where it is not', async () => {
    writeFileSync(at('f'), '');
    await settleHere(file, { path: at('l'), state: 'link', src: 'f', owner: 12345, follow: false });
    expect([statSync(at('f')).uid, lstatSync(at('l')).uid]).toEqual([0, 12345]);
    await settleHere(file, { path: at('l'), state: 'link', src: 'f', owner: 12346 });
    expect([statSync(at('f')).uid, lstatSync(at('l')).uid]).toEqual([12346, 12345]);
  });

  it('without src is one that is there', async () => {
    expect((await planHere(file, { path: at('l'), state: 'link' })).outcome).toMatchObject({ kind: 'impossible' });
    symlinkSync('f', at('l'));
    expect((await planHere(file, { path: at('l'), state: 'link' })).outcome.kind).toBe('in_sync');
  });

  it('takes the place of an empty directory only', async () => {
    mkdirSync(at('d'));
    writeFileSync(at('d/.hidden'), '');
    const given = { path: at('d'), state: 'link', src: '/etc', force: true };
    expect((await planHere(file, given)).outcome).toMatchObject({
      kind: 'impossible',
      what: `${at('d')} is a directory that is not empty`,
    });
    rmSync(at('d/.hidden'));
    await settleHere(file, given);
    expect(readlinkSync(at('d'))).toBe('/etc');
  });
});

describe('a hard link', () => {
  it.each(['directory', 'file', 'nothing', 'the same file'])('replaces a link to %s', async (what) => {
    writeFileSync(at('s'), 'text');
    if (what === 'directory') mkdirSync(at('t'));
    if (what === 'file') writeFileSync(at('t'), '');
    symlinkSync(what === 'the same file' ? 's' : 't', at('l'));
    await settleHere(file, { path: at('l'), state: 'hard', src: at('s') });
    expect(lstatSync(at('l')).ino).toBe(statSync(at('s')).ino);
    if (what === 'directory') expect(readdirSync(at('t'))).toEqual([]);
    expect(readdirSync(directory).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('has the mode that is asked for', async () => {
    writeFileSync(at('s'), 'text');
    linkSync(at('s'), at('h'));
    await settleHere(file, { path: at('h'), state: 'hard', src: at('s'), mode: '0600' });
    await settleHere(file, { path: at('i'), state: 'hard', src: at('s'), mode: '0640' });
    expect([modeOf('s'), modeOf('i')]).toEqual(['640', '640']);
  });
});

describe.each([
  ['copy', copy],
  ['template', template],
])('%s', (_, module) => {
  const settle = (given: Record<string, string | boolean>): Promise<unknown> =>
    settleHere(module as typeof copy, given, { controller });

  it.each(['d', 'l', 'd/', 'l/', 'none/deep/'])('goes into %s under its own name', async (dest) => {
    mkdirSync(at('d'));
    symlinkSync('d', at('l'));
    await settle({ src: 'a/src.conf', dest: `${directory}/${dest}` });
    expect(readFileSync(join(directory, dest, 'src.conf'), 'utf8')).toBe('new\n');
    expect(lstatSync(at('l')).isSymbolicLink()).toBe(true);
  });

  it.each(['f', 'gone'])('leaves a link to %s alone where nothing is to be replaced', async (target) => {
    writeFileSync(at('f'), 'old');
    symlinkSync(target, at('l'));
    const { outcome } = await planHere(
      module as typeof copy,
      { src: 'a/src.conf', dest: at('l'), force: false },
      { controller },
    );
    expect(outcome.kind).toBe('in_sync');
  });
});

describe('copy of a file of the host', () => {
  const given = (more: Record<string, string> = {}): Record<string, string | boolean> => ({
    src: at('s'),
    dest: at('d'),
    remote_src: true,
    ...more,
  });

  it.each(['text\n', '', 'a\0b', 'x'.repeat(3_000_000)])('brings each of its bytes', async (text) => {
    writeFileSync(at('s'), text);
    await settleHere(copy, given());
    expect(readFileSync(at('d'), 'utf8')).toBe(text);
    writeFileSync(at('s'), `${text}more`);
    await settleHere(copy, given());
    expect(readFileSync(at('d'), 'utf8')).toBe(`${text}more`);
  });

  it('keeps the mode of its source where it is asked to', async () => {
    writeFileSync(at('s'), '');
    chmodSync(at('s'), 0o751);
    await settleHere(copy, given({ mode: 'preserve' }));
    expect(modeOf('d')).toBe('751');
    await settleHere(copy, { src: 'a/src.conf', dest: at('e'), mode: 'preserve' }, { controller });
    expect(modeOf('e')).toBe('640');
  });

  it('needs one', async () => {
    expect((await planHere(copy, given())).outcome).toMatchObject({
      kind: 'impossible',
      what: `${at('s')} does not exist on the host`,
    });
    mkdirSync(at('s'));
    expect((await planHere(copy, given())).outcome).toMatchObject({ kind: 'change' });
  });
});

describe('content', () => {
  it.each([
    [{ a: [1, 'é', true, null], b: {} }, '{"a": [1, "\\u00e9", true, null], "b": {}}'],
    [[1, 2], '[1, 2]'],
    [5, '5'],
  ])('%j is written as JSON', async (content, text) => {
    await settleHere(copy, { content, dest: at('f') });
    expect(readFileSync(at('f'), 'utf8')).toBe(text);
  });
});

describe('what the host tells beforehand', () => {
  it.each([
    ['copy', copy, { content: 'x', dest: 'f', owner: 'nosuch' }, 'there is no user nosuch on the host'],
    ['copy', copy, { content: 'x', dest: 'f', group: 'nosuch' }, 'there is no group nosuch on the host'],
    ['file', file, { path: 'd', state: 'directory', owner: 'nosuch' }, 'there is no user nosuch on the host'],
  ])('%s needs its accounts', async (_, module, given, what) => {
    const path = 'dest' in given ? { dest: at(given.dest) } : { path: at(given.path) };
    const { outcome } = await planHere(module as typeof copy, { ...given, ...path });
    expect(outcome).toMatchObject({ kind: 'impossible', what });
    expect(existsSync(at('f'))).toBe(false);
  });

  it.runIf(IS_ROOT)('who may not write in a folder is told so', async () => {
    const nobody = { ...CONTEXT, user: 'nobody', facts: { ...FACTS, user: 'nobody', uid: 65_534 } };
    writeFileSync(at('f'), '');
    // Root may write everywhere, so the check looks at the owner.
    const { outcome } = await planHere(copy, { content: 'x', dest: at('f') }, { context: nobody });
    expect(outcome).toMatchObject({
      kind: 'impossible',
      what: `${at('f')} belongs to root, and nobody may not replace it`,
    });
    const mode = await planHere(file, { path: at('f'), mode: '0600' }, { context: nobody });
    expect(mode.outcome).toMatchObject({
      kind: 'impossible',
      what: `${at('f')} belongs to root, and nobody may not change its mode`,
    });
    const readOnly = await planHere(file, { path: '/proc/sys/kernel/x', state: 'touch' }, { context: nobody });
    expect(readOnly.outcome).toMatchObject({ kind: 'impossible' });
  });
});
