import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

/** The layers, top to bottom: an import may only point down this list. */
const LAYERS = [
  'cli',
  'report',
  'run',
  'modules',
  'resources',
  'playbook',
  'inventory',
  'vault',
  'values',
  'pki',
  'connection',
  'files',
  'errors',
];
const ENGINE = join(import.meta.dirname, '../engine');

function sources(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

function importsOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8').replace(/'(?:\.\.\/)+package\.json'/, '');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => relative(ENGINE, join(file, '..', match[1] ?? '')));
}

test('every file of the engine stands in a layer', () => {
  const strays = sources(ENGINE).filter((file) => !LAYERS.includes(relative(ENGINE, file).split('/')[0] ?? ''));
  expect(strays).toEqual([]);
});

test('imports point down the list of layers', () => {
  const upward = sources(ENGINE).flatMap((file) => {
    const from = LAYERS.indexOf(relative(ENGINE, file).split('/')[0] ?? '');
    return importsOf(file)
      .filter((path) => LAYERS.indexOf(path.split('/')[0] ?? '') < from)
      .map((path) => `${relative(ENGINE, file)} imports ${path}`);
  });
  expect(upward).toEqual([]);
});

test('no file is longer than 400 lines', () => {
  const long = [...sources(ENGINE), ...sources(join(ENGINE, '../lab'))]
    .map((file) => ({ file: relative(ENGINE, file), lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
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
