import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Module } from '../../engine/modules/base/module.ts';
import { module as blockinfile } from '../../engine/modules/blockinfile.ts';
import { module as copy } from '../../engine/modules/copy.ts';
import { module as file } from '../../engine/modules/file.ts';
import { module as find } from '../../engine/modules/find.ts';
import { module as getUrl } from '../../engine/modules/get_url.ts';
import { module as lineinfile } from '../../engine/modules/lineinfile.ts';
import { module as replace } from '../../engine/modules/replace.ts';
import { module as slurp } from '../../engine/modules/slurp.ts';
import { module as stat } from '../../engine/modules/stat.ts';
import { module as tempfile } from '../../engine/modules/tempfile.ts';
import { module as unarchive } from '../../engine/modules/unarchive.ts';
import { module as uri } from '../../engine/modules/uri.ts';
import type { ValueMap } from '../../engine/values/base/value.ts';
import { BUSYBOXES } from '../busyboxes.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { applyHere, planHere, settleHere, textIn } from './try-module.ts';

const MACHINE = process.env['PATH'];
const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);
const textOf = (path: string): string => readFileSync(path, 'utf8');

interface Row {
  readonly what: string;
  readonly module: Module<never, never>;
  readonly args: (folder: string) => ValueMap;
  readonly before?: (folder: string) => void;
  readonly proof: (folder: string) => void;
}

function row<Arguments, Loaded>(module: Module<Arguments, Loaded>, rest: Omit<Row, 'module'>): Row {
  return { module: module as unknown as Row['module'], ...rest };
}

function tree(folder: string): void {
  mkdirSync(join(folder, 'd/sub'), { recursive: true });
  writeFileSync(join(folder, 'd/run'), 'x', { mode: 0o755 });
  writeFileSync(join(folder, 'd/sub/with space'), 'y');
  symlinkSync('run', join(folder, 'd/link'));
  chmodSync(join(folder, 'd/run'), 0o755);
}

function pack(folder: string): void {
  tree(folder);
  mkdirSync(join(folder, 'to'));
  execFileSync('tar', ['-czf', join(folder, 'a.tgz'), '-C', folder, 'd'], { env: { PATH: MACHINE } });
}

const ROWS: readonly Row[] = [
  row(file, {
    what: 'a directory and those above it',
    args: (w) => ({ path: `${w}/a/b`, state: 'directory', mode: '2750' }),
    proof: (w) => expect(modeOf(`${w}/a/b`)).toBe('2750'),
  }),
  row(file, {
    what: 'modes of a tree',
    before: tree,
    args: (w) => ({
      path: `${w}/d`,
      state: 'directory',
      recurse: true,
      mode: 'u=rwX,g=rX,o=',
      owner: 'root',
      group: 'daemon',
    }),
    proof(w) {
      expect(['d', 'd/run', 'd/sub/with space'].map((name) => modeOf(join(w, name)))).toEqual(['750', '750', '640']);
      expect(statSync(`${w}/d/run`).gid).toBe(1);
    },
  }),
  row(file, {
    what: 'a link in the place of another one',
    before: (w) => symlinkSync('/etc', `${w}/l`),
    args: (w) => ({ path: `${w}/l`, state: 'link', src: '/tmp' }),
    proof: (w) => expect(readlinkSync(`${w}/l`)).toBe('/tmp'),
  }),
  row(file, {
    what: 'a link to nothing, which is to be so',
    args: (w) => ({ path: `${w}/l`, state: 'link', src: 'nowhere', force: true }),
    proof: (w) => expect(readlinkSync(`${w}/l`)).toBe('nowhere'),
  }),
  row(file, {
    what: 'a second name',
    before: tree,
    args: (w) => ({ path: `${w}/hard`, state: 'hard', src: `${w}/d/run` }),
    proof: (w) => expect(statSync(`${w}/hard`).ino).toBe(statSync(`${w}/d/run`).ino),
  }),
  row(file, {
    what: 'a tree that goes',
    before: tree,
    args: (w) => ({ path: `${w}/d`, state: 'absent' }),
    proof: (w) => expect(existsSync(`${w}/d`)).toBe(false),
  }),
  row(copy, {
    what: 'a new file',
    args: (w) => ({ dest: `${w}/new`, content: 'text\n', mode: '0640' }),
    proof: (w) => expect([textOf(`${w}/new`), modeOf(`${w}/new`)]).toEqual(['text\n', '640']),
  }),
  row(copy, {
    what: 'another content, with a backup and a check',
    before: (w) => writeFileSync(`${w}/f`, 'old', { mode: 0o600 }),
    args: (w) => ({ dest: `${w}/f`, content: 'new', backup: true, validate: 'grep new %s' }),
    proof: (w) => expect([textOf(`${w}/f`), modeOf(`${w}/f`)]).toEqual(['new', '600']),
  }),
  row(lineinfile, {
    what: 'a line',
    before: (w) => writeFileSync(`${w}/f`, 'a=1\nb=2', { mode: 0o600 }),
    args: (w) => ({ path: `${w}/f`, regexp: '^a=', line: 'a=3' }),
    proof: (w) => expect([textOf(`${w}/f`), modeOf(`${w}/f`)]).toEqual(['a=3\nb=2', '600']),
  }),
  row(blockinfile, {
    what: 'a block',
    before: (w) => writeFileSync(`${w}/f`, 'a\n'),
    args: (w) => ({ path: `${w}/f`, block: 'b' }),
    proof: (w) => expect(textOf(`${w}/f`)).toContain('\nb\n'),
  }),
  row(replace, {
    what: 'a replacement',
    before: (w) => writeFileSync(`${w}/f`, 'a\n'),
    args: (w) => ({ path: `${w}/f`, regexp: 'a', replace: 'b' }),
    proof: (w) => expect(textOf(`${w}/f`)).toBe('b\n'),
  }),
  row(unarchive, {
    what: 'an archive',
    before: pack,
    args: (w) => ({ src: `${w}/a.tgz`, remote_src: true, dest: `${w}/to` }),
    proof: (w) =>
      expect([textOf(`${w}/to/d/sub/with space`), readlinkSync(`${w}/to/d/link`), modeOf(`${w}/to/d/run`)]).toEqual([
        'y',
        'run',
        '755',
      ]),
  }),
  row(unarchive, {
    what: 'an archive with an owner and a mode',
    before: pack,
    args: (w) => ({ src: `${w}/a.tgz`, remote_src: true, dest: `${w}/to`, owner: 'daemon', mode: 'u=rwX,go=' }),
    proof: (w) =>
      expect([modeOf(`${w}/to/d/run`), modeOf(`${w}/to/d/sub/with space`), statSync(`${w}/to/d`).uid]).toEqual([
        '700',
        '600',
        1,
      ]),
  }),
];

