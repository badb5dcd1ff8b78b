import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileTogether } from '../../../engine/resources/file/file-proof.ts';
import { type FileState, ABSENT, UNKNOWN_ATTRIBUTES } from '../../../engine/resources/file/file-state.ts';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "runbook-proof-it's "));
  writeFileSync(join(root, 'file'), 'four');
  chmodSync(join(root, 'file'), 0o640);
  mkdirSync(join(root, 'folder'));
  chmodSync(join(root, 'folder'), 0o750);
  mkdirSync(join(root, 'open'));
  chmodSync(join(root, 'open'), 0o777);
  symlinkSync("a b'c", join(root, 'link'));
  symlinkSync('file', join(root, 'to-file'));
});
afterAll(() => rmSync(root, { recursive: true }));

const ME = userInfo().username;
const FILE = {
  ...UNKNOWN_ATTRIBUTES,
  type: 'file',
  mode: 0o640,
  size: 4,
  sha256: undefined,
  content: undefined,
} as const;
const FOLDER = { ...UNKNOWN_ATTRIBUTES, type: 'directory', mode: 0o750 } as const;
const LINK = { ...UNKNOWN_ATTRIBUTES, type: 'link', target: "a b'c" } as const;

const PROOFS: readonly (readonly [string, string, FileState, boolean])[] = [
  ['a file as predicted', 'file', FILE, true],
  ['its owner', 'file', { ...FILE, owner: ME, uid: userInfo().uid }, true],
  ['another owner', 'file', { ...FILE, owner: 'nobody-else' }, false],
  ['another group', 'file', { ...FILE, gid: 54_321 }, false],
  ['another mode', 'file', { ...FILE, mode: 0o644 }, false],
  ['a mode with a set-id bit', 'file', { ...FILE, mode: 0o4640 }, false],
  ['any mode, as an ACL may decide', 'file', { ...FILE, mode: 0o644, modeIsExpected: true }, true],
  ['another size', 'file', { ...FILE, size: 5 }, false],
  ['any size', 'file', { ...FILE, size: undefined }, true],
  ['another file', 'file', { ...FILE, identity: '1:1' }, false],
  ['no file', 'nothing', FILE, false],
  ['a link to a file is no file', 'to-file', { ...FILE, mode: undefined, size: undefined }, false],
  ['a folder as predicted', 'folder', FOLDER, true],
  ['a folder with another mode', 'folder', { ...FOLDER, mode: 0o755 }, false],
  ['a folder with any mode, in which nobody else may write', 'folder', { ...FOLDER, mode: undefined }, true],
  [
    'a folder with any mode, in which others may write',
    'open',
    { ...FOLDER, mode: 0o755, modeIsExpected: true },
    false,
  ],
  ['a file is no folder', 'file', FOLDER, false],
  ['a link as predicted', 'link', LINK, true],
  ['a link to elsewhere', 'link', { ...LINK, target: "a b'" }, false],
  ['a file is no link', 'file', LINK, false],
  ['nothing, as predicted', 'nothing', ABSENT, true],
  ['a file that should be absent', 'file', ABSENT, false],
  ['a dangling link that should be absent', 'link', ABSENT, false],
];

test.each(PROOFS)('%s', (_name, path, predicted, holds) => {
  const proof = fileTogether.proof(join(root, path), predicted);
  expect(execFileSync('sh', ['-c', `if ${proof ?? 'exit 9'}; then echo true; else echo false; fi`]).toString()).toBe(
    `${holds}\n`,
  );
});

test.each<readonly [string, FileState]>([
  ['a device', { ...UNKNOWN_ATTRIBUTES, type: 'other', what: 'a socket' }],
  ['what cannot be seen', { type: 'hidden' }],
  ['a tree', { ...FOLDER, changedBeneath: true }],
  ['a link whose end changes', { ...LINK, to: { path: '/x', state: FILE } }],
  ['a link with an owner', { ...LINK, owner: 'root' }],
])('%s is never made together', (_name, predicted) => {
  expect(fileTogether.proof('/x', predicted)).toBeUndefined();
});

describe('a plan may rely on', () => {
  test.each<readonly [string, FileState, boolean]>([
    ['a file', FILE, true],
    ['nothing', ABSENT, true],
    ['a folder of the user', { ...FOLDER, owner: 'me' }, true],
    ['a folder of root', { ...FOLDER, uid: 0 }, true],
    ['a folder of another user', { ...FOLDER, owner: 'you' }, false],
    ['a folder of nobody knows whom', FOLDER, false],
    ['a folder in which the group may write', { ...FOLDER, owner: 'me', mode: 0o775 }, false],
    ['a folder with an unknown mode', { ...FOLDER, owner: 'me', mode: undefined }, false],
    ['a link', LINK, false],
    ['a device', { ...UNKNOWN_ATTRIBUTES, type: 'other', what: 'a socket' }, false],
    ['what cannot be seen', { type: 'hidden' }, false],
  ])('%s: %#', (_name, predicted, isFirm) => {
    expect(fileTogether.isFirm(predicted, 'me')).toBe(isFirm);
  });
});

test.each<readonly [string, FileState, FileState, boolean]>([
  ['other content', FILE, { ...FILE, size: 9, sha256: 'b' }, true],
  ['another mode', FILE, { ...FILE, mode: 0o600 }, false],
  ['another owner', FILE, { ...FILE, owner: 'you' }, false],
  ['a folder instead', FILE, FOLDER, false],
  ['nothing instead', FILE, ABSENT, false],
  ['a file instead of nothing', ABSENT, FILE, false],
])('one script may change a file again to %s: %#', (_name, first, second, may) => {
  expect(fileTogether.mayChangeAgain(first, second)).toBe(may);
});

test('between two changes, a file has the first content and the attributes that were seen', () => {
  const seen: FileState = { ...FILE, owner: 'me', group: 'us', size: 9, sha256: 'b', content: Buffer.from('second') };
  expect(fileTogether.earlier({ ...FILE, sha256: 'a' }, seen)).toEqual({
    ...seen,
    size: 4,
    sha256: 'a',
    content: undefined,
  });
});
