import { FACTS } from '../cel/fact-paths.ts';
import { ansibleVariable } from '../habits/ansible-variables.ts';
import { JINJA_WORDS } from '../habits/jinja-words.ts';
import { findHelper } from '../helpers/helper-table.ts';
import { constantNode, filterNode, pathNode } from './jinja-build.ts';
import type { Given, Jinja } from './jinja-expression.ts';
import type { Lacking } from './jinja-knowledge.ts';

/** Thrown if an element of Jinja has no counterpart. `instead` says what to do. */
export class NoCounterpart extends Error {
  readonly instead: string | undefined;
  /** The missing element, such as the filter `flatten`. */
  readonly lacks: { readonly what: Lacking; readonly name: string } | undefined;

  constructor(instead?: string, lacks?: NoCounterpart['lacks']) {
    super('no counterpart');
    this.instead = instead;
    this.lacks = lacks;
  }
}

/** Throws NoCounterpart for an element, with its remedy if one is known. */
export function lacking(what: Lacking, name: string): never {
  const general = what === 'call' ? undefined : `There is no counterpart of the ${what} ${name}.`;
  throw new NoCounterpart(JINJA_WORDS.get(`${what} ${name}`) ?? general, { what, name });
}

/** Throws NoCounterpart for `lookup('env', …)`, `query(…)`, `q(…)`. The first argument selects the remedy. */
export function lackingCall(name: string, given: Given): never {
  const [first] = given.plain;
  if (['lookup', 'query', 'q'].includes(name) && first?.kind === 'text')
    lacking('lookup', first.value.split('.').at(-1) ?? '');
  if (findHelper(name) !== undefined)
    throw new NoCounterpart(
      `${name} is a helper of templates. Give a variable its value, x: "{{${name} …}}", and write x here.`,
      { what: 'call', name },
    );
  return lacking('call', name);
}

/** Returns `a.b.c` as names; undefined if a step is computed. */
export function namesOf(node: Jinja): readonly string[] | undefined {
  if (node.kind === 'name') return [node.name];
  if (node.kind !== 'member' || node.key.kind !== 'text') return undefined;
  const before = namesOf(node.of);
  return before === undefined ? undefined : [...before, node.key.value];
}

/** Returns whether CEL and Handlebars accept the text as a name: letters, digits and `_`, and no reserved word. */
export function isIdentifier(text: string): boolean {
  return /^[A-Za-z_]\w*$/.test(text) && !['true', 'false', 'null', 'in'].includes(text);
}

/** Returns the name x of `vars['x']`. */
export function nameInVars(of: Jinja, key: Jinja): string | undefined {
  return of.kind === 'name' && of.name === 'vars' && key.kind === 'text' && isIdentifier(key.value)
    ? key.value
    : undefined;
}

/** Tests of results, with the counterpart in a registered result. */
export const RESULT_TESTS: ReadonlyMap<string, { readonly member: string; readonly isNegated: boolean }> = new Map([
  ['changed', { member: 'changed', isNegated: false }],
  ['change', { member: 'changed', isNegated: false }],
  ['failed', { member: 'failed', isNegated: false }],
  ['failure', { member: 'failed', isNegated: false }],
  ['succeeded', { member: 'failed', isNegated: true }],
  ['success', { member: 'failed', isNegated: true }],
  ['successful', { member: 'failed', isNegated: true }],
  ['skipped', { member: 'skipped', isNegated: false }],
  ['skip', { member: 'skipped', isNegated: false }],
]);

/** Tests that compare a value with their argument. */
export const COMPARING_TESTS: ReadonlyMap<string, '==' | '!=' | '<' | '<=' | '>' | '>='> = new Map([
  ['eq', '=='],
  ['equalto', '=='],
  ['==', '=='],
  ['sameas', '=='],
  ['ne', '!='],
  ['!=', '!='],
  ['lt', '<'],
  ['lessthan', '<'],
  ['le', '<='],
  ['gt', '>'],
  ['greaterthan', '>'],
  ['ge', '>='],
]);

/** Rewrites `\1` and `\g<1>` of Python as references to groups here, and `\\` as the backslash that it stands for. */
export function groupsAsHere(replacement: string): string {
  return replacement.replaceAll(
    /\\\\|\\g<(\w+)>|\\(\d)|\$/g,
    (whole, named: string | undefined, digit: string | undefined) => {
      if (whole === '\\\\') return '\\';
      if (whole === '$') return '$$';
      return named === undefined || /^\d+$/.test(named) ? `$${named ?? digit ?? ''}` : `$<${named}>`;
    },
  );
}

