import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { module as find } from '../../engine/modules/find.ts';
import { module as getUrl } from '../../engine/modules/get_url.ts';
import { module as script } from '../../engine/modules/script.ts';
import { module as shell } from '../../engine/modules/shell.ts';
import { module as slurp } from '../../engine/modules/slurp.ts';
import { module as stat } from '../../engine/modules/stat.ts';
import { module as tempfile } from '../../engine/modules/tempfile.ts';
import { module as unarchive } from '../../engine/modules/unarchive.ts';
import { module as waitFor } from '../../engine/modules/wait_for.ts';
import { runScript } from '../resources/local-sh.ts';
import { controllerWith, planHere, settleHere, textIn } from './try-module.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-host-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const at = (name: string): string => join(directory, name);
const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function told(path: string, more = {}): Promise<unknown> {
  const { outcome } = await planHere(stat, { path, ...more });
  return outcome.kind === 'in_sync' ? outcome.result?.['stat'] : outcome;
}

describe('stat', () => {
  it('tells what is there, and that nothing is', async () => {
    writeFileSync(at('f'), 'x', { mode: 0o640 });
    symlinkSync('f', at('l'));
    expect(await told(at('f'))).toMatchObject({
      exists: true,
      isreg: true,
      isdir: false,
      islnk: false,
      mode: '0640',
      size: 1,
      checksum: sha256('x'),
    });
    expect(await told(at('l'))).toMatchObject({ islnk: true, isreg: false, lnk_target: 'f', lnk_source: at('f') });
    expect(await told(at('l'), { follow: true })).toMatchObject({ isreg: true, size: 1 });
    expect(await told(at('none/x'))).toEqual({ exists: false });
  });
});

describe('slurp', () => {
  it('reads a file, bytes and all', async () => {
    writeFileSync(at('f'), Buffer.from([0, 255]));
    expect((await planHere(slurp, { src: at('f') })).outcome).toMatchObject({
      kind: 'in_sync',
      result: { content: 'AP8=', encoding: 'base64' },
    });
    expect((await planHere(slurp, { src: at('none') })).outcome).toMatchObject({
      kind: 'impossible',
      what: `${at('none')} does not exist`,
    });
  });

  it.each([
    ['{"keys": ["a"]}\n', { keys: ['a'] }],
    ['5', undefined],
    ['{"keys": ', undefined],
  ])('tells what JSON %j holds', async (text, json) => {
    writeFileSync(at('f'), text);
    const { outcome } = await planHere(slurp, { src: at('f') });
    expect(outcome.kind === 'in_sync' && outcome.result?.['json']).toEqual(json);
  });
});

async function names(more: Readonly<Record<string, string | boolean>>): Promise<unknown> {
  const { outcome } = await planHere(find, { paths: directory, ...more });
  if (outcome.kind !== 'in_sync' || !Array.isArray(outcome.result?.['files'])) throw new Error(outcome.kind);
  return outcome.result['files'].map((one: { path: string }) => one.path.slice(directory.length + 1));
}

describe('find', () => {
  it('lists by name and type, whatever the names are', async () => {
    mkdirSync(at('d/deep'), { recursive: true });
    for (const name of ['b.conf', 'a.conf', '.hidden.conf', 'x\ny.conf', 'z', 'd/deep/c.conf'])
      writeFileSync(at(name), '');
    expect(await names({ patterns: '*.conf' })).toEqual(['a.conf', 'b.conf', 'x\ny.conf']);
    expect(await names({ patterns: '*.conf', recurse: true, hidden: true })).toEqual([
      '.hidden.conf',
      'a.conf',
      'b.conf',
      'd/deep/c.conf',
      'x\ny.conf',
    ]);
    expect(await names({ file_type: 'directory' })).toEqual(['d']);
    const regex = { use_regex: true, patterns: '[ab]\\.', excludes: 'b.*f$' };
    expect(await names(regex)).toEqual(['a.conf']);
    expect(await names({ use_regex: true, patterns: 'conf' })).toEqual([]);
    expect(await names({ use_regex: true, patterns: '.*onf$', recurse: true })).toEqual([
      'a.conf',
      'b.conf',
      'd/deep/c.conf',
    ]);
    expect((await planHere(find, { paths: at('none') })).outcome).toMatchObject({ result: { matched: 0 } });
  });
});

