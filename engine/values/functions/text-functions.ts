import { posix } from 'node:path';
import type { Value } from '../base/value.ts';
import { ArgumentFault } from '../language/fault.ts';
import { allMatches, firstMatch } from '../language/pattern.ts';
import { listOf, textOf, wordOf } from './arguments.ts';
import { type SharedFunction, optional, required, rest } from './shared-function.ts';

/** The line ends of Python's splitlines. */
const LINE_END = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;

function derived(shared: Omit<SharedFunction, 'form' | 'secrets'>): SharedFunction {
  return { ...shared, form: 'method', secrets: 'derived' };
}

/** Returns the whole match, or a list of the groups that `$1` or `$<name>` name; null if there is no match. */
function search(text: string, pattern: string, groups: readonly string[]): Value {
  const found = firstMatch(pattern, text);
  if (found === undefined) return null;
  return groups.length === 0 ? found[0] : groups.map((group) => groupOf(found, group));
}

function groupOf(found: RegExpExecArray, written: string): Value {
  const [, number, name = ''] = /^\$(?:(\d+)|<(\w+)>)$/.exec(written) ?? [];
  if (number !== undefined && Number(number) < found.length) return found[Number(number)] ?? null;
  if (found.groups !== undefined && Object.hasOwn(found.groups, name)) return found.groups[name] ?? null;
  throw new ArgumentFault(
    `The pattern has no group ${written}`,
    'Write $1 for the first group, or $<name> for (?<name>…).',
  );
}

/** Returns all matches. If the pattern has groups, returns their texts instead. */
function findAll(text: string, pattern: string): readonly Value[] {
  return allMatches(pattern, text).map(([whole, ...groups]) => {
    const [first = '', ...more] = groups.map((group: string | undefined) => group ?? '');
    if (groups.length === 0) return whole;
    return more.length === 0 ? first : [first, ...more];
  });
}

const SPECIAL = { python: /[\\^$.*+?()[\]{}|/]/g, posix_basic: /[\][.^$*\\]/g } as const;

function escaped(text: string, kind: keyof typeof SPECIAL): string {
  return text.replaceAll(SPECIAL[kind], String.raw`\$&`);
}

function capitalized(text: string): string {
  const [first = '', ...others] = text;
  return `${first.toUpperCase()}${others.join('').toLowerCase()}`;
}

/** Removes the characters of a set from one end of a text. Without a set, removes white space. */
function stripped(text: string, characters: string | undefined, side: 'start' | 'end'): string {
  if (characters === undefined) return side === 'start' ? text.trimStart() : text.trimEnd();
  const set = new Set(characters);
  const items = Array.from(text);
  const isKept = (item: string) => !set.has(item);
  const from = side === 'start' ? items.findIndex(isKept) : 0;
  const to = side === 'end' ? items.findLastIndex(isKept) + 1 : items.length;
  return from < 0 ? '' : items.slice(from, to).join('');
}

function lines(text: string): readonly string[] {
  const parts = text.split(LINE_END);
  return parts.at(-1) === '' ? parts.slice(0, -1) : parts;
}

/** Joins the parts of a path. An absolute part replaces everything before it. */
function joined(parts: readonly string[]): string {
  if (parts.length === 0) throw new ArgumentFault('The list has no parts of a path');
  return parts.reduce((path, part) =>
    part.startsWith('/') || path === '' ? part : path.endsWith('/') ? `${path}${part}` : `${path}/${part}`,
  );
}

function relative(path: string, start: string): string {
  if (path.startsWith('/') !== start.startsWith('/'))
    throw new ArgumentFault('One path begins with / and the other one does not', 'Write both in one way.');
  for (const one of [path, start])
    if (/^\.\.(?:\/|$)/.test(posix.normalize(one)))
      throw new ArgumentFault(`"${one}" leads out of the folder that both paths begin in`, 'Write both from / on.');
  return posix.relative(posix.resolve('/', start), posix.resolve('/', path)) || '.';
}

const text = required('text', 'string');

