import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const ENGINE = join(import.meta.dirname, '../engine');

const FILES = readdirSync(ENGINE, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.d.ts'),
);

/** Files of the engine (paths below engine/) by the test that covers them (path below test/). */
const COVERED_BY: Readonly<Record<string, readonly string[]>> = parse(
  readFileSync(join(import.meta.dirname, 'covered-by.yml'), 'utf8'),
);

const LISTED = Object.values(COVERED_BY).flat();

function testOf(file: string): string {
  return join(import.meta.dirname, file.replace(/\.ts$/, '.test.ts'));
}

/** Returns whether the file has logic that can fail at run time. The compiler checks types and tables of constants. */
function hasLogic(file: string): boolean {
  const running = readFileSync(join(ENGINE, file), 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/^(?:export )?interface [\s\S]*?^\}$/gm, '')
    .replaceAll(/^(?:export )?type [\s\S]*?;$/gm, '');
  return /\bfunction\b|\bclass\b|=>/.test(running);
}

test('every file of the engine with logic has a test of its name, or stands in covered-by.yml', () => {
  const untested = FILES.filter((file) => hasLogic(file) && !existsSync(testOf(file)) && !LISTED.includes(file));
  expect(untested).toEqual([]);
});

test('a file stands in covered-by.yml once, and only where it has no test of its name', () => {
  expect(LISTED.filter((file, index) => existsSync(testOf(file)) || LISTED.indexOf(file) !== index)).toEqual([]);
});

test('files and tests of covered-by.yml are there', () => {
  expect(LISTED.filter((file) => !FILES.includes(file))).toEqual([]);
  expect(Object.keys(COVERED_BY).filter((name) => !existsSync(join(import.meta.dirname, name)))).toEqual([]);
});

test('a test of covered-by.yml reaches its files: it imports them, however far away, or it runs the program', () => {
  const astray = Object.entries(COVERED_BY).flatMap(([name, files]) => {
    const reached = reach(join(import.meta.dirname, name));
    return reached === 'everything' ? [] : files.filter((file) => !reached.has(file)).map((file) => `${name}: ${file}`);
  });
  expect(astray).toEqual([]);
});

/**
 * Returns the files of the engine that the test imports, directly or through other files; all files if one of these
 * runs the program.
 */
function reach(test: string): ReadonlySet<string> | 'everything' {
  if (test.endsWith('.yml')) return 'everything';
  const seen = new Set<string>();
  const waiting = [test];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path) || !existsSync(path)) continue;
    seen.add(path);
    const text = readFileSync(path, 'utf8');
    if (text.includes('bin/runbook.js')) return 'everything';
    const names = text.matchAll(/(?:from |import |import\(|import\.meta\.dirname, )'([^']+\.ts)'/g);
    waiting.push(...[...names].map(([, name = '']) => join(path, '..', name)));
  }
  return new Set([...seen].map((path) => relative(ENGINE, path)));
}
