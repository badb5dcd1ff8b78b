import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { mkdir, readFile, readdir, readlink, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { modules } from '../../engine/modules/base/catalogue.ts';
import { type Row, ROWS } from './injection-rows.ts';
import { startSite, type Ended, type Site, type ToldEvent } from './site.ts';

/**
 * `pwned` is a program that records that it was run. The name has no slash, so that each word is also the name of a
 * file. The first word breaks out of no quotes, of single ones and of double ones.
 */
const BREAKING = `'; pwned; '"; pwned; "$(pwned)\`pwned\``;
const OTHERS = [
  '\npwned\n$(pwned)\n',
  '-e; pwned | pwned && pwned > pwned #',
  '--help\\$(pwned) * ? [a-z] ~ ! ü \u0001\u007f\t%s%n',
  `${'n'.repeat(246)}$(pwned)x`,
];
/** RUNBOOK_WORDS=all: every word for every argument. Otherwise the breaking word and one more, in turns. */
const SETS =
  process.env['RUNBOOK_WORDS'] === 'all' ? [[BREAKING, ...OTHERS]] : OTHERS.map((other) => [BREAKING, other]);

/** Returns the arguments of a module that accept text, from its schema: new ones are tried automatically. */
async function textArguments(name: string): Promise<ReadonlyMap<string, 'text' | 'list' | 'map'>> {
  const found = new Map<string, 'text' | 'list' | 'map'>();
  const given: unknown = z.toJSONSchema((await modules.module(name)).arguments, {
    io: 'input',
    unrepresentable: 'any',
  });
  for (const [argument, schema] of Object.entries(PROPERTIES.parse(given).properties ?? {})) {
    const kind = kindOf(schema);
    if (kind !== undefined) found.set(argument, kind);
  }
  return found;
}

const PROPERTIES = z.looseObject({ properties: z.record(z.string(), z.unknown()).optional() });
const KIND = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.unknown().optional(),
  const: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  items: z.unknown().optional(),
});

function kindOf(schema: unknown): 'text' | 'list' | 'map' | undefined {
  const { type, enum: fixed, const: only, anyOf, items } = KIND.parse(schema);
  if (anyOf !== undefined) return anyOf.map(kindOf).find((kind) => kind !== undefined);
  if (fixed !== undefined || only !== undefined) return undefined;
  if (type === 'array') return items === undefined || kindOf(items) !== undefined ? 'list' : undefined;
  if (type === 'object') return 'map';
  return type === undefined || [type].flat().includes('string') ? 'text' : undefined;
}

interface Use {
  readonly id: string;
  readonly task: object;
  readonly dry: boolean;
  readonly words: readonly string[];
}

/** Returns one task for each text argument of a row. The words are its loop, and are not known before the run. */
async function usesOf(module: string, row: Row, number: number, at: string): Promise<readonly Use[]> {
  const text = module === 'set_fact' ? new Map([['fact', 'text'] as const]) : await textArguments(module);
  const uses: Use[] = [];
  for (const [argument, kind] of text) {
    if (
      row.skip?.includes(argument) === true ||
      (row.code?.includes(argument) === true && row.form?.[argument] === undefined)
    )
      continue;
    const before = row.base[argument];
    const parts = kind === 'map' ? Object.entries(before ?? { 'X-Word': '' }) : [[argument, before] as const];
    for (const [part, value] of parts)
      uses.push(useOf({ module, row, number, at, argument, kind, part, value }, uses.length));
  }
  return uses;
}

/** An argument, or a key of an argument that is a map. */
interface Part {
  readonly module: string;
  readonly row: Row;
  readonly number: number;
  readonly at: string;
  readonly argument: string;
  readonly kind: 'text' | 'list' | 'map';
  readonly part: string;
  readonly value: unknown;
}

