import { quote } from '../../connection/base/quote.ts';
import { type Value, isList } from '../base/value.ts';
import { ArgumentFault } from '../language/fault.ts';
import { replaceMatches } from '../language/pattern.ts';
import { type Helper, listOf, numberOf, textOf } from './helper.ts';

function derived(
  name: string,
  summary: string,
  example: Helper['example'],
  arity: Helper['arity'],
  run: Helper['run'],
): Helper {
  return { name, summary, example, arity, secrets: 'derived', run };
}

function embedded(
  name: string,
  summary: string,
  example: Helper['example'],
  arity: Helper['arity'],
  run: Helper['run'],
): Helper {
  return { name, summary, example, arity, secrets: 'embedded', run };
}

function toText(value: Value): string {
  if (value === null || typeof value === 'object')
    throw new ArgumentFault('Only text, numbers and booleans can be put into text', 'Use json, yaml or join.');
  return String(value);
}

function shellWord(text: string): string {
  if (text.includes('\0')) throw new ArgumentFault('Text with a NUL character cannot be a word of shell');
  return quote(text);
}

/** The last part of a path, as POSIX basename has it. */
function baseName(path: string): string {
  const trimmed = withoutSlashesAtEnd(path);
  return trimmed === '' && path !== '' ? '/' : (trimmed.split('/').at(-1) ?? '');
}

function directoryName(path: string): string {
  const trimmed = withoutSlashesAtEnd(path);
  if (trimmed === '') return path === '' ? '.' : '/';
  const slash = trimmed.lastIndexOf('/');
  if (slash < 0) return '.';
  return withoutSlashesAtEnd(trimmed.slice(0, slash)) || '/';
}

/** An expression would take the square of the slashes elsewhere in it. */
function withoutSlashesAtEnd(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

export const textHelpers: readonly Helper[] = [
  derived('lower', 'In lower case.', ['{{lower "ETCD"}}', 'etcd'], [1, 1], ([text]) => textOf(text).toLowerCase()),
  derived('upper', 'In upper case.', ['{{upper name}}', 'ETCD-1'], [1, 1], ([text]) => textOf(text).toUpperCase()),
  derived('trim', 'Without white space at both ends.', ['{{trim "  a "}}', 'a'], [1, 1], ([text]) =>
    textOf(text).trim(),
  ),
  derived(
    'replace',
    'Replaces each occurrence of a text.',
    ['{{replace name "-" "."}}', 'etcd.1'],
    [3, 3],
    ([text, from, to]) => {
      return textOf(text).replaceAll(textOf(from), () => textOf(to));
    },
  ),
  derived(
    'regex_replace',
    'Replaces each match of a pattern; $1 is the first group.',
    ['{{regex_replace name "^([a-z]+)-" "$1/"}}', 'etcd/1'],
    [3, 3],
    ([text, from, to]) => {
      return replaceMatches(textOf(from), textOf(text), textOf(to));
    },
  ),
  derived(
    'split',
    'The parts of a text between a separator.',
    ['{{split "a,b" ","}}', ['a', 'b']],
    [2, 2],
    ([text, separator]) => {
      return textOf(text).split(textOf(separator));
    },
  ),
  derived(
    'contains',
    'Does the text contain another, or the list an item?',
    ['{{contains members "a"}}', true],
    [2, 2],
    ([whole, part = null]) => {
      return whole !== undefined && isList(whole) ? whole.includes(part) : textOf(whole).includes(textOf(part));
    },
  ),
  derived('starts_with', 'Does the text begin so?', ['{{starts_with name "etcd"}}', true], [2, 2], ([text, start]) =>
    textOf(text).startsWith(textOf(start)),
  ),
  derived('ends_with', 'Does the text end so?', ['{{ends_with name "-2"}}', false], [2, 2], ([text, end]) =>
    textOf(text).endsWith(textOf(end)),
  ),
  derived('basename', 'The last part of a path.', ['{{basename "/etc/etcd/ca.crt"}}', 'ca.crt'], [1, 1], ([path]) =>
    baseName(textOf(path)),
  ),
  derived(
    'dirname',
    'The directory part of a path.',
    ['{{dirname "/etc/etcd/ca.crt"}}', '/etc/etcd'],
    [1, 1],
    ([path]) => directoryName(textOf(path)),
  ),
  embedded('string', 'The value as text.', ['{{string port}}', '2379'], [1, 1], ([value = null]) => toText(value)),
  embedded(
    'quote',
    'One word of POSIX shell: what is in it is never run.',
    ['{{quote "it\'s $HOME"}}', "'it'\\''s $HOME'"],
    [1, 1],
    ([text]) => shellWord(textOf(text)),
  ),
  embedded(
    'indent',
    'Indents each line by so many blanks; the first one too.',
    ['{{indent "a\\nb" 2}}', '  a\\nb'],
    [2, 2],
    ([text, width]) => {
      return textOf(text).replaceAll(/^(?=.)/gm, ' '.repeat(Math.max(0, Math.min(200, numberOf(width)))));
    },
  ),
  embedded(
    'join',
    'The items of a list as one text, with a separator between them (a comma by default).',
    ['{{join members "-"}}', 'c-a-b'],
    [1, 2],
    ([list, separator = ',']) => {
      return listOf(list).map(toText).join(textOf(separator));
    },
  ),
];
