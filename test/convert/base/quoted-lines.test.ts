import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { withIndentedQuotes } from '../../../engine/convert/base/quoted-lines.ts';

test.each<readonly [what: string, before: string, after: string, value: unknown]>([
  ['the end at the column of the key', 'a: "{{\n  b\n}}"\n', 'a: "{{\n  b\n  }}"\n', { a: '{{ b }}' }],
  ['a key in a list', '- a: "b\n  c"\n  d: 1\n', '- a: "b\n    c"\n  d: 1\n', [{ a: 'b c', d: 1 }]],
  ['an item of a list in brackets', 'a: ["{%\nif %}"]\n', 'a: ["{%\n  if %}"]\n', { a: ['{% if %}'] }],
  ['a tab', "a: 'b\n\t c'\n", "a: 'b\n  c'\n", { a: 'b c' }],
  ['an empty line', 'a: "b\n\nc"\n', 'a: "b\n\n  c"\n', { a: 'b\nc' }],
  ['quotes within', "- 'it''s\na'\n- \"\\\"\nb\"\n", "- 'it''s\n    a'\n- \"\\\"\n    b\"\n", ["it's a", '" b']],
  ['lines that are indented enough', 'a: "b\n c"\nd: "e\nf"\n', 'a: "b\n c"\nd: "e\n  f"\n', { a: 'b c', d: 'e f' }],
  [
    'quotes of another text',
    '# "\na: b"c\nd: |\n  "\ne: "f"\n',
    '# "\na: b"c\nd: |\n  "\ne: "f"\n',
    { a: 'b"c', d: '"\n', e: 'f' },
  ],
])('%s', (_what, before, after, value) => {
  expect(withIndentedQuotes(before)).toBe(after);
  expect(parse(after)).toEqual(value);
  expect(withIndentedQuotes(after)).toBe(after);
});

test.each([
  ['a quote that never ends', 'a: "b\nc: d\n'],
  ['the end of a document', 'a: "b\n---\n'],
])('%s stays', (_what, text) => {
  expect(withIndentedQuotes(text)).toBe(text);
});
