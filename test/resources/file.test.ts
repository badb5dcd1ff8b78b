import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { predict } from '../../engine/resources/base/resource.ts';
import { file, files } from '../../engine/resources/file.ts';
import { type FileState, type RegularFile, ABSENT, NOTHING_ABOVE } from '../../engine/resources/file/file-state.ts';
import { groupRequest } from '../../engine/resources/group.ts';
import { packageRequest } from '../../engine/resources/package.ts';
import { userRequest } from '../../engine/resources/user.ts';
import { SHELLS, observeHere } from './local-sh.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Returns the beginning of a command that runs without the rights of root, which may read everything. */
function asNobody(): readonly string[] {
  return process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
}

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-file-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function look(shell: readonly string[], ...requests: ReturnType<typeof file>[]): FileState[] {
  const states = observeHere(requests, shell);
  return requests.map(({ key }) => states.get(key) as FileState);
}

describe.each(SHELLS)('files seen by %s', (_, shell) => {
  it('tells type, mode, owner, size, digest and content', () => {
    const path = join(directory, 'a');
    writeFileSync(path, 'hello\n');
    chmodSync(path, 0o4751);
    const [state] = look(shell, file(path, 'content'));
    expect(state).toMatchObject({
      type: 'file',
      mode: 0o4751,
      size: 6,
      sha256: sha256('hello\n'),
      uid: process.getuid?.(),
    });
    expect(state?.type === 'file' && state.content?.toString()).toBe('hello\n');
  });

  it("tells of access lists where a directory seems to be its group's", ({ skip }) => {
    const [open, shared, closed] = ['open\nto all', 'shared', 'closed'].map((name) => join(directory, name));
    if (open === undefined || shared === undefined || closed === undefined) return;
    for (const path of [open, shared, closed]) mkdirSync(path);
    for (const path of [open, closed])
      skip(spawnSync('setfacl', ['-m', 'u:65534:rwx', path]).status !== 0, 'directories take no ACL here');
    const [program = 'sh', ...options] = shell;
    const listed = spawnSync(program, [...options, '-c', 'ls -ld "$1"', 'sh', closed], { encoding: 'utf8' }).stdout;
    // `ls` of busybox shows no access lists.
    const told = { hasAccessList: true };
    const wanted = /^\S+\+/.test(listed) ? expect.objectContaining(told) : expect.not.objectContaining(told);
    chmodSync(shared, 0o775);
    chmodSync(closed, 0o755);
    const [target, link] = [join(open, 'f'), join(directory, 'link')];
    writeFileSync(target, '');
    symlinkSync(target, link);
    const states = look(shell, file(open), file(shared), file(closed), file(link, 'content'));
    expect(states[0]).toMatchObject({ type: 'directory', mode: 0o775 });
    expect(states.slice(0, 3)).toEqual([
      wanted,
      expect.not.objectContaining({ hasAccessList: true }),
      expect.not.objectContaining({ hasAccessList: true }),
    ]);
    const end = states[3]?.type === 'link' ? states[3].to : undefined;
    expect(end?.above?.at(-1)).toEqual(wanted);
  });

  it('brings no content where the digest is one of those the asker has', () => {
    const [same, other] = ['same', 'other'].map((name) => join(directory, name));
    writeFileSync(same ?? '', 'same');
    writeFileSync(other ?? '', 'other');
    const states = look(
      shell,
      file(same ?? '', 'content', [sha256('x'), sha256('same')]),
      file(other ?? '', 'content', [sha256('same')]),
    );
    expect(states[0]).toMatchObject({ sha256: sha256('same'), content: undefined });
    expect(states[1]).toMatchObject({ sha256: sha256('other'), content: Buffer.from('other') });
  });

  it('never brings more than 1 MiB, and does not read more for nothing', () => {
    const path = join(directory, 'large');
    writeFileSync(path, Buffer.alloc(1024 * 1024 + 1, 'x'));
    const [state] = look(shell, file(path, 'content'));
    expect(state).toMatchObject({ type: 'file', size: 1024 * 1024 + 1, content: undefined, sha256: undefined });
    expect(state).not.toHaveProperty('unreadable');
  });
});

