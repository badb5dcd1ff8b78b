import { wildcards } from '../connection/base/wildcards.ts';
import { type Place, Problem } from '../errors/problem.ts';
import { EndlessMatch, match, matchLines, powerOf } from '../values/language/match-limit.ts';
import { nearestName } from '../values/language/suggest.ts';
import type { Host, Inventory } from './inventory.ts';
import { LOCALHOST } from './localhost.ts';

/**
 * Returns the hosts that a pattern selects, in the order of its parts; hosts of a group are in the order of the group.
 * Parts are separated by commas (or colons) and combined from left to right: `etcd:&rack1:!spare`. A part is a host, a
 * group, `all`, a glob (`web*`) or a regular expression (`~web\d+`), and may end in a range: `web[0]`, `web[0:2]` (end
 * included, as in Ansible), `web[-1]`, `web[1:]`. `&` keeps only hosts that are in both, `!` removes hosts; their
 * position does not matter. Throws Problem('unknown-pattern') for a plain name that is neither a host nor a group, with
 * the most similar name, and Problem('no-such-host') for a number beyond the hosts.
 */
export function selectHosts(inventory: Inventory, pattern: string, place: Place | undefined): readonly Host[] {
  const parts = splitPattern(pattern, place);
  if (parts.length === 0)
    throw new Problem({
      code: 'empty-pattern',
      what: 'the pattern of hosts is empty',
      place,
      remedy: 'Name a host, a group, or all.',
    });
  const plain = parts.filter((part) => !part.startsWith('!') && !part.startsWith('&'));
  const chosen = new Set<string>(
    plain.length === 0 ? inventory.hosts.keys() : plain.flatMap((part) => named(inventory, part, pattern, place)),
  );
  for (const part of parts.filter((one) => one.startsWith('&'))) {
    const both = new Set(named(inventory, part.slice(1), pattern, place));
    for (const name of chosen) if (!both.has(name)) chosen.delete(name);
  }
  for (const part of parts.filter((one) => one.startsWith('!'))) {
    for (const name of named(inventory, part.slice(1), pattern, place)) chosen.delete(name);
  }
  return [...chosen].map((name) => inventory.hosts.get(name) ?? inventory.localhost);
}

/** Maximal length of a part. Reading a part takes quadratic time. */
/** Splits at the colons that are in no brackets and in no parentheses. */
function atColons(text: string): readonly string[] {
  const parts: string[] = [];
  let end = text.length;
  const nearest = { square: '', round: '' };
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const sign = text[at] ?? '';
    if ('[]'.includes(sign)) nearest.square = sign;
    if ('()'.includes(sign)) nearest.round = sign;
    if (sign !== ':' || nearest.square === ']' || nearest.round === ')') continue;
    parts.push(text.slice(at + 1, end));
    end = at;
  }
  return [...parts, text.slice(0, end)].toReversed();
}

const LONGEST_PART = 5_000;

/**
 * Splits at commas and at colons. Colons in brackets, in the parentheses of a regular expression and in IPv6 addresses
 * do not count.
 */
function splitPattern(pattern: string, place: Place | undefined): readonly string[] {
  const parts: string[] = [];
  for (const chunk of pattern.split(',')) {
    const text = chunk.trim();
    if (text === '') continue;
    if (text.length > LONGEST_PART) {
      const what = `a part of the pattern of hosts has ${text.length} characters; up to ${LONGEST_PART} can be read`;
      throw new Problem({
        code: 'wrong-pattern',
        what,
        place,
        remedy: 'Separate hosts by commas, or put them into a group.',
      });
    }
    if (isAddress(text)) parts.push(text);
    else parts.push(...atColons(text).map((one) => one.trim()));
  }
  return parts.filter((part) => part !== '');
}

function isAddress(text: string): boolean {
  const second = text.indexOf(':', text.indexOf(':') + 1);
  return second > 0 && /^[0-9a-f:.]*$/i.test(text) && !text.slice(0, second).includes('.');
}

