import { describe, expect, test } from 'vitest';
import type { Context } from '../../../engine/modules/base/module.ts';
import { type Way, wayTo } from '../../../engine/modules/path/way-to-path.ts';
import { file } from '../../../engine/resources/file.ts';
import { type Directory, type FileState, type Link, ABSENT } from '../../../engine/resources/file/file-state.ts';
import { CONTEXT } from '../try-module.ts';

const IDS: Readonly<Record<string, number>> = { root: 0, alice: 1001, bob: 1002 };

function owned(owner: string, mode = 0o755, group = owner): Omit<Directory, 'type'> {
  return { mode, owner, uid: IDS[owner], gid: undefined, group };
}

const dir = (owner: string, mode?: number, group?: string): Directory => ({
  type: 'directory',
  ...owned(owner, mode, group),
});
const plain = (owner: string): FileState => ({
  type: 'file',
  ...owned(owner, 0o644),
  size: 0,
  sha256: undefined,
  content: undefined,
});
const link = (owner: string, path: string, above: readonly Directory[], end: Directory | undefined): Link => ({
  type: 'link',
  ...owned(owner, 0o777),
  target: path,
  to: { path, state: end ?? ABSENT, above },
});

const ROOT_TREE: Readonly<Record<string, FileState>> = {
  '/home': dir('root'),
  '/home/alice': dir('alice'),
  '/srv': dir('root'),
  '/etc': dir('root'),
  '/tmp': dir('root', 0o1777),
};

function way(path: string, states: Readonly<Record<string, FileState>>, context: Context = CONTEXT): Way {
  const known = { ...ROOT_TREE, ...states };
  return wayTo(
    file(path),
    true,
    { of: (request) => (known[request.id] ?? ABSENT) as never, certainty: () => 'certain' },
    context,
  );
}

const below = (anchor: string, levels: number) => ({ kind: 'below', anchor, levels });
const ALICE: Context = { ...CONTEXT, user: 'alice', facts: { ...CONTEXT.facts, user: 'alice', uid: 1001 } };

describe('a way that nobody else can change', () => {
  test.each([
    ['/etc/hosts', {}],
    ['/etc/new/deep/file', {}],
    ['/srv/x/file', { '/srv/x': dir('root', 0o775, 'root') }],
    ['/tmp/own/file', { '/tmp/own': dir('root') }],
    ['/tmp/file', { '/tmp/file': plain('root') }],
    ['/var/run/x', { '/var': dir('root'), '/var/run': link('root', '/run', [], dir('root')), '/run': dir('root') }],
    ['/home/alice', {}],
    ['/srv/l', { '/srv/l': link('root', '/srv/a', [dir('root')], dir('alice')) }],
  ])('leads to %s', (path, states) => {
    expect(way(path, states)).toEqual({ kind: 'own' });
  });

  test('is that to a home for its own user', () => {
    expect(way('/home/alice/.bashrc', { '/home/alice/.bashrc': plain('alice') }, ALICE)).toEqual({ kind: 'own' });
  });
});

describe('a way that is in the hands of one other user', () => {
  test.each([
    ['/home/alice/file', {}, { folder: '/home/alice', missing: [], proof: below('/home/alice', 0) }],
    [
      '/home/alice/a/b',
      { '/home/alice/a': dir('alice') },
      { folder: '/home/alice/a', missing: [], proof: below('/home/alice', 1) },
    ],
    [
      '/home/alice/a/b',
      { '/home/alice/a': dir('root') },
      { folder: '/home/alice/a', missing: [], proof: below('/home/alice', 1) },
    ],
    ['/home/alice/a/b/c', {}, { folder: '/home/alice', missing: ['a', 'b'], proof: below('/home/alice', 0) }],
    [
      '/srv/x/file',
      { '/srv/x': dir('root', 0o2775, 'staff') },
      { folder: '/srv/x', missing: [], proof: below('/srv/x', 0) },
    ],
    [
      '/srv/x/file',
      { '/srv/x': { ...dir('root', 0o775, 'root'), hasAccessList: true } },
      { folder: '/srv/x', missing: [], proof: below('/srv/x', 0) },
    ],
    [
      '/srv/l/x',
      { '/srv/l': link('root', '/srv/x', [dir('root')], { ...dir('root', 0o775, 'root'), hasAccessList: true }) },
      { folder: '/srv/x', missing: [], proof: below('/srv/x', 0) },
    ],
    ['/tmp/file', {}, { folder: '/tmp', missing: [], proof: below('/tmp', 0) }],
    ['/tmp/file', { '/tmp/file': plain('alice') }, { folder: '/tmp', missing: [], proof: below('/tmp', 0) }],
    ['/tmp/a/file', { '/tmp/a': dir('alice') }, { folder: '/tmp/a', missing: [], proof: below('/tmp', 1) }],
    [
      '/srv/l/x',
      { '/srv/l': link('root', '/home/alice/d', [dir('root'), dir('alice')], dir('alice')) },
      { folder: '/home/alice/d', missing: [], proof: below('/home/alice', 1) },
    ],
    [
      '/home/alice/now/x',
      { '/home/alice/now': link('alice', '/home/alice/v2', [dir('root'), dir('alice')], dir('alice')) },
      { folder: '/home/alice/v2', missing: [], proof: { kind: 'owner', uid: 1001 } },
    ],
    [
      '/home/alice/now',
      { '/home/alice/now': link('alice', '/home/alice/v2', [dir('root'), dir('alice')], dir('alice')) },
      { folder: '/home/alice', missing: [], proof: { kind: 'owner', uid: 1001 } },
    ],
  ])('leads to %s (%#)', (path, states, expected) => {
    expect(way(path, states)).toEqual({ kind: 'foreign', ...expected });
  });
});

describe('a way that cannot be made safe', () => {
  test.each([
    ['/home/alice/bob/file', { '/home/alice/bob': dir('bob') }],
    ['/home/alice/l/file', { '/home/alice/l': link('alice', '/etc', [], dir('root')) }],
    ['/home/alice/l/file', { '/home/alice/l': link('alice', '/srv/bob', [dir('root')], dir('bob')) }],
    ['/home/alice/l', { '/home/alice/l': link('alice', '/etc/shadow', [dir('root')], undefined) }],
    ['/home/alice/l', { '/home/alice/l': link('alice', '/srv/bob', [dir('root')], dir('bob')) }],
    ['/home/alice/l', { '/home/alice/l': link('alice', '/srv/a', [dir('root')], dir('alice')) }],
  ])('leads to %s (%#)', (path, states) => {
    expect(way(path, states)).toMatchObject({
      kind: 'impossible',
      remedy: expect.stringContaining('unsafe_path: true'),
    });
  });
});