describe('tempfile', () => {
  it('makes a new one each time, for its owner alone', async () => {
    const one = await settleHere(tempfile, { path: directory, suffix: '.d', state: 'directory' }, { again: false });
    const other = await settleHere(tempfile, { path: directory }, { again: false });
    expect(one.result?.['path']).not.toBe(other.result?.['path']);
    expect(statSync(textIn(one.result, 'path')).mode & 0o777).toBe(0o700);
    expect(statSync(textIn(other.result, 'path')).mode & 0o777).toBe(0o600);
  });
});

describe('get_url', () => {
  it('brings a file, checks its digest, and is content with it then', async () => {
    writeFileSync(at('source'), 'binary');
    await settleHere(getUrl, {
      url: `file://${at('source')}`,
      dest: at('f'),
      mode: '0755',
      checksum: `sha256:${sha256('binary')}`,
    });
    expect(readFileSync(at('f'), 'utf8')).toBe('binary');
    writeFileSync(at('f'), 'tampered');
    await settleHere(getUrl, { url: `file://${at('source')}`, dest: at('f'), checksum: `sha256:${sha256('binary')}` });
    expect(statSync(at('f')).mode & 0o777).toBe(0o755);
  });
  it('reads the digest from a list', async () => {
    mkdirSync(at('d'));
    writeFileSync(at('source'), 'binary');
    writeFileSync(at('SUMS'), `${sha256('x')}  other\n${sha256('binary')} *source\n`);
    await settleHere(getUrl, { url: `file://${at('source')}`, dest: at('d'), checksum: `sha256:file://${at('SUMS')}` });
    expect(readFileSync(at('d/source'), 'utf8')).toBe('binary');
    writeFileSync(at('SUMS'), `${sha256('x')}  other\n${sha256('x')}  another\n`);
    expect(
      (
        await planHere(getUrl, {
          url: `file://${at('source')}`,
          dest: at('d/'),
          checksum: `sha256:file://${at('SUMS')}`,
        })
      ).outcome,
    ).toMatchObject({ kind: 'impossible' });
  });
  it('puts nothing in place that has another digest', async () => {
    writeFileSync(at('source'), 'binary');
    await expect(
      settleHere(getUrl, { url: `file://${at('source')}`, dest: at('f'), checksum: `sha256:${sha256('y')}` }),
    ).rejects.toThrow('what came has the digest');
    await expect(settleHere(getUrl, { url: `file://${at('none')}`, dest: at('f') })).rejects.toThrow();
    expect(readdirSync(directory)).toEqual(['source']);
  });
});

describe('unarchive', () => {
  beforeEach(() => {
    mkdirSync(at('in/top'), { recursive: true });
    writeFileSync(at('in/top/bin'), 'tool', { mode: 0o755 });
    execFileSync('tar', ['-czf', at('a.tar.gz'), '-C', at('in'), 'top']);
    mkdirSync(at('out'));
  });
  it('unpacks an archive of the host once', async () => {
    await settleHere(unarchive, {
      src: at('a.tar.gz'),
      dest: at('out'),
      remote_src: true,
      extra_opts: ['--strip-components=1'],
      creates: at('out/bin'),
    });
    expect(readFileSync(at('out/bin'), 'utf8')).toBe('tool');
  });
  it('sees by itself whether it is unpacked', async () => {
    await settleHere(unarchive, { src: at('a.tar.gz'), dest: at('out'), remote_src: true });
    writeFileSync(at('out/top/bin'), 'changed');
    expect((await planHere(unarchive, { src: at('a.tar.gz'), dest: at('out'), remote_src: true })).outcome.kind).toBe(
      'change',
    );
  });
  it('brings an archive, and leaves nothing of it behind', async () => {
    const controller = controllerWith({ [at('a.tar.gz')]: readFileSync(at('a.tar.gz')) });
    await settleHere(
      unarchive,
      { src: at('a.tar.gz'), dest: at('out'), creates: at('out/top/bin'), mode: 'u=rwX,go=' },
      { controller },
    );
    expect(statSync(at('out/top/bin')).mode & 0o777).toBe(0o700);
    expect(readdirSync('/tmp').filter((name) => name.startsWith('.runbook-testrun'))).toEqual([]);
  });
  it('wants its directory to be there', async () => {
    expect(
      (await planHere(unarchive, { src: at('a.tar.gz'), dest: at('none'), remote_src: true })).outcome,
    ).toMatchObject({
      kind: 'impossible',
      what: `the directory ${at('none')} does not exist`,
    });
  });
});