describe.each(SHELLS)('paths seen by %s', (_, shell) => {
  it('tells whether the directory of an absent file exists', () => {
    writeFileSync(join(directory, 'plain'), '');
    const states = look(
      shell,
      file(join(directory, 'x')),
      file(join(directory, 'no/such/x')),
      file(join(directory, 'plain/x')),
      file('/no-such-directory-at-all'),
    );
    expect(states).toEqual([ABSENT, NOTHING_ABOVE, NOTHING_ABOVE, ABSENT]);
  });

  it('follows links where it is asked to', () => {
    writeFileSync(join(directory, 'end'), 'end');
    symlinkSync('end', join(directory, 'one'));
    symlinkSync('one', join(directory, 'two'));
    symlinkSync('nowhere', join(directory, 'dangling'));
    symlinkSync('round', join(directory, 'round'));
    symlinkSync('a -> b', join(directory, 'x -> y'));
    const states = look(
      shell,
      file(join(directory, 'one')),
      file(join(directory, 'two'), 'digest'),
      file(join(directory, 'dangling'), 'target'),
      file(join(directory, 'round'), 'target'),
      file(join(directory, 'x -> y')),
    );
    expect(states[0]).toMatchObject({ type: 'link', target: 'end' });
    expect(states[0]).not.toHaveProperty('to');
    expect(states[1]).toMatchObject({
      type: 'link',
      target: 'one',
      to: { path: join(directory, 'end'), state: { type: 'file', sha256: sha256('end') } },
    });
    expect(states[2]).toMatchObject({
      type: 'link',
      target: 'nowhere',
      to: { path: join(directory, 'nowhere'), state: ABSENT },
    });
    expect(states[3]).toMatchObject({ type: 'link', target: 'round' });
    expect(states[4]).toMatchObject({ type: 'link', target: 'a -> b' });
  });
});

describe.each(SHELLS)('odd names seen by %s', (_, shell) => {
  it.each([
    'with space',
    "quote'd",
    '$(touch x)',
    '`id`; "',
    'line\nbreak',
    'back\\slash',
    'tab\there',
    '-rf',
    '*',
    'ünï',
    "'quoted'",
    'arrow -> arrow',
    'x'.repeat(255),
  ])('takes %j for a name', (name) => {
    const [path, odd] = [join(directory, name), join(directory, 'odd\n')];
    writeFileSync(path, name);
    writeFileSync(odd, '');
    const states = look(
      shell,
      file(odd, 'content', [sha256('')]),
      file(path, 'content', [sha256('no')]),
      file(join(directory, name, 'beneath')),
    );
    expect(states[0]).toMatchObject({ sha256: sha256(''), content: undefined });
    expect(states[1]).toMatchObject({ type: 'file', sha256: sha256(name), content: Buffer.from(name) });
    expect(states[2]).toEqual(NOTHING_ABOVE);
  });
});