describe.skipIf(process.getuid?.() !== 0).each(BUSYBOXES)('on a host with nothing but $name', ({ only }) => {
  beforeAll(() => void vi.stubEnv('PATH', only));
  afterAll(() => void vi.unstubAllEnvs());

  test.each(ROWS)('$what: made, as predicted, then in sync', async ({ module, args, before, proof }) => {
    const folder = temporaryFolder('runbook-only-');
    before?.(folder);
    await settleHere(module, args(folder));
    proof(folder);
  });

  test('what is there is found, told and read', async () => {
    const folder = temporaryFolder('runbook-only-');
    tree(folder);
    const resultOf = async (module: Row['module'], args: ValueMap): Promise<ValueMap> => {
      const { outcome } = await planHere(module, args);
      if (outcome.kind !== 'in_sync' || outcome.result === undefined) throw new Error(JSON.stringify(outcome));
      return outcome.result;
    };
    const found = await resultOf(find as unknown as Row['module'], { paths: folder, recurse: true, file_type: 'file' });
    expect(JSON.stringify(found)).toContain('with space');
    expect(await resultOf(stat as unknown as Row['module'], { path: `${folder}/d/run` })).toMatchObject({
      stat: { exists: true, size: 1 },
    });
    expect(await resultOf(slurp as unknown as Row['module'], { src: `${folder}/d/run` })).toMatchObject({
      content: 'eA==',
    });
  });

  test('a temporary file is made', async () => {
    const { outcome } = await planHere(tempfile, { state: 'directory' });
    if (outcome.kind !== 'change') throw new Error(outcome.kind);
    const made = textIn(await applyHere(outcome), 'path');
    expect(modeOf(made)).toBe('700');
    rmdirSync(made);
  });

  test('a download comes by wget, and a request says that it takes curl', async () => {
    const server = createServer((_request, response) => response.end('here'));
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
    );
    const folder = temporaryFolder('runbook-only-');
    try {
      const { outcome } = await planHere(getUrl, { url: `http://127.0.0.1:${port}/f`, dest: `${folder}/f` });
      expect(outcome.kind).toBe('change');
      const asked = await planHere(uri, { url: `http://127.0.0.1:${port}/f` });
      expect(JSON.stringify(asked.outcome)).toContain('curl');
    } finally {
      server.close();
    }
  });
});
