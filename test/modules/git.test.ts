import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Outcome } from '../../engine/modules/base/module.ts';
import { module as git } from '../../engine/modules/git.ts';
import { Secret } from '../../engine/values/base/secret.ts';
import type { Value, ValueMap } from '../../engine/values/base/value.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { planHere, settleHere } from './try-module.ts';

const IDENTITY = ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'protocol.file.allow=always'];

function run(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', folder, ...IDENTITY, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();
}

/** A repository with two commits on main, a tag at the first, a branch, and a tag with a message. */
class Repository {
  readonly folder: string;
  readonly path: string;
  readonly first: string;
  readonly second: string;
  readonly branch: string;

  /** `like`: the repository to copy; making one takes many processes. */
  constructor(like?: Repository) {
    this.folder = like === undefined ? mkdtempSync(join(tmpdir(), 'runbook-git-')) : temporaryFolder('runbook-git-');
    this.path = join(this.folder, 'remote');
    if (like !== undefined) {
      cpSync(like.path, this.path, { recursive: true });
      this.first = like.first;
      this.second = like.second;
      this.branch = like.branch;
      return;
    }
    mkdirSync(this.path);
    run(this.path, 'init', '-q', '-b', 'main');
    run(this.path, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
    this.first = this.commit('one');
    run(this.path, 'tag', 'v1');
    this.second = this.commit('two');
    run(this.path, 'tag', '-a', 'v2', '-m', 'two');
    run(this.path, 'checkout', '-q', '-b', 'side/one', 'v1');
    this.branch = this.commit('side');
    run(this.path, 'checkout', '-q', 'main');
  }

  commit(text: string): string {
    writeFileSync(join(this.path, 'file'), `${text}\n`);
    run(this.path, 'add', '-A');
    run(this.path, 'commit', '-q', '-m', text);
    return run(this.path, 'rev-parse', 'HEAD');
  }

  get dest(): string {
    return join(this.folder, 'above/checkout');
  }

  args(more: Readonly<Record<string, string | number | boolean>> = {}): ValueMap {
    return { repo: `file://${this.path}`, dest: this.dest, ...more };
  }

  head(): string {
    return run(this.dest, 'rev-parse', 'HEAD');
  }
}

const ORIGINAL = new Repository();
afterAll(() => rmSync(ORIGINAL.folder, { recursive: true }));

function copy(): Repository {
  return new Repository(ORIGINAL);
}

const shown = (value: Value): string => (typeof value === 'string' ? value : JSON.stringify(value));

function told(outcome: Outcome): readonly string[] {
  if (outcome.kind === 'change')
    return outcome.differences.map((one) =>
      one.kind === 'field' ? `${one.field}: ${shown(one.before)} → ${shown(one.after)}` : one.kind,
    );
  return outcome.kind === 'impossible' ? [outcome.what, outcome.remedy ?? ''] : [outcome.kind];
}

describe('a missing checkout', () => {
  const rows: readonly (readonly [version: string, wanted: (one: Repository) => string, branch: string])[] = [
    ['HEAD', ({ second }) => second, 'main'],
    ['main', ({ second }) => second, 'main'],
    ['refs/heads/main', ({ second }) => second, 'main'],
    ['side/one', ({ branch }) => branch, 'side/one'],
    ['v1', ({ first }) => first, 'HEAD'],
    ['v2', ({ second }) => second, 'HEAD'],
  ];
  for (const depth of [undefined, 1])
    test.for(rows)(
      `is made at %s${depth === undefined ? '' : ' with one commit'}`,
      async ([version, wanted, branch]) => {
        const repository = copy();
        const { change, result } = await settleHere(
          git,
          repository.args({ version, ...(depth === undefined ? {} : { depth }) }),
        );
        expect(change.certainty).toBe('certain');
        expect(result).toEqual({ before: null, after: wanted(repository) });
        expect(repository.head()).toBe(wanted(repository));
        expect(run(repository.dest, 'rev-parse', '--abbrev-ref', 'HEAD')).toBe(branch);
        if (branch !== 'HEAD')
          expect(run(repository.dest, 'rev-parse', '--abbrev-ref', '@{upstream}')).toBe(`origin/${branch}`);
        if (depth === 1) expect(run(repository.dest, 'rev-list', '--count', 'HEAD')).toBe('1');
      },
    );

  test.for(['whole', 'short', 'whole, on no branch'])('is made at a commit: %s', async (kind) => {
    const repository = copy();
    if (kind.endsWith('on no branch')) run(repository.path, 'branch', '-D', 'side/one');
    const wanted = kind === 'short' ? repository.first : repository.branch;
    const version = kind === 'short' ? wanted.slice(0, 12) : wanted;
    await settleHere(git, repository.args({ version }));
    expect(repository.head()).toBe(wanted);
  });

  test('is left missing by clone: false', async () => {
    const { outcome } = await planHere(git, copy().args({ clone: false }));
    expect(outcome).toEqual({ kind: 'in_sync', result: { before: null, after: null } });
  });

  test('is made with its submodules, and they are brought along', async () => {
    const [outer, inner] = [copy(), copy()];
    run(outer.path, 'submodule', '--quiet', 'add', inner.path, 'sub');
    outer.commit('three');
    process.env['GIT_ALLOW_PROTOCOL'] = 'file';
    onTestFinished(() => void delete process.env['GIT_ALLOW_PROTOCOL']);
    await settleHere(git, outer.args());
    expect(readFileSync(join(outer.dest, 'sub/file'), 'utf8')).toBe('two\n');
    run(join(outer.dest, 'sub'), 'checkout', '-q', 'v1');
    const { outcome } = await planHere(git, outer.args({ force: true }));
    expect(outcome.kind).toBe('change');
    await settleHere(git, outer.args({ force: true }));
    expect(readFileSync(join(outer.dest, 'sub/file'), 'utf8')).toBe('two\n');
    rmSync(outer.dest, { recursive: true });
    await settleHere(git, outer.args({ recursive: false }));
    expect(existsSync(join(outer.dest, 'sub/file'))).toBe(false);
  });
});

describe('an existing checkout', () => {
  test('follows its branch, and a plan tells the commits', async () => {
    const repository = copy();
    await settleHere(git, repository.args());
    const third = repository.commit('three');
    const { change, result } = await settleHere(git, repository.args());
    expect(told(change)).toEqual([`commit: ${repository.second} → ${third} (main)`]);
    expect(result).toEqual({ before: repository.second, after: third });
  });

  test.for([undefined, 1])('follows a branch whose history was replaced, with depth %s', async (depth) => {
    const repository = copy();
    const args = repository.args(depth === undefined ? {} : { depth });
    await settleHere(git, args);
    run(repository.path, 'reset', '-q', '--hard', 'v1');
    const third = repository.commit('other');
    await settleHere(git, args);
    expect(repository.head()).toBe(third);
  });

  test('follows a tag that was moved', async () => {
    const repository = copy();
    await settleHere(git, repository.args({ version: 'v1' }));
    run(repository.path, 'tag', '-f', 'v1', 'main');
    await settleHere(git, repository.args({ version: 'v1' }));
    expect(repository.head()).toBe(repository.second);
  });

  test('gets another version, also one that a checkout of one commit lacks', async () => {
    const repository = copy();
    await settleHere(git, repository.args({ version: 'v1', depth: 1 }));
    await settleHere(git, repository.args({ version: 'side/one' }));
    expect(run(repository.dest, 'rev-list', '--count', 'HEAD')).toBe('2');
    await settleHere(git, repository.args({ version: 'v2', single_branch: true }));
    expect(repository.head()).toBe(repository.second);
  });

  test('stays at its commit with update: false', async () => {
    const repository = copy();
    await settleHere(git, repository.args({ version: 'v1' }));
    const { outcome } = await planHere(git, repository.args({ version: 'main', update: false }));
    expect(outcome).toEqual({ kind: 'in_sync', result: { before: repository.first, after: repository.first } });
  });

  test('keeps local changes, unless they are to be discarded', async () => {
    const repository = copy();
    await settleHere(git, repository.args());
    writeFileSync(join(repository.dest, 'file'), 'mine\n');
    writeFileSync(join(repository.dest, 'new'), 'mine\n');
    const { outcome } = await planHere(git, repository.args());
    expect(told(outcome)).toEqual([
      `${repository.dest} has local changes in file`,
      'Commit or remove them, or set force: true to discard them.',
    ]);
    const { change } = await settleHere(git, repository.args({ force: true }));
    expect(told(change)).toEqual(['local changes: file → discarded']);
    expect(readFileSync(join(repository.dest, 'new'), 'utf8')).toBe('mine\n');
  });
});

describe('an existing checkout, too,', () => {
  test('gets another address', async () => {
    const repository = copy();
    await settleHere(git, repository.args());
    const { change, result } = await settleHere(git, { ...repository.args(), repo: repository.path });
    expect(told(change)).toEqual([`remote origin: file://${repository.path} → ${repository.path}`]);
    expect(result).toMatchObject({ remote_url_changed: true });
  });

  test('is completed where a run was cut off', async () => {
    const repository = copy();
    mkdirSync(repository.dest, { recursive: true });
    run(repository.dest, 'init', '-q');
    writeFileSync(join(repository.dest, 'file'), 'half');
    await settleHere(git, repository.args());
    expect(readFileSync(join(repository.dest, 'file'), 'utf8')).toBe('two\n');
  });

  test('is not changed by a look', async () => {
    const repository = copy();
    await settleHere(git, repository.args());
    const index = readFileSync(join(repository.dest, '.git/index'));
    writeFileSync(join(repository.dest, 'file'), 'two\n');
    await planHere(git, repository.args());
    expect(readFileSync(join(repository.dest, '.git/index')).equals(index)).toBe(true);
    expect(existsSync(join(repository.dest, '.git/FETCH_HEAD'))).toBe(true);
  });
});

describe('what cannot be checked out is told in the plan', () => {
  const rows: readonly (readonly [string, (one: Repository) => Readonly<Record<string, string>>, RegExp])[] = [
    ['a version that the repository lacks', () => ({ version: 'v9' }), /has no branch and no tag v9/],
    ['a repository that is not there', ({ folder }) => ({ repo: `${folder}/none` }), /git cannot reach .*none/],
    ['a folder with other things in it', ({ path }) => ({ dest: join(path, '..') }), /is not empty/],
    ['a file in the place of the folder', ({ path }) => ({ dest: join(path, 'file') }), /is a file, not a directory/],
  ];
  test.for(rows)('%s', async ([, more, expected]) => {
    const repository = copy();
    const { outcome } = await planHere(git, { ...repository.args(), ...more(repository) });
    expect(outcome.kind).toBe('impossible');
    expect(told(outcome)[0]).toMatch(expected);
  });

  test('a repository above the folder is not taken for the checkout', async () => {
    const repository = copy();
    mkdirSync(join(repository.path, 'below/.git'), { recursive: true });
    const { outcome } = await planHere(git, repository.args({ dest: join(repository.path, 'below') }));
    expect(told(outcome)[0]).toMatch(/git cannot look into/);
  });
});

/** A server that gives files of a folder to whoever has the account `it's:p w@d`. It prints its port. */
const SERVER = `
const http = require('node:http'), fs = require('node:fs'), path = require('node:path');
const server = http.createServer((request, response) => {
  const wanted = 'Basic ' + Buffer.from("it's:p w@d").toString('base64');
  if (request.headers.authorization !== wanted) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    return;
  }
  try { response.end(fs.readFileSync(path.join(process.argv[1], new URL(request.url, 'http://x').pathname))); }
  catch { response.writeHead(404).end(); }
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit()).resume();
`;

test('a password in the address reaches the server, and no argument of a process and no file', async () => {
  const repository = copy();
  run(repository.path, 'update-server-info');
  const server = spawn(process.execPath, ['-e', SERVER, join(repository.path, '.git')]);
  onTestFinished(() => void server.kill());
  const port = await new Promise<string>((resolve) =>
    server.stdout.once('data', (text) => resolve(String(text).trim())),
  );
  const trace = join(repository.folder, 'trace');
  process.env['GIT_TRACE'] = trace;
  onTestFinished(() => void delete process.env['GIT_TRACE']);
  const repo = Secret.of(`http://it%27s:p%20w%40d@127.0.0.1:${port}/`);
  const { change } = await settleHere(git, { ...repository.args(), repo });
  expect(told(change)[1]).toBe(`remote origin: null → http://127.0.0.1:${port}/`);
  const written = readFileSync(trace, 'utf8') + readFileSync(join(repository.dest, '.git/config'), 'utf8');
  expect(written).toContain(`http://127.0.0.1:${port}/`);
  expect(written).not.toMatch(/p w@d|p%20w/);
  const wrong = await planHere(git, { ...repository.args(), repo: `http://it:no@127.0.0.1:${port}/` });
  expect(told(wrong.outcome)[0]).toBe(`git cannot reach http://127.0.0.1:${port}/`);
});

test.for([
  [Secret.of('git@host:app.git'), 'the address of the repository is secret'],
  ['https://a:%zz@host/app', 'the user name or the password in repo is not encoded for an address'],
] as const)('an address that git would show, or cannot read, is refused: %s', async ([repo, what]) => {
  const { outcome } = await planHere(git, { ...copy().args(), repo });
  expect(told(outcome)[0]).toBe(what);
});
