import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { scalarOf } from '../../../engine/convert/base/write-yaml.ts';

const TEXTS = [
  '',
  ' a',
  'a',
  'a b',
  'yes',
  'null',
  '~',
  '12',
  '0644',
  '1e3',
  'a: b',
  'a #b',
  'a:',
  '- a',
  '!x',
  '{{a}}',
  '{{a "b"}}',
  'it\'s {{a "b"}}',
  'a\\b',
  'a\nb',
  'a\tb',
  '[a',
  'a, b',
  '@x',
  '%x',
  '`x`',
  '*a',
  '&a',
  '\u0085',
  '\u2028x',
  '"a"',
  "'a'",
  '---',
];

test.each(TEXTS)('%j is read back as the same text, in each style and place', (text) => {
  for (const style of ['plain', 'single', 'double'] as const) {
    expect(parse(`x: ${scalarOf(text, { style })}`)).toEqual({ x: text });
    expect(parse(`x: [${scalarOf(text, { style, isFlow: true })}, 1]`)).toEqual({ x: [text, 1] });
  }
});

test('quotes are used only where they are needed, and those that need no escapes', () => {
  expect(['a b', '{{a}}', '{{a "b"}}'].map((text) => scalarOf(text))).toEqual(['a b', '"{{a}}"', '\'{{a "b"}}\'']);
});
