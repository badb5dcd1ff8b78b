import type { Json } from './case.ts';
import type { Chance } from './chance.ts';
import type { Draft } from './draft.ts';

const PARTS = [
  'mkdir -p src/sub out',
  'printf "one" > src/10-a',
  'printf "two\\n" > "src/20 b"',
  'printf "three\\nfour" > src/.hidden',
  'printf "" > src/15-empty',
  'printf "no\\n" > src/sub/30-c',
] as const;
const BEFORE = [
  'true',
  'printf "old\\n" > out/f',
  'printf "onetwo\\n" > out/f; chmod 600 out/f',
  'ln -s g out/f',
  'rm src/20*',
] as const;

/** A file made of the fragments of a folder. */
export function assembleCase(chance: Chance): Draft {
  const args: Record<string, Json> = {
    src: '@W@/src',
    dest: '@W@/out/f',
    ...chance.options<Json>(
      {
        delimiter: ['# --', '--\\n'],
        regexp: ['^\\d+', 'a$', '^x'],
        ignore_hidden: [true],
        backup: [true],
        mode: ['0600', '0644'],
      },
      0.25,
    ),
  };
  return { given: [...PARTS, chance.one(BEFORE)], tasks: [{ assemble: args }] };
}

const TREE = [
  'mkdir -p src/top/sub/empty out',
  'printf "one\\n" > src/top/a',
  'printf "two\\n" > "src/top/b c"',
  'printf "deep\\n" > src/top/sub/d',
  'chmod 755 src/top/a; chmod 640 src/top/sub/d',
] as const;
const THERE = [
  'true',
  'mkdir -p out/top && printf "other\\n" > out/top/a',
  'mkdir -p out/top/sub && printf "deep\\n" > out/top/sub/d && printf "mine\\n" > out/top/mine',
  'cp -R src/top out/top',
  'rm -r out',
] as const;

/** A folder of the host that is copied on the host. */
export function hostFolderCase(chance: Chance): Draft {
  const args: Record<string, Json> = {
    src: chance.one(['@W@/src/top', '@W@/src/top/'] as const),
    dest: chance.one(['@W@/out', '@W@/out/', '@W@/out/top'] as const),
    remote_src: true,
    ...chance.options<Json>({ owner: ['daemon'], group: ['adm'], force: [false] }, 0.15),
  };
  return { given: [...TREE, chance.one(THERE)], tasks: [{ copy: args }] };
}
