import { type Value, isList, isMap } from '../base/value.ts';
import { listOf, numberOf, textOf } from '../functions/arguments.ts';
import { ArgumentFault } from '../language/fault.ts';
import { replaceMatches } from '../language/pattern.ts';
import type { Helper } from './helper.ts';

function derived(helper: Omit<Helper, 'secrets'>): Helper {
  return { ...helper, secrets: 'derived' };
}

function embedded(helper: Omit<Helper, 'secrets'>): Helper {
  return { ...helper, secrets: 'embedded' };
}

function toText(value: Value): string {
  if (value === null || typeof value === 'object')
    throw new ArgumentFault('Only text, numbers and booleans can be put into text', 'Use json, yaml or join.');
  return String(value);
}

export const textHelpers: readonly Helper[] = [
  derived({
    name: 'lower',
    summary: 'The text in lower case.',
    example: ['{{lower "ETCD"}}', 'etcd'],
    arity: [1, 1],
    run: ([text]) => textOf(text).toLowerCase(),
  }),
  derived({
    name: 'upper',
    summary: 'The text in upper case.',
    example: ['{{upper name}}', 'ETCD-1'],
    arity: [1, 1],
    run: ([text]) => textOf(text).toUpperCase(),
  }),
  derived({
    name: 'trim',
    summary: 'The text without the white space at both ends.',
    example: ['{{trim "  a "}}', 'a'],
    arity: [1, 1],
    run: ([text]) => textOf(text).trim(),
  }),
  derived({
    name: 'replace',
    summary: 'The text, with each occurrence of one part replaced by another.',
    example: ['{{replace name "-" "."}}', 'etcd.1'],
    arity: [3, 3],
    run: ([text, from, to]) => {
      return textOf(text).replaceAll(textOf(from), () => textOf(to));
    },
  }),
  derived({
    name: 'regex_replace',
    summary: 'The text, with each match of a pattern replaced. $1 in the replacement is the first group.',
    example: ['{{regex_replace name "^([a-z]+)-" "$1/"}}', 'etcd/1'],
    arity: [3, 3],
    run: ([text, from, to]) => {
      return replaceMatches(textOf(from), textOf(text), textOf(to));
    },
  }),
  derived({
    name: 'split',
    summary: 'The parts of a text between the separators, as a list.',
    example: ['{{split "a,b" ","}}', ['a', 'b']],
    arity: [2, 2],
    run: ([text, separator]) => {
      return textOf(text).split(textOf(separator));
    },
  }),
  derived({
    name: 'contains',
    summary: 'Does the text contain another text, the list an item, or the map a key?',
    example: ['{{contains members "a"}}', true],
    arity: [2, 2],
    run: ([whole, part = null]) => {
      if (whole !== undefined && isList(whole)) return whole.includes(part);
      if (whole !== undefined && isMap(whole)) return Object.hasOwn(whole, textOf(part));
      return textOf(whole).includes(textOf(part));
    },
  }),
  derived({
    name: 'starts_with',
    summary: 'Does the text begin with another one?',
    example: ['{{starts_with name "etcd"}}', true],
    arity: [2, 2],
    run: ([text, start]) => textOf(text).startsWith(textOf(start)),
  }),
  derived({
    name: 'ends_with',
    summary: 'Does the text end with another one?',
    example: ['{{ends_with name "-2"}}', false],
    arity: [2, 2],
    run: ([text, end]) => textOf(text).endsWith(textOf(end)),
  }),
  embedded({
    name: 'string',
    summary: 'The value as text.',
    example: ['{{string port}}', '2379'],
    arity: [1, 1],
    run: ([value = null]) => toText(value),
  }),
  embedded({
    name: 'indent',
    summary: 'The text with this number of spaces before each line, the first line too.',
    example: ['{{indent "a\\nb" 2}}', '  a\\nb'],
    arity: [2, 2],
    run: ([text, width]) => {
      return textOf(text).replaceAll(/^(?=.)/gm, ' '.repeat(Math.max(0, Math.min(200, numberOf(width)))));
    },
  }),
  embedded({
    name: 'join',
    summary: 'The items of a list as one text, with a separator between them (a comma by default).',
    example: ['{{join members "-"}}', 'c-a-b'],
    arity: [1, 2],
    run: ([list, separator = ',']) => {
      return listOf(list).map(toText).join(textOf(separator));
    },
  }),
];
