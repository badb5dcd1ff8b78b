import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const ENGINE = join(ROOT, 'engine');

function sources(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

/** A folder of the engine, and the imports that its row in docs/architecture.md allows, as written there. */
interface Row {
  readonly folder: string;
  readonly imports: readonly string[];
}

/** Returns the rows of the table in docs/architecture.md with this first column, in their order. */
function rowsOf(column: string): readonly Row[] {
  const lines = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8').split('\n');
  const head = lines.findIndex((line) => line.startsWith(`| ${column} |`));
  const rest = lines.slice(head + 2);
  return rest.slice(0, rest.indexOf('')).map((line) => {
    const cells = line.split('|').slice(1, -1);
    const [folder = ''] = namesIn(cells[0]);
    return { folder, imports: namesIn(cells.at(-1)) };
  });
}

function namesIn(cell = ''): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

const LAYERS = rowsOf('layer');
const FOLDERS = rowsOf('folder');

/** An import, of types too, from one folder of the engine to another. */
interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const IMPORTS: readonly Import[] = sources(ENGINE).flatMap((path) => {
  const file = relative(ENGINE, path);
  const named = [...readFileSync(path, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+\.ts)'/g)];
  return named
    .map(([, name = '']) => ({ file, from: dirname(file), to: dirname(relative(ENGINE, join(path, '..', name))) }))
    .filter(({ from, to }) => from !== to);
});

function layerOf(folder: string): string {
  return folder.split('/')[0] ?? '';
}

/**
 * Returns whether the name in a row allows the import of the folder. In the table of folders, the name is a folder of
 * the row's own layer.
 */
function permits(row: Row, name: string, { from, to }: Import): boolean {
  if (from !== row.folder && (row.folder.includes('/') || layerOf(from) !== row.folder)) return false;
  if (row.folder.includes('/')) return to === `${layerOf(row.folder)}/${name}`;
  return name.endsWith('/*') ? layerOf(to) === layerOf(name) : to === name;
}

/**
 * Returns whether a row of the tables allows the import, or whether a layer's own file imports one of the folders below
 * it.
 */
function isInTables(one: Import): boolean {
  const { from, to } = one;
  if (layerOf(from) === layerOf(to) && !from.includes('/')) return true;
  const rows = layerOf(from) === layerOf(to) ? FOLDERS : LAYERS;
  return rows.some((row) => row.imports.some((name) => permits(row, name, one)));
}

/** Returns whether this table decides: within a layer the table of folders, between layers that of layers. */
function isOwnTable(row: Row, { from, to }: Import): boolean {
  return row.folder.includes('/') === (layerOf(from) === layerOf(to));
}

/** Returns the folder that a name in this row means. */
function rowNamed(row: Row, name: string): string {
  return row.folder.includes('/') ? `${layerOf(row.folder)}/${name}` : layerOf(name);
}

describe('the tables of layers and folders', () => {
  test('have a row for each folder of the engine, and no other', () => {
    const folders = new Set(sources(ENGINE).map((file) => dirname(relative(ENGINE, file))));
    expect([...LAYERS, ...FOLDERS].map(({ folder }) => folder).toSorted()).toEqual([...folders].toSorted());
  });

  test('say who may import whom', () => {
    expect(IMPORTS.filter((one) => !isInTables(one)).map(({ file, to }) => `${file} imports ${to}`)).toEqual([]);
  });

  test('permit nothing that is not used', () => {
    const unused = [...LAYERS, ...FOLDERS].flatMap((row) =>
      row.imports
        .filter((name) => !IMPORTS.some((one) => isOwnTable(row, one) && permits(row, name, one)))
        .map((name) => `${row.folder}: ${name}`),
    );
    expect(unused).toEqual([]);
  });

  test.each([
    ['layers', LAYERS],
    ['folders', FOLDERS],
  ])('of %s: a row imports only from rows below it', (_, rows) => {
    const upward = rows.flatMap((row, index) =>
      row.imports
        .filter((name) => !rows.slice(index + 1).some(({ folder }) => folder === rowNamed(row, name)))
        .map((name) => `${row.folder} imports ${name}`),
    );
    expect(upward).toEqual([]);
  });
});

test('each file in the folder of modules is a module, named as its file', () => {
  const files = readdirSync(join(ENGINE, 'modules'), { withFileTypes: true }).filter((entry) => entry.isFile());
  const others = files.filter(({ name }) => {
    const text = readFileSync(join(ENGINE, 'modules', name), 'utf8');
    return !text.includes(`\n  name: '${name.slice(0, -'.ts'.length)}',\n`) || !/^export const module = /m.test(text);
  });
  expect(others.map(({ name }) => name)).toEqual([]);
});

test('no file is longer than 400 lines', () => {
  const long = [...sources(ENGINE), ...sources(join(ROOT, 'lab'))]
    .map((file) => ({ file: relative(ROOT, file), lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
    .filter(({ lines }) => lines > 400);
  expect(long).toEqual([]);
});

test('only the report prints, and the command that begins it', () => {
  const printing = sources(ENGINE).filter((file) => {
    const layer = relative(ENGINE, file).split('/')[0];
    return (
      layer !== 'report' &&
      layer !== 'cli' &&
      /console\.|process\.(stdout|stderr)\.write/.test(readFileSync(file, 'utf8'))
    );
  });
  expect(printing.map((file) => relative(ENGINE, file))).toEqual([]);
});

test('what Node itself has is imported at once, as the built program cannot do it later', () => {
  expect(sources(ENGINE).filter((file) => /import\('node:/.test(readFileSync(file, 'utf8')))).toEqual([]);
});

/** Module-level state that may change, and the reason why two runs in one process may share it. */
const SHARED_STATE: Readonly<Record<string, string>> = {
  'connection/on-abort.ts waiting': 'belongs to the signal that is its key',
  'connection/unguessable.ts pool': 'random bytes, none of which is given twice',
  'connection/unguessable.ts used': 'how many of these were given',
  'modules/catalogue.ts modules': 'what was loaded of the program itself',
  'report/output.ts gone': 'belongs to the stream that is its key',
  'report/output.ts guarded': 'belongs to the stream that is its key',
  'report/width.ts segments': 'made when first needed, and never changed',
  'values/expression.ts cache': 'what a text comes to when it is compiled, which is always the same',
  'values/mask.ts tables': 'follows the secrets',
  'values/match-limit.ts watch': 'in use within one call only, never while something is waited for',
  'values/pattern.ts compiled': 'what a text comes to when it is compiled, which is always the same',
  'values/secret.ts atoms': 'a secret of any run is hidden in all of them',
  'values/secret.ts numbers': 'a secret of any run is hidden in all of them',
  'values/step-limit.ts meter': 'in use within one call only, never while something is waited for',
  'values/current-lookups.ts current': 'in use within one call only, never while something is waited for',
  'values/template-frame.ts rootLevel': 'its type lets nobody change it',
  'values/template.ts cache': 'what a text comes to when it is compiled, which is always the same',
  'values/value.ts OMIT': 'has nothing that can be changed',
};

test('two runs in one process share no state but what is listed here with its reason', () => {
  const found = sources(ENGINE).flatMap((file) => {
    const name = relative(ENGINE, file)
      .split('/')
      .filter((_part, index, all) => index === 0 || index === all.length - 1)
      .join('/');
    return changeable(readFileSync(file, 'utf8')).map((variable) => `${name} ${variable}`);
  });
  expect(found.toSorted()).toEqual(Object.keys(SHARED_STATE).toSorted());
});

test.each([
  ['let count = 0;', ['count']],
  ['export const known = new Map<string, string>();', ['known']],
  ['const waiting: (() => void)[] = [];', ['waiting']],
  ['const turns = pLimit(10);', ['turns']],
  ['const tables = { all: new Search(), count: 0 };', ['tables']],
  ['const pool = Buffer.alloc(4096);', ['pool']],
  ['let lastAppend: Promise<unknown> = Promise.resolve();', ['lastAppend']],
  ["const NAMES: ReadonlySet<string> = new Set(['a']);", []],
  ['const WORD = new RegExp(`x`);', []],
  ['  const local = new Map();', []],
])('state of a module is found in %j', (text, variables) => {
  expect(changeable(text)).toEqual(variables);
});

/** Returns the module-level variables that are reassigned, or whose value can be changed. */
function changeable(text: string): readonly string[] {
  const declared =
    /^(?:export )?(?:let (?<assigned>\w+)|const (?<held>\w+)(?<type>: .+?)? = (?<value>new \w+|pLimit\(|\[\]|\{(?=[^}]*: new )|Buffer\.|Promise\.))/gm;
  return [...text.matchAll(declared)].flatMap(({ groups = {} }) => {
    const { assigned, held = '', type = '', value = '' } = groups;
    if (assigned !== undefined) return [assigned];
    // Tables in capitals, and values that their type makes read-only.
    const isConstant =
      /\b(?:[Rr]eadonly|Plugin)/.test(type) ||
      ['new RegExp', 'new URL'].includes(value) ||
      (/^[A-Z\d_]+$/.test(held) && /^[{B]/.test(value));
    return isConstant ? [] : [held];
  });
}

test('ssh2 is not loaded before a server has been dialled', () => {
  const facade = pathToFileURL(join(ENGINE, 'connection/connection.ts')).href;
  const script = `
    import { createRequire } from 'node:module';
    await import(${JSON.stringify(facade)});
    const loaded = Object.keys(createRequire(${JSON.stringify(facade)}).cache).filter((file) => file.includes('/node_modules/ssh2/'));
    console.log(JSON.stringify(loaded));
  `;
  expect(
    JSON.parse(execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })),
  ).toEqual([]);
});

test('to import the engine changes nothing of the process', () => {
  const files = sources(ENGINE).map((file) => pathToFileURL(file).href);
  const script = `
    import { EventEmitter } from 'node:events';
    const state = () => JSON.stringify({
      poolSize: Buffer.poolSize,
      listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
      // zod keeps its settings there, so that several copies of it agree.
      globals: Object.getOwnPropertyNames(globalThis).filter((name) => !name.startsWith('__zod_')),
      environment: process.env,
      directory: process.cwd(),
      umask: process.umask().toString(8),
      title: process.title,
      stackTraceLimit: Error.stackTraceLimit,
      maxListeners: EventEmitter.defaultMaxListeners,
      timers: process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout' || kind === 'Immediate'),
    });
    const before = state();
    for (const file of ${JSON.stringify(files)}) await import(file);
    console.log(JSON.stringify([before, state()]));
  `;
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  const [before, after]: readonly string[] = JSON.parse(printed);
  expect(JSON.parse(after ?? '')).toEqual(JSON.parse(before ?? '{}'));
});

test('only one file loads ssh2', () => {
  const loading = sources(ENGINE).filter((file) =>
    /import (?!type)[^;]*'ssh2'|require\('ssh2'\)/.test(readFileSync(file, 'utf8')),
  );
  expect(loading.map((file) => file.split('/').at(-1))).toEqual(['ssh2-library.ts']);
});

test('the tests run under the Node that the product asks for', () => {
  expect(process.versions.node.split('.')[0]).toBe('24');
});
