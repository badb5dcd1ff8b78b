import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const ENGINE = join(ROOT, 'engine');

function sources(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

/** A folder of the engine, and what its row in docs/architecture.md lets it import, as it is written there. */
interface Row {
  readonly folder: string;
  readonly imports: readonly string[];
}

/** The table of docs/architecture.md that has this first column, in its order. */
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

/** Whether this name in a row lets the folder be imported. In the table of folders it is a folder of the row's own layer. */
function permits(row: Row, name: string, { from, to }: Import): boolean {
  if (from !== row.folder && (row.folder.includes('/') || layerOf(from) !== row.folder)) return false;
  if (row.folder.includes('/')) return to === `${layerOf(row.folder)}/${name}`;
  return name.endsWith('/*') ? layerOf(to) === layerOf(name) : to === name;
}

/** Whether a row of the tables has the import, or it is of a layer's own file of one of the folders below it. */
function isInTables(one: Import): boolean {
  const { from, to } = one;
  if (layerOf(from) === layerOf(to) && !from.includes('/')) return true;
  const rows = layerOf(from) === layerOf(to) ? FOLDERS : LAYERS;
  return rows.some((row) => row.imports.some((name) => permits(row, name, one)));
}

/** Within a layer the table of folders counts, between layers that of layers. */
function isOwnTable(row: Row, { from, to }: Import): boolean {
  return row.folder.includes('/') === (layerOf(from) === layerOf(to));
}

/** The folder of the row that a name in this row is about. */
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
    return layer !== 'report' && layer !== 'cli' && /console\.|process\.(stdout|stderr)\.write/.test(readFileSync(file, 'utf8'));
  });
  expect(printing.map((file) => relative(ENGINE, file))).toEqual([]);
});

test('what Node itself has is imported at once, as the built program cannot do it later', () => {
  expect(sources(ENGINE).filter((file) => /import\('node:/.test(readFileSync(file, 'utf8')))).toEqual([]);
});

test('the tests run under the Node that the product asks for', () => {
  expect(process.versions.node.split('.')[0]).toBe('24');
});
