import { expect, it } from 'vitest';
import { Pattern } from '../../../engine/modules/edit/regular-expression.ts';

/** [expression, text, match of Python's re.search; undefined: no match] */
const TABLE: readonly (readonly [string, string, string | undefined])[] = [
  ['a$', 'a\n', 'a'],
  ['a$', 'a\nb', undefined],
  ['a\\Z', 'a\n', undefined],
  ['a\\z', 'a', 'a'],
  ['\\Ab', 'a\nb', undefined],
  ['^b', 'a\nb', undefined],
  ['(?m)^b$', 'a\nb\nc', 'b'],
  ['a.b', 'a\nb', undefined],
  ['(?s)a.b', 'a\nb', 'a\nb'],
  ['(?i)ÉCOLE', 'école', 'école'],
  ['(?im)^B', 'a\nb', 'b'],
  ['(?x) a  b # both', 'ab', 'ab'],
  ['a(?i:B)c', 'abc', 'abc'],
  ['a(?i:B)c', 'abC', undefined],
  ['(?i)a(?-i:B)', 'Ab', undefined],
  ['(?s:.)(.)', '\n\n', undefined],
  ['a(?#a remark)b', 'ab', 'ab'],
  ['(?P<q>[\'"]).*?(?P=q)', 'x="y\'"', '"y\'"'],
  ['(a)(b)\\2\\1', 'abba', 'abba'],
  ['[]a]+', ']a', ']a'],
  ['[^]]+', 'a]', 'a'],
  ['[a-]+', 'a-', 'a-'],
  ['[\\w.-]+', 'a.b-c d', 'a.b-c'],
  ['[^\\W\\d]+', '12ab', 'ab'],
  ['[[&&~]+', '[&~', '[&~'],
  ['a{,2}', 'aaa', 'aa'],
  ['a{2,}?', 'aaa', 'aa'],
  ['a{x}', 'a{x}', 'a{x}'],
  ['{}', '{}', '{}'],
  ['\\x41\\u00e9\\101', 'AéA', 'AéA'],
  ['\\$\\{x\\}\\/\\-\\_\\#', '${x}/-_#', '${x}/-_#'],
  ['(?<=a)b(?!c)', 'abc ab', 'b'],
  ['\\bfoo\\b', 'a foo.', 'foo'],
  ['\\Bo', 'foo', 'o'],
  ['\\s+', 'a\u00a0b', undefined],
  ['\\d', '\u0663', undefined],
  ['', 'a', ''],
];

it.each(TABLE)('%j in %j', (expression, text, found) => {
  expect(new Pattern(expression, { classes: 'ascii' }).exec(text)?.[0]).toBe(found);
});

it.each([
  ['(', 'a closing parenthesis is missing, at character 2'],
  [')', 'a closing parenthesis without an opening one'],
  ['*a', 'nothing to repeat'],
  ['a**', 'two quantifiers'],
  ['[a', '"]" is missing'],
  ['[z-a]', 'a bad range'],
  ['a{3,2}', 'the minimum of a quantifier is above its maximum'],
  ['\\1', 'invalid group reference 1'],
  ['(a\\1)', 'referred to inside itself'],
  ['(?P=n)', 'there is no group "n"'],
  ['(?P<n>a)(?P<n>b)', 'two groups'],
  ['(?P<1>a)', 'no name of a group'],
  ['(a)?(?(1)b|c)', 'conditions'],
  ['(?L)a', 'the flag L'],
  ['a\\', 'it ends early'],
])('refuses %j', (expression, why) => {
  expect(() => new Pattern(expression, { classes: 'ascii' })).toThrow(why);
});
