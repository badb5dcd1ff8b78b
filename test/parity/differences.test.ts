import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Case, Json, JsonMap } from './case.ts';
import type { Difference } from './compare.ts';
import { EXPLANATIONS, explanation } from './differences.ts';
import { type Explanation, eachWithout, explainedBy } from './explanation.ts';
import { generated } from './generate.ts';

test('every explanation of a difference is a row of the docs', () => {
  const rows = parse(readFileSync(join(import.meta.dirname, '../../docs/differences.yml'), 'utf8')) as readonly {
    readonly id: string;
  }[];
  const ids = new Set(rows.map(({ id }) => id));
  expect(EXPLANATIONS.map(({ id }) => id).filter((id) => !ids.has(id))).toEqual([]);
});

test('a seed gives the same cases, whichever areas are asked for', () => {
  const all = generated({ seed: 7, count: 300, area: undefined });
  const edits = generated({ seed: 7, count: 20, area: 'edits' });
  expect(all.filter(({ area }) => area === 'edits').slice(0, 20)).toEqual(edits.slice(0, 20));
  expect(generated({ seed: 8, count: 20, area: 'edits' })).not.toEqual(edits);
});

test('the whole run has at least 2,500 cases', () => {
  const cases = generated({ seed: 1, count: 2_500, area: undefined });
  expect(cases.length).toBeGreaterThanOrEqual(2_500);
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
});

describe('rows that meet in one value', () => {
  const [input] = generated({ seed: 1, count: 1, area: 'edits' });
  if (input === undefined) throw new Error('no case was made');
  const without = (id: string, part: string): Explanation => ({
    id,
    without: (difference) =>
      eachWithout(difference, (value) => (typeof value === 'string' ? value.replace(part, '') : value)),
  });
  const rows: readonly Explanation[] = [
    without('mode', ' 0644'),
    without('line end', ' LF'),
    { id: 'link', explains: ({ ansible, runbook }) => ansible === 'link' && runbook === 'file' },
  ];

  test.each([
    ['file 0644 LF', 'file', ['mode', 'line end']],
    ['link LF', 'file', ['line end', 'link']],
    ['link', 'file', ['link']],
    ['file 0644 CRLF', 'file', undefined],
    ['other', 'file', undefined],
  ])('%s beside %s', (ansible, runbook, expected) => {
    expect(explainedBy(rows, { fact: 'tree./t', ansible, runbook }, input)).toEqual(expected);
  });
});