/**
 * Like `groupsAsHere`, for advice: there it is not known whether YAML has read the backslashes already, and hardly
 * anybody means a backslash before a digit.
 */
export function groupsMeant(replacement: string): string {
  return groupsAsHere(replacement.replaceAll(/(?<!\\)\\+(?=\d|g<)/g, '\\'));
}

/** Anchors a pattern at the beginning, as `match()` of Python does. */
export function anchored(pattern: string): string {
  if (pattern.startsWith('^')) return pattern;
  return pattern.includes('|') ? `^(?:${pattern})` : `^${pattern}`;
}

const VERSION_OPERATORS: ReadonlyMap<string, string> = new Map([
  ['==', ''],
  ['=', ''],
  ['eq', ''],
  ['<', '<'],
  ['lt', '<'],
  ['<=', '<='],
  ['le', '<='],
  ['>', '>'],
  ['gt', '>'],
  ['>=', '>='],
  ['ge', '>='],
]);

/**
 * Returns the range of `version('1.2', '>=')`; for `!=`, the version with `isNegated`. Undefined if the arguments are
 * not fixed texts.
 */
export function versionRange(given: Given): { readonly range: string; readonly isNegated: boolean } | undefined {
  const [version, operator] = [given.plain[0], given.plain[1] ?? given.named.get('operator')];
  if (version?.kind !== 'text' && version?.kind !== 'number') return undefined;
  if (operator !== undefined && operator.kind !== 'text') return undefined;
  const text = version.kind === 'text' ? version.value : version.text;
  const sign = operator?.value ?? '==';
  if (sign === '!=' || sign === 'ne' || sign === '<>') return { range: text, isNegated: true };
  const range = VERSION_OPERATORS.get(sign);
  return range === undefined ? undefined : { range: `${range}${text}`, isNegated: false };
}

/** Facts whose values have other names in Ansible. */
const NAMED_OTHERWISE: ReadonlySet<string> = new Set(['facts.os.family', 'facts.os.distribution']);

/**
 * Returns the fact under its name here, and the fixed text (or list of texts) of the comparison with its value here,
 * such as debian for "Debian". Undefined if the comparison needs no change.
 */
export function comparedFact(fact: Jinja, other: Jinja): { readonly fact: Jinja; readonly other: Jinja } | undefined {
  const names = namesOf(fact);
  const found = names === undefined ? undefined : ansibleVariable(names);
  const { path } = found?.variable ?? {};
  if (path === undefined || found?.length !== names?.length || !NAMED_OTHERWISE.has(path)) return undefined;
  if (!isFixedText(other)) return undefined;
  const { otherNames = {}, values } = FACTS.get(path.slice('facts.'.length)) ?? {};
  const lowered = (node: Jinja): Jinja => {
    if (node.kind === 'list') return { kind: 'list', items: node.items.map(lowered) };
    const value = node.kind === 'text' ? node.value.toLowerCase() : '';
    return node.kind === 'text' ? { kind: 'text', value: otherNames[value] ?? value } : node;
  };
  const written = lowered(other);
  // A family that is not known here, such as Archlinux, can be compared only under the name of Ansible.
  if (values !== undefined && !fixedTexts(written).every((text) => values.includes(text))) return undefined;
  return { fact: pathNode(path), other: written };
}

function fixedTexts(node: Jinja): readonly string[] {
  if (node.kind === 'list') return node.items.flatMap(fixedTexts);
  return node.kind === 'text' ? [node.value] : [];
}

function isFixedText(node: Jinja): boolean {
  return node.kind === 'list' ? node.items.every(isFixedText) : node.kind === 'text';
}

/**
 * Returns `x.skipped | default(false)` for the question whether `x.skipped` is there: in Ansible, only the result of a
 * skipped task or item has it; here every result has it. Undefined for any other member.
 */
export function askedIfSkipped(of: Jinja): Jinja | undefined {
  const isAsked = of.kind === 'member' && of.key.kind === 'text' && of.key.value === 'skipped';
  return isAsked ? filterNode(of, 'default', constantNode(false)) : undefined;
}
