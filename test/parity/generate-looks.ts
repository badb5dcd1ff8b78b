import type { Json } from './case.ts';
import type { Chance } from './chance.ts';
import type { Draft } from './draft.ts';
import { either } from './spelled.ts';

/** A folder with one file of each kind. */
const FOLDER = [
  'mkdir -p d/sub/deep d/empty',
  'printf "one\\n" > d/a.log',
  'printf "two\\n" > d/b.txt',
  'printf "{\\"k\\": [1, 2]}" > d/c.json',
  'printf "deep\\n" > d/sub/deep/e.log',
  'printf h > d/.hidden.log',
  ': > d/empty.log',
  'printf "\\303\\244\\n" > d/utf8.txt',
  'ln -s a.log d/link.log',
  'ln -s gone d/broken',
  'ln -s sub d/folder-link',
  'mkfifo d/fifo',
  'chmod 640 d/a.log',
  'chmod 4711 d/b.txt',
  'chown daemon:adm d/c.json',
  'ln d/b.txt d/hard.txt',
  'head -c 5000 /dev/zero > d/big.bin',
  'find d -exec touch -h -d 2020-02-03T04:05:06Z {} +',
  'touch -d 2001-02-03T04:05:06Z d/a.log d/sub d/sub/deep/e.log',
] as const;
const BELOW_A_FILE = 'a.log/x';
const NAMES = [
  'a.log',
  'b.txt',
  'c.json',
  'sub',
  'empty.log',
  'link.log',
  'broken',
  'folder-link',
  'fifo',
  'gone',
  '.hidden.log',
  'utf8.txt',
  'hard.txt',
  'big.bin',
  BELOW_A_FILE,
  '',
] as const;

export function statCase(chance: Chance): Draft {
  const args = {
    path: `@W@/d/${chance.one(NAMES)}`,
    ...chance.options<Json>({ follow: [true, false], get_checksum: [false] }, 0.4),
  };
  return { given: FOLDER, tasks: [{ stat: args }] };
}

export function findCase(chance: Chance): Draft {
  const args: Record<string, Json> = {
    paths: chance.one<Json>([
      '@W@/d',
      ['@W@/d'],
      ['@W@/d/sub', '@W@/d/empty'],
      '@W@/d/sub,@W@/d/empty',
      '@W@/gone',
      '@W@/d/',
      '@W@/d/folder-link',
      '@W@/d/a.log',
    ]),
    ...chance.options<Json>(
      {
        patterns: ['*.log', ['*.log', '*.txt'], '*.log,*.txt', '*', 'a.*', '[ab]*', '?.log', '.*', 'e.log', 'A.LOG'],
        file_type: ['file', 'directory', 'link', 'any'],
        recurse: [true, false],
        hidden: [true, false],
        depth: [1, 2],
        excludes: ['b*', ['*.json', 'a.log']],
        size: ['1k', '-1k'],
        age: ['1d', '-1d'],
        use_regex: [false],
      },
      0.35,
    ),
  };
  return { given: FOLDER, tasks: [{ find: args }] };
}

/** Only files that end: Ansible waits at a pipe without end. */
export function slurpCase(chance: Chance): Draft {
  const name = chance.one(NAMES);
  const path = `@W@/d/${name === 'fifo' ? 'a.log' : name}`;
  return { given: FOLDER, tasks: [{ slurp: { [chance.one(['src', 'src', 'path'] as const)]: path } }] };
}

/** The name is random: only facts that do not depend on it are compared. */
export function tempfileCase(chance: Chance): Draft {
  const args = chance.options<Json>(
    { state: ['file', 'directory'], prefix: ['pre-', 'a b'], suffix: ['.tmp', '-end'], path: ['@W@/d', '@W@/gone'] },
    0.6,
  );
  return {
    given: ['mkdir d'],
    tasks: [
      { tempfile: { path: '@W@/d', ...args }, register: 'made' },
      { stat: { path: '{{made.path}}' }, register: 'seen' },
      { debug: { msg: '{{seen.stat.mode}}' } },
      { file: { path: '{{made.path}}', state: 'absent' } },
    ],
  };
}

/** A look, then a change that uses its result. */
export function seenCase(chance: Chance): Draft {
  const chosen = chance.one(NAMES);
  const name = chosen === BELOW_A_FILE ? 'gone' : chosen;
  return {
    given: FOLDER,
    tasks: [
      { stat: { path: `@W@/d/${name}` }, register: 'seen' },
      { copy: { dest: '@W@/there', content: 'there\n' }, when: 'seen.stat.exists' },
      { copy: { dest: '@W@/not-there', content: 'not there\n' }, when: 'seen.stat.exists == false' },
      { find: { paths: '@W@/d', patterns: chance.one(['*.log', '*.none'] as const) }, register: 'found' },
      { debug: { msg: '{{found.matched}}' } },
      {
        file: { path: '{{item}}', state: 'absent' },
        loop: either("{{found.files | map(attribute='path') | list}}", '{{map found.files "path"}}'),
      },
    ],
  };
}