describe('shell and script', () => {
  it('runs shell text with its own shell', async () => {
    expect(
      (await settleHere(shell, { cmd: 'printf "%s|" a b | tr a x; echo $0' }, { again: false })).result,
    ).toMatchObject({
      stdout: expect.stringContaining('x|b|'),
    });
    expect(
      (await settleHere(shell, { cmd: 'echo ${BASH_VERSION:+bash}', executable: '/bin/bash' }, { again: false }))
        .result,
    ).toMatchObject({ stdout: 'bash' });
    expect((await settleHere(shell, { cmd: 'cat; exit 0', stdin: 'in' }, { again: false })).result).toMatchObject({
      stdout: 'in',
    });
  });
  it('brings a script, runs it by its interpreter, and removes it', async () => {
    const controller = controllerWith({ 'x.sh': '#!/bin/bash\necho "${BASH_VERSION:+bash} $1 $2"; exit 0\n' });
    expect((await settleHere(script, { cmd: "x.sh 'a b' $c" }, { controller, again: false })).result).toMatchObject({
      stdout: 'bash a b $c',
    });
    expect(readdirSync('/tmp').filter((name) => name.startsWith('.runbook-testrun'))).toEqual([]);
  });
});

describe('wait_for', () => {
  it('has nothing to wait for where it is so already', async () => {
    expect((await planHere(waitFor, { path: directory })).outcome.kind).toBe('in_sync');
    expect((await planHere(waitFor, { path: at('none'), state: 'absent' })).outcome.kind).toBe('in_sync');
    expect((await planHere(waitFor, { port: 1, state: 'stopped' })).outcome.kind).toBe('in_sync');
  });
  it('waits by a script that ends when it is so', async () => {
    const { outcome } = await planHere(waitFor, { path: at('soon'), timeout: 60 });
    if (outcome.kind !== 'await') throw new Error(outcome.kind);
    expect(outcome.what).toBe(`${at('soon')} to be there`);
    const { status } = runScript(`touch ${at('soon')}\n${outcome.script}`);
    expect(status).toBe(0);
    expect(existsSync(at('soon'))).toBe(true);
  });
  it('looks into a file', async () => {
    writeFileSync(at('log'), 'one\nstarted in 12 ms\n');
    const look = async (regex: string) =>
      (await planHere(waitFor, { path: at('log'), search_regex: regex })).outcome.kind;
    expect(await look('^started in \\d+ ms$')).toBe('in_sync');
    expect(await look('^stopped')).toBe('await');
  });
  it('is not held by a named pipe in the place of the file', async () => {
    runScript(`mkfifo ${at('pipe')}`);
    const { outcome } = await planHere(waitFor, { path: at('pipe'), search_regex: 'x', timeout: 1 });
    if (outcome.kind !== 'await') throw new Error(outcome.kind);
    expect(runScript(outcome.script).status).toBe(1);
  });
  it('gives up at its deadline', async () => {
    const { outcome } = await planHere(waitFor, { port: 1, timeout: 1 });
    if (outcome.kind !== 'await') throw new Error(outcome.kind);
    expect(runScript(outcome.script).status).toBe(1);
  });
});
