import type { Json } from './case.ts';
import type { Chance } from './chance.ts';
import type { Draft } from './draft.ts';

const CONTENT = [
  'mkdir -p src/top/sub out/other',
  'printf "one\\n" > src/top/a',
  'printf "two\\n" > "src/top/b c"',
  'printf "deep\\n" > src/top/sub/d',
  'ln -s a src/top/l',
  'printf "#!/bin/sh\\n" > src/top/run',
  'chmod 755 src/top/run; chmod 640 src/top/sub/d; chmod 750 src/top/sub',
  'find src -exec touch -h -d 2010-01-01T00:00:00Z {} +',
  'printf "mine\\n" > out/other/mine; chmod 640 out/other/mine; chmod 711 out/other',
] as const;
const PACKINGS: readonly [Packing, ...Packing[]] = [
  ['a.tgz', 'tar -C src -czf a.tgz top'],
  ['a.tar', 'tar -C src -cf a.tar top'],
  ['a.tar.xz', 'tar -C src -cJf a.tar.xz top'],
  ['a.tar.bz2', 'tar -C src -cjf a.tar.bz2 top'],
  ['a.zip', '(cd src && zip -qryX ../a.zip top)'],
  ['flat.tgz', 'tar -C src/top -czf flat.tgz .'],
  ['no-folders.tgz', 'tar -C src -czf no-folders.tgz top/a top/sub/d'],
  ['broken.tgz', 'printf "no archive" > broken.tgz'],
];
type Packing = readonly [string, string];
/** Changes of the folder between the archive and the task. */
const BEFORE = [
  'true',
  'true',
  'true',
  'mkdir -p out/top && printf "other\\n" > out/top/a',
  'mkdir -p out/top && printf "more\\n" > out/top/more',
  'rm -r out',
  'mkdir -p out/top/sub && chmod 700 out/top/sub',
  'tar -C src -cf - top | tar -C out -xf - && chmod 600 out/top/run',
  'tar -C src -cf - top | tar -C out -xf - && rm out/top/a',
  'mkdir -p out/top/a/x',
  'mkdir -p out/top && ln -s ../other out/top/sub',
] as const;

export function archiveCase(chance: Chance): Draft {
  const [name, pack] = chance.one(PACKINGS);
  const zip = name.endsWith('.zip');
  const args: Record<string, Json> = {
    src: `@W@/${name}`,
    remote_src: chance.of(0.7),
    dest: chance.one(['@W@/out', '@W@/out/'] as const),
  };
  Object.assign(
    args,
    chance.options<Json>(
      {
        creates: ['@W@/out/top/a', '@W@/out/none'],
        owner: ['daemon'],
        group: ['adm'],
        mode: ['0600', '0755', 'u=rwX,go='],
        exclude: [['top/a'], ['top/sub']],
        keep_newer: [true],
      },
      0.15,
    ),
  );
  if (!zip && args['exclude'] === undefined)
    Object.assign(
      args,
      chance.options<Json>({ extra_opts: [['--strip-components=1'], ['--no-same-owner']], include: [['top/a']] }, 0.15),
    );
  const tasks: Json[] = [{ unarchive: args }];
  if (chance.of(0.2)) tasks.push({ copy: { dest: '@W@/out/top/a', content: 'other\n' } }, { unarchive: args });
  return { given: [...CONTENT, pack, chance.one(BEFORE)], tasks };
}