export const textFunctions: readonly SharedFunction[] = [
  derived({
    name: 'regex_search',
    summary:
      'The first match of a pattern. Further arguments choose groups of the pattern, by number ("$1") or by name ("$<name>"); then the result is the list of the texts that these groups match. null means that nothing matches.',
    parameters: [text, required('pattern', 'string'), rest('groups', 'string')],
    returns: 'dyn',
    template: '{{regex_search name "[0-9]+$"}}',
    expression: '"etcd-1".regexSearch("[0-9]+$")',
    gives: '1',
    run: ([whole, pattern, ...groups]) =>
      search(
        textOf(whole),
        textOf(pattern),
        groups.map((group) => textOf(group, 'group')),
      ),
  }),
  derived({
    name: 'regex_findall',
    summary:
      'A list of all matches of a pattern. If the pattern has groups, each match is given by the texts of its groups.',
    parameters: [text, required('pattern', 'string')],
    returns: 'list',
    template: '{{regex_findall "a=1 b=2" "([a-z])=([0-9])"}}',
    expression: '"a=1 b=2".regexFindall("([a-z])=([0-9])")',
    gives: [
      ['a', '1'],
      ['b', '2'],
    ],
    run: ([whole, pattern]) => findAll(textOf(whole), textOf(pattern)),
  }),
  derived({
    name: 'regex_escape',
    summary: 'A pattern that matches exactly this text. re_type="posix_basic" makes a pattern for grep and sed.',
    parameters: [text, optional('re_type', 'string')],
    returns: 'string',
    template: String.raw`{{regex_escape "10.0.0.1"}}`,
    expression: '"10.0.0.1".regexEscape()',
    gives: String.raw`10\.0\.0\.1`,
    run: ([whole, type = 'python']) => escaped(textOf(whole), wordOf(type, ['python', 'posix_basic'], 're_type')),
  }),
  derived({
    name: 'capitalize',
    summary: 'The text with its first letter in upper case and all others in lower case.',
    parameters: [text],
    returns: 'string',
    template: '{{capitalize "ETCD member"}}',
    expression: '"ETCD member".capitalize()',
    gives: 'Etcd member',
    run: ([whole]) => capitalized(textOf(whole)),
  }),
  derived({
    name: 'title',
    summary: 'The text with the first letter of each word in upper case and all others in lower case.',
    parameters: [text],
    returns: 'string',
    template: '{{title "etcd member-one"}}',
    expression: '"etcd member-one".title()',
    gives: 'Etcd Member-One',
    run: ([whole]) =>
      textOf(whole)
        .split(/([-\s({[<]+)/)
        .map(capitalized)
        .join(''),
  }),
  derived({
    name: 'lstrip',
    summary: 'The text without the white space at its beginning. A second argument names other characters to remove.',
    parameters: [text, optional('characters', 'string')],
    returns: 'string',
    template: '{{lstrip "//srv/" "/"}}',
    expression: '"//srv/".lstrip("/")',
    gives: 'srv/',
    run: ([whole, set]) => stripped(textOf(whole), set === undefined ? undefined : textOf(set), 'start'),
  }),
  derived({
    name: 'rstrip',
    summary: 'The text without the white space at its end. A second argument names other characters to remove.',
    parameters: [text, optional('characters', 'string')],
    returns: 'string',
    template: '{{rstrip "/srv//" "/"}}',
    expression: '"/srv//".rstrip("/")',
    gives: '/srv',
    run: ([whole, set]) => stripped(textOf(whole), set === undefined ? undefined : textOf(set), 'end'),
  }),
  derived({
    name: 'splitlines',
    summary: 'The lines of a text, as a list.',
    parameters: [text],
    returns: 'list',
    template: '{{splitlines name}}',
    expression: '"etcd-1".splitlines()',
    gives: ['etcd-1'],
    run: ([whole]) => lines(textOf(whole)),
  }),
  {
    name: 'path_join',
    form: 'function',
    summary:
      'One path, made from its parts or from a list of parts. A part that begins with / replaces everything before it.',
    parameters: [required('first', 'string', 'list'), rest('parts', 'string')],
    returns: 'string',
    template: '{{path_join "/etc" "etcd/" "ca.crt"}}',
    expression: 'pathJoin("/etc", "etcd/", "ca.crt")',
    gives: '/etc/etcd/ca.crt',
    secrets: 'derived',
    run: ([first, ...parts]) => {
      const all = typeof first === 'object' ? [...listOf(first), ...parts] : [first, ...parts];
      return joined(all.map((part) => textOf(part, 'part of a path')));
    },
  },
  derived({
    name: 'relpath',
    summary: 'The path, relative to a folder.',
    parameters: [text, required('start', 'string')],
    returns: 'string',
    template: '{{relpath "/etc/etcd/ca.crt" "/etc/ssl"}}',
    expression: '"/etc/etcd/ca.crt".relpath("/etc/ssl")',
    gives: '../etcd/ca.crt',
    run: ([path, start]) => relative(textOf(path), textOf(start)),
  }),
];
