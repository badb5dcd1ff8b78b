import { describe, expect, test } from 'vitest';
import { type Literal, pythonLiteral } from '../../engine/inventory/python-literal.ts';

/** Returns maps as entries, because `toEqual` ignores the order of a Map. */
function plain(value: Literal): unknown {
  if (value instanceof Map) return { entries: [...value].map(([key, member]) => [key, plain(member)]) };
  return Array.isArray(value) ? value.map(plain) : value;
}

const map = (...entries: readonly (readonly [string, unknown])[]): unknown => ({ entries });

/** Texts, and the values that `ast.literal_eval` of Python 3.11 returns for them. */
const LITERALS: readonly (readonly [text: string, value: unknown])[] = [
  ['True', true],
  ['False', false],
  ['None', null],
  ['1', 1],
  [' 1', 1],
  ['\t1', 1],
  ['1 ', 1],
  ['-1', -1],
  ['+1', 1],
  ['- 1', -1],
  ['-0', 0],
  ['-.5', -0.5],
  ['0x1f', 31],
  ['0X1F', 31],
  ['0o17', 15],
  ['0b11', 3],
  ['00', 0],
  ['0_0', 0],
  ['1_000', 1000],
  ['1.5', 1.5],
  ['.5', 0.5],
  ['5.', 5],
  ['1e3', 1000],
  ['1.e3', 1000],
  ['9007199254740993.0', 9007199254740992],
  ['1,', [1]],
  ['1,2', [1, 2]],
  ['1, 2, # c', [1, 2]],
  ['()', []],
  ['(1)', 1],
  ['(1,)', [1]],
  ['(1, 2)', [1, 2]],
  ['[]', []],
  ['[1,]', [1]],
  ["[1, 'a', None]", [1, 'a', null]],
  ['[True, False]', [true, false]],
  ['[[1]]', [[1]]],
  ['[-1]', [-1]],
  ['{}', map()],
  ["{'a': 1}", map(['a', 1])],
  ["{'a': 1,}", map(['a', 1])],
  ["{'a': 1, 'b': [2]}", map(['a', 1], ['b', [2]])],
  ["{'a': {'b': (1,)}}", map(['a', map(['b', [1]])])],
  ['{1: 2}', map(['1', 2])],
  ['{None: 1}', map(['null', 1])],
  ['{True: 1}', map(['true', 1])],
  ['{1, 2}', [1, 2]],
  ['{1}', [1]],
  ['{1,}', [1]],
  ["'a'", 'a'],
  ['"a"', 'a'],
  ["'a' # c", 'a'],
  ["'a' 'b'", 'ab'],
  [`'a' "b" 'c'`, 'abc'],
  [String.raw`'a\'b'`, "a'b"],
  [String.raw`'a\nb'`, 'a\nb'],
  [String.raw`'\a\b\f\r\t\v\\\"'`, '\x07\b\f\r\t\v\\"'],
  [String.raw`'\x41'`, 'A'],
  [String.raw`'\101'`, 'A'],
  [String.raw`'\u00e9'`, 'é'],
  [String.raw`'\U0001F600'`, '😀'],
  [String.raw`'\q'`, String.raw`\q`],
  [String.raw`r'\n'`, String.raw`\n`],
  [String.raw`R'a\'b'`, String.raw`a\'b`],
  ["u'a'", 'a'],
  ["'''a'b'''", "a'b"],
  ['"""a"b"""', 'a"b'],
];

/** Texts that Python refuses: they stay as they are. */
const TEXTS: readonly string[] = [
  '',
  '# c',
  'a',
  'a.b',
  'f(1)',
  'true',
  'True1',
  "True'a'",
  '--1',
  '-+1',
  '-True',
  "-'a'",
  '+',
  '-',
  '0x',
  '010',
  '08',
  '1__0',
  '1_',
  '_1',
  '1e',
  '1a',
  '1.2.3',
  '1 2',
  '1;',
  '1+2',
  '1 if 1 else 2',
  '(1',
  '(1 2)',
  '[1',
  '[1 2]',
  '[,]',
  '{',
  '{1 2}',
  "{'a' 1}",
  "{'a': 1",
  "{'a': 1 'b': 2}",
  "{'a': 1, 'b'}",
  '{[1]: 3}',
  "'a",
  String.raw`'\ `.trim(),
  String.raw`'\x4'`,
  String.raw`'\u00'`,
  String.raw`'\U00110000'`,
  "ur'a'",
];

describe('values of an INI inventory', () => {
  test.each(LITERALS)('%j is a literal', (text, value) => {
    const read = pythonLiteral(text);
    expect(read.kind === 'literal' ? plain(read.value) : read).toEqual(value);
  });

  test.each(TEXTS)('%j is a text', (text) => {
    expect(pythonLiteral(text)).toEqual({ kind: 'text' });
  });

  test.each(['9007199254740993', '0x20000000000001', '[-9007199254740993]'])('%s would be rounded', (text) => {
    expect(pythonLiteral(text)).toEqual({ kind: 'unsafe' });
  });

  test('lists within lists end somewhere', () => {
    expect(pythonLiteral('['.repeat(1000) + ']'.repeat(1000))).toEqual({ kind: 'text' });
  });
});