const LOCKED = "useradd -m -p '!$6$salt$hash' @N@a";
const files = (given: readonly string[], ...tasks: Json[]): Case => ({
  id: 'files-0000',
  area: 'files',
  given,
  files: {},
  input: { kind: 'tasks', tasks },
});
const system = (given: readonly string[], ...tasks: Json[]): Case => ({
  ...files(given),
  area: 'system',
  input: { kind: 'system', tasks },
});
const flow = (given: JsonMap): Case => ({
  ...files([]),
  area: 'flow',
  files: given,
  input: { kind: 'play', args: [] },
});
const cases: readonly (readonly [string, Case, Difference, readonly string[] | undefined])[] = [
  [
    'a mode that a default list gives, where a link stood',
    files(['setfacl -d -m u:daemon:rwx .'], { copy: { dest: '@W@/t', content: 'x' } }),
    { fact: 'tree./t', ansible: 'file 0664 65534:0 "x"', runbook: 'file 0644 65534:0 "x"' },
    ['default-acl'],
  ],
  [
    'the same with another owner',
    files(['setfacl -d -m u:daemon:rwx .'], { copy: { dest: '@W@/t', content: 'x' } }),
    { fact: 'tree./t', ansible: 'file 0664 0:0 "x"', runbook: 'file 0644 65534:0 "x"' },
    undefined,
  ],
  [
    'an account that stays locked and gets its days at once',
    system([LOCKED], { user: { name: '@N@a', password: '*', expires: 0 } }),
    { fact: 'tree.shadow s0000qa', ansible: '*:set:0:99999:7:::', runbook: '!*:set:0:99999:7::0:' },
    ['days-at-once', 'locked-account-new-password'],
  ],
  [
    'an account with another number of days',
    system([LOCKED], { user: { name: '@N@a', password: '*', expires: 0 } }),
    { fact: 'tree.shadow s0000qa', ansible: '*:set:0:60:7:::', runbook: '!*:set:0:99999:7::0:' },
    undefined,
  ],
  [
    'a file below a mount point that remounted covers',
    system([], { mount: { path: '/mnt/@N@', src: '@N@src', fstype: 'tmpfs', state: 'remounted' } }),
    { fact: 'tree./mnt/s0049q/file', ansible: 'file 0644 root:root "kept\n"', runbook: null },
    ['remounted-not-mounted'],
  ],
  [
    'a folder of a file that does not pass',
    files([], { copy: { dest: '@W@/t/', src: '@C@/f', validate: 'false %s' } }),
    { fact: 'tree./t', ansible: 'folder 0755 0:0', runbook: null },
    ['validated-first'],
  ],
  [
    'an empty file of the controller that does not pass, in the place of a link',
    {
      ...files(['ln -s real t'], { copy: { dest: '@W@/t', src: '@C@/f', follow: false, validate: 'false %s' } }),
      files: { f: '' },
    },
    { fact: 'second.0.status', ansible: 'changed', runbook: 'failed' },
    ['validated-first'],
  ],
  [
    'a file with content that does not pass, in the place of a link',
    {
      ...files(['ln -s real t'], { copy: { dest: '@W@/t', src: '@C@/f', follow: false, validate: 'false %s' } }),
      files: { f: 'x' },
    },
    { fact: 'second.0.status', ansible: 'changed', runbook: 'failed' },
    undefined,
  ],
  [
    'a block with an empty line in a file with CRLF, beside a block that goes',
    {
      ...files([], { blockinfile: { path: '@W@/t', block: '' } }, { blockinfile: { path: '@W@/t', block: 'x\n\ny' } }),
      id: 'edits-0000',
      area: 'edits',
    },
    {
      fact: 'tree./t',
      ansible: String.raw`file 0644 0:0 "a\r\n# B\nx\n\ny\n"`,
      runbook: String.raw`file 0644 0:0 "a\r\n# B\r\nx\r\n\r\ny\r\n"`,
    },
    ['block-to-remove', 'line-ends-kept'],
  ],
  [
    'a block that holds its own marker',
    files([], { blockinfile: { path: '@W@/t', marker: '# {mark} x', block: '# BEGIN x' } }),
    { fact: 'first.0.status', ansible: 'changed', runbook: 'failed' },
    ['block-markers'],
  ],
  [
    'a block after it, which Ansible changes once more',
    files(
      [],
      { blockinfile: { path: '@W@/t', marker: '# {mark} x', block: '# BEGIN x' } },
      { blockinfile: { path: '@W@/t', marker: '# {mark} x', block: 'second' } },
    ),
    { fact: 'second.1.status', ansible: 'changed', runbook: 'ok' },
    ['block-markers'],
  ],
  [
    'a block that holds the marker of another',
    files([], { blockinfile: { path: '@W@/t', marker: '# {mark} y', block: '# BEGIN x' } }),
    { fact: 'first.0.status', ansible: 'changed', runbook: 'failed' },
    undefined,
  ],
  [
    'a block that holds the marker of another of the play, whose next run finds no clear end',
    files(
      [],
      { blockinfile: { path: '@W@/t', block: 'x', marker: '# {mark} x' } },
      { blockinfile: { path: '@W@/t', block: '# BEGIN x' } },
    ),
    { fact: 'second.0.status', ansible: 'changed', runbook: 'failed' },
    ['block-markers'],
  ],
  [
    'a sequence that counts down, with an item too many',
    {
      ...files([], { debug: { msg: "{{ query('sequence', 'start=12 count=3 stride=-2 format=%d') }}" } }),
      area: 'words',
    },
    { fact: 'first.0.result.msg', ansible: ['12', '10', '8', '6'], runbook: ['12', '10', '8'] },
    ['sequence-count'],
  ],
  [
    'a sequence that counts up',
    { ...files([], { debug: { msg: "{{ query('sequence', 'count=3 stride=2') }}" } }), area: 'words' },
    { fact: 'first.0.result.msg', ansible: ['1', '3', '5', '6'], runbook: ['1', '3', '5'] },
    undefined,
  ],
  [
    'a mount by hand that is to be absent, in the way of an ephemeral one',
    system(
      ['mkdir /mnt/@N@', 'mount -t tmpfs -o size=1m @N@src /mnt/@N@'],
      { mount: { path: '/mnt/@N@', state: 'absent' } },
      { mount: { path: '/mnt/@N@', state: 'ephemeral', src: '@W@/bind', fstype: 'none', opts: 'bind' } },
    ),
    { fact: 'first.1.status', ansible: 'failed', runbook: 'changed' },
    ['mount-absent'],
  ],
  [
    'an ephemeral mount alone',
    system(['mount -t tmpfs -o size=1m @N@src /mnt/@N@'], {
      mount: { path: '/mnt/@N@', state: 'ephemeral', src: '@W@/bind', fstype: 'none', opts: 'bind' },
    }),
    { fact: 'first.0.status', ansible: 'failed', runbook: 'changed' },
    undefined,
  ],
  [
    'the content of a folder of the host, without force, into a folder that is there',
    files(['mkdir -p src/top out'], {
      copy: { src: '@W@/src/top/', dest: '@W@/out/', remote_src: true, force: false },
    }),
    { fact: 'first.0.status', ansible: 'ok', runbook: 'changed' },
    ['copy-folder-of-host'],
  ],
  [
    'the group of a system account that goes and comes again',
    system(
      ['groupadd -g @U@9 @N@a'],
      { user: { name: '@N@a', state: 'absent' } },
      { user: { name: '@N@a', system: true } },
    ),
    { fact: 'tree after the second run.group s0000qa', ansible: '70639 ', runbook: 'system ' },
    ['own-group'],
  ],
  [
    'the default branch after another one',
    files([], { git: { repo: '@C@/o', dest: '@C@/d', version: 'HEAD' } }, { git: { repo: '@C@/o', version: 'side' } }),
    { fact: 'second.0.status', ansible: 'ok', runbook: 'changed' },
    ['git-head'],
  ],
  [
    'the same branch again',
    files([], { git: { repo: '@C@/o', dest: '@C@/d', version: 'side' } }),
    { fact: 'second.0.status', ansible: 'ok', runbook: 'changed' },
    undefined,
  ],
  [
    'a task that only tells what it would do',
    files([], { file: { path: '@W@/f', state: 'touch' }, check_mode: true }),
    { fact: 'first.0.status', ansible: 'changed', runbook: 'ok' },
    ['check-mode-true'],
  ],
  [
    'a task that only tells that it would remove a file',
    files([], { file: { path: '@W@/f', state: 'absent' }, check_mode: true }),
    { fact: 'first.0.result.state', ansible: 'file', runbook: 'absent' },
    ['check-mode-true'],
  ],
  [
    'a file that is removed',
    files([], { file: { path: '@W@/f', state: 'absent' } }),
    { fact: 'first.0.result.state', ansible: 'file', runbook: 'absent' },
    undefined,
  ],
  [
    'a variable of the environment that makes a command count as a change',
    files([], { command: { argv: ['echo', '$HOME'] }, changed_when: '"a" in r.stdout' }),
    { fact: 'first.0.status', ansible: 'changed', runbook: 'ok' },
    ['command-no-variables'],
  ],
  [
    'a text without variables that makes a command count as a change',
    files([], { command: { argv: ['echo', 'a'] }, changed_when: '"a" in r.stdout' }),
    { fact: 'first.0.status', ansible: 'changed', runbook: 'ok' },
    undefined,
  ],
  [
    'the group of a file that the folder of the host did not bring',
    files(['mkdir -p out/top && printf "other\\n" > out/top/a'], {
      copy: { src: '@W@/src/top/', dest: '@W@/out', remote_src: true, group: 'adm' },
    }),
    { fact: 'tree./out/top/a', ansible: 'file 0644 0:4 "other\\n"', runbook: 'file 0644 0:0 "other\\n"' },
    ['copy-folder-of-host'],
  ],
  [
    'the owner of a folder that the folder of the host did not bring',
    files(['cp -R src/top out/top'], {
      copy: { src: '@W@/src/top/', dest: '@W@/out', remote_src: true, owner: 'daemon' },
    }),
    { fact: 'tree./out/top/sub', ansible: 'folder 0755 1:0', runbook: 'folder 0755 0:0' },
    ['copy-folder-of-host'],
  ],
  [
    'a file that a folder of the host brings without force',
    files(['cp -R src/top out/top'], {
      copy: { src: '@W@/src/top/', dest: '@W@/out', remote_src: true, force: false },
    }),
    { fact: 'tree./out/b c', ansible: null, runbook: 'file 0644 0:0 "two"' },
    ['copy-folder-of-host'],
  ],
  [
    'a zip archive that is unpacked again after a task changed its folder',
    files(
      [],
      { unarchive: { src: '@W@/a.zip', dest: '@W@/out', exclude: ['top/a'] } },
      { copy: { dest: '@W@/out/top/a', content: 'x' } },
      { unarchive: { src: '@W@/a.zip', dest: '@W@/out', exclude: ['top/a'] } },
    ),
    { fact: 'first.2.status', ansible: 'changed', runbook: 'ok' },
    ['unarchive-zip-folders'],
  ],
  [
    'the mode of that file',
    files(['mkdir -p out/top && printf "other\\n" > out/top/a'], {
      copy: { src: '@W@/src/top/', dest: '@W@/out', remote_src: true, group: 'adm' },
    }),
    { fact: 'tree./out/top/a', ansible: 'file 0600 0:4 "other\\n"', runbook: 'file 0644 0:0 "other\\n"' },
    undefined,
  ],
  [
    'the owner of a copied file over which nothing was unpacked',
    files(
      ['mkdir -p out/top && ln -s ../other out/top/sub'],
      { unarchive: { src: '@W@/a.zip', dest: '@W@/out', owner: 'daemon' } },
      { copy: { dest: '@W@/out/top/a', content: 'x' } },
    ),
    { fact: 'first.1.result.owner', ansible: 'daemon', runbook: 'root' },
    ['unarchive-in-the-way'],
  ],
  [
    'a folder without a check',
    files([], { copy: { dest: '@W@/t/', src: '@C@/f' } }),
    { fact: 'tree./t', ansible: 'folder 0755 0:0', runbook: null },
    undefined,
  ],
  [
    'a message of a host that left out a role in which a step with run_once failed',
    flow({ 'roles/role-t2/tasks/main.yml': [{ name: 't3', fail: { msg: 'no' }, run_once: true }] }),
    { fact: 'host h2', ansible: ['t1 changed'], runbook: ['t1 changed', 't6 ok "w"'] },
    ['looks-do-not-wait'],
  ],
  [
    'a task with run_once of a batch in which Ansible counts a failed host',
    flow({
      'site.yml': [{ tasks: [{ fail: { msg: 'no' }, when: 'n == 2' }] }, { serial: [1, 2], tasks: [] }],
      'roles/role-t4/tasks/main.yml': [{ name: 't5', debug: { msg: 'x' }, run_once: true }],
    }),
    { fact: 'host h4', ansible: ['t5 ok "h4"', 't7 ok "x"'], runbook: ['t7 ok "x"'] },
    ['serial-of-those-left'],
  ],
  [
    'another task of such a batch',
    flow({
      'site.yml': [{ tasks: [{ fail: { msg: 'no' }, when: 'n == 2' }] }, { serial: [1, 2], tasks: [] }],
      'roles/role-t4/tasks/main.yml': [{ name: 't5', debug: { msg: 'x' }, run_once: true }],
    }),
    { fact: 'host h4', ansible: ['t5 ok "h4"', 't7 ok "x"'], runbook: [] },
    undefined,
  ],
  [
    'a change of that host',
    flow({ 'roles/role-t2/tasks/main.yml': [{ name: 't3', fail: { msg: 'no' }, run_once: true }] }),
    { fact: 'host h2', ansible: ['t1 changed'], runbook: ['t1 changed', 't6 ok "w"', 't7 changed'] },
    undefined,
  ],
  [
    'owner of a hard link in the place of a link',
    files(['ln -s gone t'], { file: { path: '@W@/t', src: '@W@/s', state: 'hard', owner: 'daemon' } }),
    { fact: 'first.0.status', ansible: 'failed', runbook: 'changed' },
    ['attributes-of-a-hard-link'],
  ],
  [
    'the owner of a link, beside the content of its target',
    {
      ...files(['ln -s real t'], { lineinfile: { path: '@W@/t', state: 'absent', regexp: '^$', owner: 'daemon' } }),
      area: 'edits',
    },
    { fact: 'first.0.status', ansible: 'changed', runbook: 'ok' },
    ['edits-through-links'],
  ],
  [
    'an edit through a link that gives no owner',
    {
      ...files(['ln -s real t'], { lineinfile: { path: '@W@/t', state: 'absent', regexp: '^$', mode: '0600' } }),
      area: 'edits',
    },
    { fact: 'first.0.status', ansible: 'changed', runbook: 'ok' },
    undefined,
  ],
  [
    'attempts in a folder that need not exist',
    files([], { command: { cmd: 'x', chdir: '@W@/gone', creates: '@W@/d' }, until: 'r.rc == 0', retries: 2 }),
    { fact: 'first.0.result.attempts', ansible: 2, runbook: 1 },
    ['guard-before-folder'],
  ],
  [
    'more attempts here',
    files([], { command: { cmd: 'x', chdir: '@W@/gone', creates: '@W@/d' }, until: 'r.rc == 0', retries: 2 }),
    { fact: 'first.0.result.attempts', ansible: 1, runbook: 2 },
    undefined,
  ],
  [
    'the group of an account that another account keeps',
    system(['useradd -m @N@a', 'useradd -m -g @N@a @N@b'], { user: { name: '@N@a' } }),
    { fact: 'tree./home/s0000qa', ansible: 'folder 0700 s0000qa:users', runbook: 'folder 0700 s0000qa:s0000qa' },
    ['own-group'],
  ],
  [
    'the group of an account that nobody else has',
    system(['useradd -m @N@a', 'useradd -m @N@b'], { user: { name: '@N@a' } }),
    { fact: 'tree./home/s0000qa', ansible: 'folder 0700 s0000qa:users', runbook: 'folder 0700 s0000qa:s0000qa' },
    undefined,
  ],
  [
    'the keys of the tasks that made the folder',
    system([], { authorized_key: { user: '@N@a', key: 'k', manage_dir: false } }, { authorized_key: { key: 'l' } }),
    {
      fact: 'tree./home/s0000qa/.ssh/authorized_keys',
      ansible: 'file 0600 a:a "k\\nl\\n"',
      runbook: 'file 0600 a:a "l\\n"',
    },
    ['folder-of-keys-unmanaged'],
  ],
  [
    'another key beside that',
    system([], { authorized_key: { user: '@N@a', key: 'k', manage_dir: false } }, { authorized_key: { key: 'l' } }),
    {
      fact: 'tree./home/s0000qa/.ssh/authorized_keys',
      ansible: 'file 0600 a:a "k\\nl\\n"',
      runbook: 'file 0600 a:a "m\\n"',
    },
    undefined,
  ],
  [
    'an account without a password, whose new password is only for a new account',
    system([], { user: { name: '@N@a', password: '$6$s$h', update_password: 'on_create', password_lock: false } }),
    { fact: 'second.0.status', ansible: 'changed', runbook: 'ok' },
    ['nothing-to-unlock'],
  ],
  [
    'a hard link that fails without an owner',
    files(['ln -s gone t'], { file: { path: '@W@/t', src: '@W@/s', state: 'hard' } }),
    { fact: 'first.0.status', ansible: 'failed', runbook: 'changed' },
    undefined,
  ],
];

describe('rows explain what they say, and nothing beside it', () => {
  test.each(cases)('%s', (_, input, difference, rows) => {
    expect(explanation(difference, input)).toEqual(rows);
  });
});