describe.each(SHELLS)('digests made by %s', (_, shell) => {
  it.each([
    ['by openssl', { sha256sum: 'exit 1' }, 'as it is'],
    ['by sha256sum where openssl fails', { openssl: 'echo broken; exit 1' }, 'as it is'],
    ['by sha256sum where openssl is missing', {}, 'without openssl'],
  ] as const)('digests large files %s', (_how, stubs, path) => {
    const names = ['plain', "it's odd", 'line\nbreak', 'back\\slash', '-r'];
    for (const name of names) writeFileSync(join(directory, name), name);
    const bin = mkdtempSync(join(directory, 'bin-'));
    for (const [name, script] of Object.entries(stubs))
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    if (path === 'without openssl')
      for (const name of ['stat', 'sha256sum', 'readlink', 'find', 'head', 'dash', 'bash'])
        symlinkSync(execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name]).toString().trim(), join(bin, name));
    const requests = [...names, 'not there'].map((name) => file(join(directory, name), 'digest'));
    const env = { ...process.env, PATH: path === 'as it is' ? `${bin}:${process.env['PATH']}` : bin };
    const states = observeHere([...requests, file(directory, 'digest')], shell, env);
    expect(requests.map(({ key }) => states.get(key))).toEqual([
      ...names.map((name) => expect.objectContaining({ type: 'file', sha256: sha256(name) })),
      ABSENT,
    ]);
  });

  it('digests large files beside one that it may not read', () => {
    const [good, secret] = [join(directory, 'good'), join(directory, 'secret')];
    chmodSync(directory, 0o755);
    writeFileSync(good, 'good');
    writeFileSync(secret, 'secret', { mode: 0 });
    const requests = [file(secret, 'digest'), file(good, 'digest')];
    const seen = observeHere(requests, [...asNobody(), ...shell]);
    const states = requests.map(({ key }) => seen.get(key));
    expect(states).toMatchObject([{ unreadable: true }, { sha256: sha256('good') }]);
  });

  it('looks at directories, devices and pipes without reading them', () => {
    mkdirSync(join(directory, 'd'));
    const states = look(shell, file(join(directory, 'd'), 'content'), file('/dev/zero', 'content'));
    expect(states.map((state) => state.type)).toEqual(['directory', 'other']);
  });

  it('keeps bytes that are not text', () => {
    const bytes = Buffer.from([0, 255, 10, 13, 0, 10]);
    const path = join(directory, 'bytes');
    writeFileSync(path, bytes);
    const [state] = look(shell, file(path, 'content'));
    expect(state?.type === 'file' && state.content).toEqual(bytes);
  });
});

describe('what follows from a change elsewhere', () => {
  const attributes = { mode: 0o755, uid: 0, gid: 0, owner: 'root', group: 'root' };
  const directory: FileState = { type: 'directory', ...attributes };
  const regular: RegularFile = { type: 'file', ...attributes, size: 1, sha256: 'a', content: undefined };
  const link = (target: string, state: RegularFile | typeof ABSENT = ABSENT): FileState => ({
    type: 'link',
    ...attributes,
    target,
    to: { path: target, state },
  });
  const unknownDirectory = {
    type: 'directory',
    mode: undefined,
    uid: undefined,
    gid: undefined,
    owner: undefined,
    group: undefined,
  };

  type At = readonly [path: string, state: FileState];
  const table: readonly [string, At, At, FileState | 'stale' | undefined][] = [
    ['a directory made gives its children a parent', ['/a/b', NOTHING_ABOVE], ['/a', directory], ABSENT],
    ['but not its grandchildren', ['/a/b/c', NOTHING_ABOVE], ['/a', directory], undefined],
    ['directories above it are made too', ['/a/x', NOTHING_ABOVE], ['/a/b/c', directory], ABSENT],
    ['and are directories then', ['/a/b', ABSENT], ['/a/b/c', directory], unknownDirectory as FileState],
    ['a directory removed takes what is beneath', ['/a/b/c', regular], ['/a', ABSENT], NOTHING_ABOVE],
    ['a sibling is left alone', ['/ab', regular], ['/a', ABSENT], undefined],
    ['a link changed makes what is beneath stale', ['/a/b', regular], ['/a', link('/x')], 'stale'],
    ['writing through a link changes where it leads', ['/x', ABSENT], ['/a', link('/x', regular)], regular],
    ['a link follows what it leads to', ['/a', link('/x')], ['/x', regular], link('/x', regular)],
    ['a file beside it changes nothing', ['/a/b', regular], ['/a/c', regular], undefined],
    ['a file in a directory changes nothing about the directory', ['/a', directory], ['/a/c', regular], undefined],
  ];
  it.each(table)('%s', (_, [path, state], [changed, effect], expected) => {
    expect(files.after?.(state, path, predict(file(changed), effect))).toEqual(expected);
  });

  const owned: RegularFile = { ...regular, uid: 1000, gid: 100, owner: 'ada', group: 'users' };
  const orphan: RegularFile = { ...regular, uid: 4001, gid: 4001, owner: 'UNKNOWN', group: 'UNKNOWN' };
  it.each<[string, FileState, ReturnType<typeof predict>, 'stale' | undefined]>([
    ['its owner gets another number', owned, predict(userRequest('ada'), { exists: true, uid: 2000 }), 'stale'],
    ['its owner is removed', owned, predict(userRequest('ada'), { exists: false }), 'stale'],
    ['its owner is changed otherwise', owned, predict(userRequest('ada'), { exists: true, uid: 1000 }), undefined],
    ['somebody else is made', owned, predict(userRequest('bea'), { exists: true, uid: undefined }), undefined],
    ['somebody gets its number', orphan, predict(userRequest('bea'), { exists: true, uid: 4001 }), 'stale'],
    ['somebody may get its number', orphan, predict(userRequest('bea'), { exists: true, uid: undefined }), 'stale'],
    ['its group gets another number', owned, predict(groupRequest('users'), { exists: true, gid: 101 }), 'stale'],
    ['its group is removed', owned, predict(groupRequest('users'), { exists: false }), 'stale'],
    [
      "a link leads to what is another owner's",
      link('/x', owned),
      predict(userRequest('ada'), { exists: false }),
      'stale',
    ],
    ['nothing is there', ABSENT, predict(userRequest('ada'), { exists: false }), undefined],
  ])('%s', (_what, state, effect, expected) => {
    expect(files.after?.(state, '/a', effect)).toEqual(expected);
  });
});