function useOf({ module, row, number, at, argument, kind, part, value }: Part, count: number): Use {
  const id = `${module}-${number}-${kind === 'map' ? `${argument}-${part}` : argument}`;
  const own = `${at}/${id}/{{n}}`;
  const word =
    row.form?.[argument]?.replace('%s', '{{item}}') ?? (isPath(part, value) ? `${own}/{{item}}` : '{{item}}');
  const placed = (given: unknown): unknown => JSON.parse(JSON.stringify(given).replaceAll('@', own)) as unknown;
  return {
    id,
    dry: row.dry ?? false,
    words: SETS[count % SETS.length] ?? [],
    task: {
      name: id,
      [module]: placed({ ...row.base, [argument]: withWord(kind, row.base[argument], part, word) }),
      loop: `words.json[${count % SETS.length}]`,
      loop_control: { index_var: 'n' },
      ignore_errors: true,
    },
  };
}

/** Returns the argument with the word: the word itself, one more item, or one more value of the map. */
function withWord(kind: Part['kind'], before: unknown, part: string, word: string): unknown {
  if (kind === 'text') return word;
  if (kind === 'map') return { ...(before as object), [part]: word };
  return [...(Array.isArray(before) ? (before as readonly unknown[]) : []), word];
}

function isPath(name: string, before: unknown): boolean {
  const first: unknown = Array.isArray(before) ? before[0] : before;
  if (typeof first === 'string') return first.startsWith('@');
  return /^(path|dest|home|shell|creates|removes|chdir|keep|executable|.*_(path|file|cert|key|socket))$/.test(name);
}

let site: Site;

let at: string;

let uses: readonly Use[];

let ended: Ended;

let planned: Ended;

/** The tasks that were reported next after the program had run. */
const ranBefore: string[] = [];

const events = (from: Ended): readonly ToldEvent[] =>
  from.stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as ToldEvent] : []));

const finished = (from: Ended, id: string): readonly z.infer<typeof FINISHED>[] =>
  events(from).flatMap((event) => {
    const parsed = FINISHED.safeParse(event);
    return parsed.success && parsed.data.task.name === id ? [parsed.data] : [];
  });

describe.skipIf(process.getuid?.() !== 0)('text that would be a command (the test needs root, for mounts)', () => {
  beforeAll(async () => {
    // System modules write into copies that only the server sees.
    const mounts = `cp -a /etc $folder/etc; mkdir $folder/root $folder/spool $folder/home
mount --bind $folder/etc /etc; mount --bind $folder/root /root; mount --bind $folder/spool /var/spool; mount --bind $folder/home /home
mkdir -p /var/spool/cron/crontabs`;
    site = await startSite({ one: {} }, { mounts });
    await mkdir(join(site.folder, 'bin'));
    await writeFile(join(site.folder, 'bin/pwned'), `#!/bin/sh\necho "$0 $*" >>${site.folder}/was-run\n`, {
      mode: 0o755,
    });
    at = join(site.folder, 'uses');
    const all: Use[] = [];
    for (const [module, rows] of Object.entries(ROWS))
      for (const [number, row] of rows.entries()) all.push(...(await usesOf(module, row, number, at)));
    uses = all;
    for (const { id } of uses) {
      for (const n of Array.from({ length: SETS[0]?.length ?? 0 }).keys()) {
        await mkdir(join(at, id, String(n)), { recursive: true });
        await writeFile(join(at, id, String(n), 'plain'), 'banana\n');
      }
    }
    await writeFile(join(site.folder, 'words.json'), JSON.stringify(SETS));
    await writeFile(join(site.folder, 'plain'), 'plain\n');
    await writeFile(join(site.folder, 'plain.hbs'), 'plain\n');
    await writeFile(join(site.folder, 'args.sh'), 'printf %s "$1"\n');
    execFileSync('tar', ['-cf', join(site.folder, 'plain.tar'), '-C', site.folder, 'plain']);
    const write = (name: string, tasks: readonly Use[]): Promise<string> =>
      site.playbook(
        name,
        JSON.stringify([
          {
            name,
            hosts: 'all',
            tasks: [{ query: `cat ${site.folder}/words.json`, register: 'words' }, ...tasks.map(({ task }) => task)],
          },
        ]),
      );
    const wet = await write(
      'wet.yml',
      uses.filter((use) => !use.dry),
    );
    const dry = await write(
      'dry.yml',
      uses.filter((use) => use.dry),
    );
    let size = 0;
    ended = await site.run(['play', wet, '--output', 'json'], (event) => {
      const now = statSync(join(site.folder, 'was-run'), { throwIfNoEntry: false })?.size ?? 0;
      if (now > size && event.type === 'task_finished') ranBefore.push(JSON.stringify([event.task, event['item']]));
      size = now;
    });
    planned = await site.run(['plan', dry, '--output', 'json']);
  });
  afterAll(() => site.stop());

  arrivals();
  noRuns();
});

