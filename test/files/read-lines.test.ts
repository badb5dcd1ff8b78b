import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { linesOf } from '../../engine/files/read-lines.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const LONG = 'é'.repeat(100_000);

test.each<readonly [string, string, readonly string[]]>([
  ['an empty file', '', []],
  ['lines', 'one\ntwo\n', ['one', 'two']],
  ['a last line without its end', 'one\ntwo', ['one', 'two']],
  ['empty lines', '\n\none\n\n', ['one']],
  ['lines that are longer than a piece', `a${LONG}\nb${LONG}\n`, [`a${LONG}`, `b${LONG}`]],
  ['many lines in many pieces', 'line\n'.repeat(50_000), Array.from({ length: 50_000 }, () => 'line')],
])('lines of a file: %s', (_, text, lines) => {
  const file = join(temporaryFolder('lines-'), 'file');
  writeFileSync(file, text);
  expect([...linesOf(file)]).toEqual(lines);
});

test('a line that is too long is left out, and the lines around it are there', () => {
  const file = join(temporaryFolder('lines-'), 'file');
  writeFileSync(file, `12345\n${'x'.repeat(200_000)}\n123456\n1234`);
  expect([...linesOf(file, 5)]).toEqual(['12345', '1234']);
});

test('a file that is larger than any text is read', () => {
  const file = join(temporaryFolder('lines-'), 'file');
  writeFileSync(file, 'first\n');
  truncateSync(file, 600 * 1024 * 1024);
  appendFileSync(file, '\nlast\n');
  expect([...linesOf(file)]).toEqual(['first', 'last']);
});

test('a file that is not there is an error', () => {
  expect(() => [...linesOf(join(temporaryFolder('lines-'), 'missing'))]).toThrow('ENOENT');
});