describe('what follows for a file from a change of a package', () => {
  const attributes = { mode: 0o644, uid: 0, gid: 0, owner: 'root', group: 'root' };
  const there: RegularFile = { type: 'file', ...attributes, size: 1, sha256: 'a', content: undefined };
  const packageEffect = (installed: boolean, declared: boolean): ReturnType<typeof predict> =>
    predict(packageRequest('nginx', { candidate: false, versioned: false, declared }), { installed, broken: false });

  /** `state`: a play looks again, a plan believes what it has seen. */
  it.each<[string, readonly [string, FileState], ReturnType<typeof predict>, 'state' | 'stale']>([
    ['a package may bring it', ['/etc/nginx/nginx.conf', NOTHING_ABOVE], packageEffect(true, false), 'stale'],
    [
      'a package lists all that it brings',
      ['/etc/nginx/nginx.conf', NOTHING_ABOVE],
      packageEffect(true, true),
      'state',
    ],
    [
      'a package that is removed brings nothing',
      ['/etc/nginx/nginx.conf', ABSENT],
      packageEffect(false, false),
      'state',
    ],
    ['it is where packages put nothing', ['/srv/app/config', ABSENT], packageEffect(true, false), 'state'],
    ['its folder only begins like one of those', ['/srvx', ABSENT], packageEffect(true, false), 'stale'],
    ['a package may change it', ['/etc/passwd', there], packageEffect(true, false), 'state'],
    ['a package may remove it', ['/etc/nginx/nginx.conf', there], packageEffect(false, false), 'state'],
  ])('%s', (_what, [path, state], effect, expected) => {
    expect(files.after?.(state, path, effect)).toBe(expected === 'state' ? state : expected);
  });
});

describe('one look for two askers', () => {
  it.each([
    [
      { look: 'attributes', unless: [], digested: false, whole: false },
      { look: 'digest', unless: [], digested: true, whole: false },
      { look: 'digest', unless: [], digested: true, whole: false },
    ],
    [
      { look: 'content', unless: ['a', 'b'], digested: true, whole: false },
      { look: 'content', unless: ['b', 'c'], digested: true, whole: false },
      { look: 'content', unless: ['b'], digested: true, whole: false },
    ],
    [
      { look: 'content', unless: ['a'], digested: true, whole: false },
      { look: 'target', unless: [], digested: false, whole: false },
      { look: 'content', unless: ['a'], digested: true, whole: false },
    ],
    [
      { look: 'content', unless: [], digested: false, whole: false },
      { look: 'content', unless: ['a'], digested: true, whole: false },
      { look: 'content', unless: [], digested: true, whole: false },
    ],
  ] as const)('%j and %j: %j', (one, other, both) => {
    expect(files.merge(one, other)).toEqual(both);
    expect(files.merge(other, one)).toEqual(both);
  });
});