function named(inventory: Inventory, part: string, whole: string, place: Place | undefined): readonly string[] {
  if (part.startsWith('~')) return matchingExpression(inventory, part.slice(1), place);
  const range = RANGE.exec(part)?.groups;
  if (range !== undefined) {
    const hosts = named(inventory, range['name'] ?? '', whole, place);
    return range['one'] === undefined
      ? slice(hosts, range)
      : single(hosts, Number(range['one']), { part, whole, place });
  }
  if (/[*?[]/.test(part)) return matching(inventory, glob(part, place));
  if (part === 'all') return [...inventory.hosts.keys()];
  // If a name is both a host and a group, it means the host, as in Ansible.
  if (inventory.hosts.has(part)) return [part];
  const group = inventory.groups.get(part);
  if (group !== undefined) return group.hosts;
  // The implicit localhost is selected only by its name.
  if (part === LOCALHOST) return [part];
  const near = nearestName(part, [...inventory.groups.keys(), ...inventory.hosts.keys()]);
  throw new Problem({
    code: 'unknown-pattern',
    what: `"${part}" is neither a host nor a group of the inventory`,
    place,
    why: part === whole ? undefined : `It stands in the pattern "${whole}".`,
    remedy:
      near === undefined
        ? inventory.hosts.size === 0
          ? 'There are no hosts: name the inventory, such as -i inventory.yml.'
          : 'See `runbook inventory --graph` for all hosts and groups.'
        : `Did you mean "${near}"?`,
  });
}

/**
 * Ranges: `[2]`, `[-1]`, `[0:2]`, `[1:]`, `[:2]`, and with a hyphen, as in Ansible, `[0-2]`, `[1-]`. Other text in
 * brackets is a class of a glob.
 */
const RANGE = /^(?<name>.*)\[(?:(?<one>-?\d+)|(?<from>-?\d+)?:(?<to>-?\d+)?|(?<first>\d+)-(?<last>\d*))\]$/;

interface Named {
  readonly part: string;
  /** The pattern that contains the part. */
  readonly whole: string;
  readonly place: Place | undefined;
}

/** Returns the host with this number, which must exist. No hosts have no number: the result is empty, as in Ansible. */
function single(hosts: readonly string[], index: number, { part, whole, place }: Named): readonly string[] {
  const host = hosts.at(index);
  if (host !== undefined) return [host];
  if (hosts.length === 0) return [];
  throw new Problem({
    code: 'no-such-host',
    what: `"${part}" names no host, as "${part.replace(/\[[^[]*$/, '')}" has ${hosts.length}`,
    place,
    why: part === whole ? undefined : `It stands in the pattern "${whole}".`,
    remedy: `Count from 0 to ${hosts.length - 1}, or from the end: -1 is the last one. To choose between characters, write a regular expression: ~${part}$`,
  });
}

function slice(
  hosts: readonly string[],
  { from, to, first, last }: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const begin = Number(from ?? first ?? 0);
  const end = to ?? last ?? '';
  return hosts.slice(begin, end === '' || Number(end) === -1 ? undefined : Number(end) + 1);
}

/**
 * Returns hosts of matching groups, then matching hosts: as in Ansible, a glob also selects the hosts of the groups
 * that it matches.
 */
function matching(inventory: Inventory, fits: (name: string) => boolean): readonly string[] {
  const names = new Set<string>();
  for (const group of inventory.groups.values())
    if (group.name !== 'all' && fits(group.name)) group.hosts.forEach((host) => names.add(host));
  for (const host of inventory.hosts.keys()) if (fits(host)) names.add(host);
  return [...names];
}

function matchingExpression(inventory: Inventory, source: string, place: Place | undefined): readonly string[] {
  const expression = regular(source, place);
  const costly = { text: `~${source}`, power: powerOf(expression.source) };
  const length = [...inventory.groups.keys(), ...inventory.hosts.keys()].reduce((sum, name) => sum + name.length, 0);
  const fits = (name: string): boolean => match(costly, name.length, () => expression.test(name));
  try {
    return matchLines([costly], length, () => matching(inventory, fits));
  } catch (error) {
    if (!(error instanceof EndlessMatch)) throw error;
    throw new Problem({ code: 'wrong-pattern', what: error.message, place, why: error.why, remedy: error.remedy });
  }
}

function regular(source: string, place: Place | undefined): RegExp {
  try {
    return new RegExp(`^(?:${source})`);
  } catch (error) {
    throw new Problem({
      code: 'wrong-pattern',
      what: `"~${source}" is not a regular expression`,
      place,
      why: error instanceof Error ? error.message : undefined,
      remedy: 'After ~, write a regular expression, such as ~web\\d+. Write a glob without ~: web*.',
    });
  }
}

function glob(part: string, place: Place | undefined): (name: string) => boolean {
  try {
    if (part.lastIndexOf('[') > part.lastIndexOf(']')) throw new SyntaxError('a bracket is not closed');
    const pattern = wildcards(part, { classes: true, ignoreCase: false });
    return (name) => pattern.test(name);
  } catch {
    throw new Problem({
      code: 'wrong-pattern',
      what: `"${part}" is not a pattern of hosts`,
      place,
      remedy: 'Write web*, web?, web[abc], or a range: web[0:2].',
    });
  }
}
