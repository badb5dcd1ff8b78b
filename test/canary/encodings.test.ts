import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MASK } from '../../engine/values/base/secret.ts';
import type { Scope } from '../../engine/values/base/value.ts';
import { compileNode } from '../../engine/values/compiled.ts';
import { hiddenNode, variableNode } from '../../engine/values/hidden-node.ts';
import { mask, maskLines, maskValue } from '../../engine/values/mask/mask.ts';
import { readYaml } from '../../engine/values/yaml/yaml.ts';
import { MASKED, SHOWN } from './encodings.ts';
import { SHAPES } from './shapes.ts';

const KNOWN: Scope = { lookup: (name) => (name === 'db_host' ? 'db.example.org' : undefined), names: () => [] };
for (const { value, written } of SHAPES) {
  const [node] = readYaml(written ?? JSON.stringify(value), 'secrets.yml');
  if (node !== undefined) compileNode(variableNode('name', hiddenNode(node))).resolve(KNOWN);
}

/** Returns the rows of the table below a heading of a page. */
function rowsBelow(heading: string): readonly string[] {
  const page = readFileSync(join(import.meta.dirname, '../../docs/security.md'), 'utf8');
  const section = page.slice(page.indexOf(`${heading}\n`)).split(/\n#/)[0] ?? '';
  return [...section.matchAll(/^\| (.*) \|$/gm)]
    .map(([, row = '']) => row.replaceAll('\\|', '|'))
    .filter((row) => !/^(-|form)/.test(row));
}

/** Returns the pieces of an encoded secret that must not be shown. */
function telling(encoded: string): readonly string[] {
  return encoded.split(/\s+/).filter((word) => word.length >= 12);
}

const LONG = SHAPES.filter(({ value }) => String(value).length >= 8);

describe.each(MASKED)('$name', ({ encode, isOfProgram }) => {
  test.each(LONG.filter((_, index) => isOfProgram !== true || index % 4 === 0))('hides $what', ({ value, secrets }) => {
    for (const secret of secrets ?? [String(value)]) {
      const encoded = encode(secret);
      const hidden = mask(encoded);
      expect(hidden).toContain(MASK);
      for (const piece of telling(encoded)) if (piece.length > 16) expect(hidden).not.toContain(piece);
      // In a group of encoded letters at the ends, some characters belong to the text around the secret.
      const left = hidden.replaceAll(MASK, '').replaceAll(/\\n|before|behind|\s|["'$\\=&{}:,]|data|a=|@host/g, '');
      expect(left.length, left).toBeLessThanOrEqual(32);
    }
  });
});

describe.each(SHOWN)('$name', ({ encode }) => {
  test('is not found', () => {
    const encoded = encode('Cnry01-alpha-Q7x');
    expect(mask(encoded)).toBe(encoded);
  });
});

test('a page says what is found and what is not', () => {
  expect(rowsBelow('### Forms that are masked')).toEqual(MASKED.map(({ name }) => name));
  expect(rowsBelow('### Forms that are not masked')).toEqual(SHOWN.map(({ name }) => name));
});

describe('a key that was encoded and cut', () => {
  const encoded = Buffer.from(String(SHAPES[1]?.value)).toString('base64');
  const lines = encoded.match(/.{1,76}/g) ?? [];

  test.each(lines.slice(1, -1))('is not seen by one line alone: %s', (line) => {
    expect(mask(line).replaceAll(MASK, '').length).toBeLessThan(20);
  });

  test('is not seen in its lines as a list, nor line by line in JSON', () => {
    for (const hidden of [maskLines(lines), maskValue({ lines })])
      expect(JSON.stringify(hidden)).not.toMatch(/[A-Za-z0-9+/]{24}/);
  });

  test('is not seen by its first kilobyte, or from its middle on', () => {
    for (const cut of [encoded.slice(0, 1000), encoded.slice(517)]) expect(mask(cut)).not.toMatch(/[A-Za-z0-9+/]{60}/);
  });
});

test('lines of a list stay as many as they were', () => {
  const secret = 'Cn13a\nb13\nc13\nd13e';
  expect(maskLines(['x', ...secret.split('\n'), 'y'])).toEqual(['x', MASK, MASK, MASK, MASK, 'y']);
  expect(maskLines(['', '', 'Cnry01-alpha-Q7x', ''])).toEqual(['', '', MASK, '']);
});

describe('numbers', () => {
  test.each([
    ['port 54321 and', `port ${MASK} and`],
    ['54321', MASK],
    ['154321', '154321'],
    ['1.54321', '1.54321'],
    ['54321.7', '54321.7'],
    ['x54321', 'x54321'],
    ['at 54321.', `at ${MASK}.`],
    ['908172631x', `${MASK}x`],
  ])('of few digits are hidden where they stand alone: %s', (text, expected) => {
    readYaml('a: 54321\n', 'secrets.yml').forEach(hiddenNode);
    expect(mask(text)).toBe(expected);
  });

  test('are hidden as values', () => {
    expect(maskValue({ a: 908172631, b: 5, c: [54321, true] })).toEqual({ a: MASK, b: 5, c: [MASK, true] });
  });
});