function arrivals(): void {
  test('every module has a row, and the play went to its end', () => {
    expect(Object.keys(ROWS)).toEqual(modules.names().toSorted());
    for (const one of [ended, planned]) expect([one.status, one.stderr]).toEqual([0, '']);
    for (const { id, dry } of uses) expect(finished(dry ? planned : ended, id), id).toHaveLength(SETS[0]?.length ?? 0);
  });

  test.each([
    ['copy-0-content', async (folder: string) => readFile(join(folder, 'copied'), 'utf8')],
    [
      'copy-0-dest',
      async (folder: string, word: string) => (await readFile(join(folder, word), 'utf8')) === 'x' && word,
    ],
    [
      'copy-1-dest',
      async (folder: string, word: string) => (await readFile(join(folder, word), 'utf8')) === 'plain\n' && word,
    ],
    [
      'template-0-dest',
      async (folder: string, word: string) => (await readFile(join(folder, word), 'utf8')) === 'plain\n' && word,
    ],
    ['file-0-path', async (folder: string, word: string) => (await stat(join(folder, word))).isDirectory() && word],
    ['file-1-src', async (folder: string) => readlink(join(folder, 'link'))],
    [
      'move-0-dest',
      async (folder: string, word: string) => (await readFile(join(folder, word), 'utf8')) === 'banana\n' && word,
    ],
    [
      'replace-0-replace',
      async (folder: string) => (await readFile(join(folder, 'plain'), 'utf8')).slice(1, -1).split('n')[0],
    ],
  ] as const)('%s: the bytes arrive as they are', async (id, found) => {
    const words = uses.find((use) => use.id === id)?.words ?? [];
    expect(words.length).toBeGreaterThan(1);
    for (const [n, word] of words.entries()) {
      if (id.startsWith('replace') && /n|\\/.test(word)) continue;
      expect(await found(join(at, id, String(n)), word), word).toBe(word);
    }
  });

  test('bytes that are no text arrive as they are, and names that are none are told without harm', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await writeFile(join(site.folder, 'bytes'), bytes);
    await mkdir(join(site.folder, 'odd'));
    await writeFile(Buffer.concat([Buffer.from(`${site.folder}/odd/\xff`, 'latin1'), Buffer.from([0xfe])]), '');
    const book = await site.playbook(
      'bytes.yml',
      JSON.stringify([
        {
          hosts: 'all',
          tasks: [
            { copy: { src: 'bytes', dest: `${site.folder}/arrived`, mode: '0644' } },
            { find: { paths: `${site.folder}/odd` } },
          ],
        },
      ]),
    );
    expect(await site.run(['play', book])).toMatchObject({ status: 0 });
    expect(await readFile(join(site.folder, 'arrived'))).toEqual(bytes);
  });
}

function noRuns(): void {
  test('none was run', async () => {
    expect(ranBefore).toEqual([]);
    const wasRun = join(site.folder, 'was-run');
    await expect(stat(wasRun)).rejects.toThrow('ENOENT');
    await site.run(['exec', 'one', '-m', 'shell', '-a', 'echo $(pwned)']);
    expect((await stat(wasRun)).size).toBeGreaterThan(0);
    const broken = [...events(ended), ...events(planned)].filter((event) =>
      /[Ss]yntax error|[Uu]nterminated|unexpected EOF/.test(JSON.stringify(event)),
    );
    expect(broken).toEqual([]);
    expect((await readdir(site.folder)).includes('pwned')).toBe(false);
  });
}

const FINISHED = z.looseObject({
  type: z.literal('task_finished'),
  task: z.looseObject({ name: z.string() }),
  outcome: z.looseObject({ kind: z.string() }),
  result: z.record(z.string(), z.unknown()).optional(),
});
