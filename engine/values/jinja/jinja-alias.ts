import { addedTo, choiceNode, filterNode, joinedLists, nameNode, partsOf, withParts } from './jinja-build.ts';
import type { Jinja, JinjaOf } from './jinja-expression.ts';
import { lacking } from './jinja-translation.ts';

/**
 * The values that `{% set %}` has given to names so far, and to members of namespaces (`ns.x`). `taken`: the name can no
 * longer be replaced with its value. The filters MADE and MADE_MAP mark what the template has made and has no other name.
 */
export type Aliases = ReadonlyMap<string, Jinja | 'taken'>;

/** The mark of a list that a template may add to. No filter of Jinja has such a name. */
export const MADE = 'made here';
/** The mark of a map that a template may add to, as the list of its pairs. */
export const MADE_MAP = 'map made here';
const MARKS: ReadonlySet<string> = new Set([MADE, MADE_MAP]);

/** Maximal number of parts of an expression that replaces a name. */
const MOST_PARTS = 200;

/** Replaces names in an expression with their values. Throws NoCounterpart. */
export function withoutAliases(node: Jinja, aliases: Aliases): Jinja {
  if (aliases.size === 0) return node;
  const path = pathIn(node, aliases);
  if (path === undefined) return withParts(node, (part) => withoutAliases(part, aliases));
  const value = aliases.get(path);
  if (value === 'taken') return lacking('statement', 'set');
  return value === undefined ? node : withoutMark(value);
}

/** Returns the name of a variable, or of a member of a namespace, to look for in the aliases. */
function pathIn(node: Jinja, aliases: Aliases): string | undefined {
  if (node.kind === 'name') return node.name;
  if (node.kind !== 'member' || node.of.kind !== 'name' || node.key.kind !== 'text') return undefined;
  const path = `${node.of.name}.${node.key.value}`;
  return aliases.has(path) ? path : undefined;
}

/** Returns the value of an alias without the mark MADE or MADE_MAP. */
export function withoutMark(value: Jinja): Jinja {
  if (!isMade(value)) return value;
  return value.name === MADE ? value.of : mapOfPairs(value.of);
}

/** Returns whether the alias is a list or a map that the template has made and that has no other name. */
export function isMade(value: Jinja | 'taken' | undefined): value is JinjaOf<'filter'> {
  return value !== undefined && value !== 'taken' && value.kind === 'filter' && MARKS.has(value.name);
}

/** Returns the map with these pairs, `{key: …, value: …}`. The last pair of a key counts, as in Python. */
function mapOfPairs(pairs: Jinja): Jinja {
  const entries = new Map<string, readonly [Jinja, Jinja]>();
  for (const pair of pairsIn(pairs) ?? [undefined]) {
    const [key, value] = pair?.kind === 'map' ? pair.entries.map(([, part]) => part) : [];
    if (key?.kind !== 'text' || value === undefined) return filterNode(pairs, 'items2dict');
    entries.set(key.value, [key, value]);
  }
  return { kind: 'map', entries: [...entries.values()] };
}

/** Returns the pairs of a sum of fixed lists; undefined if some lists are not fixed. */
function pairsIn(pairs: Jinja): readonly Jinja[] | undefined {
  if (pairs.kind === 'list') return pairs.items;
  if (pairs.kind !== 'binary' || pairs.operator !== '+') return undefined;
  const [left, right] = [pairsIn(pairs.left), pairsIn(pairs.right)];
  return left === undefined || right === undefined ? undefined : [...left, ...right];
}

/** Methods of Python that change the value that they are called on. */
const CHANGING: ReadonlySet<string> = new Set(
  'append extend insert pop popitem remove clear sort reverse update setdefault add discard __setitem__'.split(' '),
);

/**
 * Throws NoCounterpart if the value changes another one: `{% set _ = xs.append(1) %}`. The name is mostly used nowhere,
 * so that the change would be lost without a word.
 */
function refuseChanges(value: Jinja): void {
  const method = value.kind === 'call' && value.callee.kind === 'member' ? value.callee.key : undefined;
  if (method?.kind === 'text' && CHANGING.has(method.value)) lacking('method', method.value);
  for (const part of partsOf(value)) refuseChanges(part);
}

/** Sets a name. If the value is too long, the name becomes `taken`. Throws NoCounterpart. */
export function withAlias(aliases: Aliases, name: string, value: Jinja): Aliases {
  refuseChanges(value);
  if (countParts(value) > MOST_PARTS) return new Map(aliases).set(name, 'taken');
  return new Map(aliases).set(name, value);
}

function countParts(node: Jinja): number {
  return partsOf(node).reduce((count, part) => count + countParts(part), 1);
}

/**
 * Returns the aliases inside a loop over these names: an alias with such a name is hidden, and an alias whose value
 * uses such a name is `taken`.
 */
export function hiddenBy(aliases: Aliases, names: readonly string[]): Aliases {
  const inner = new Map<string, Jinja | 'taken'>();
  for (const [name, value] of aliases) {
    if (names.includes(name) || names.includes(name.split('.')[0] ?? '')) continue;
    inner.set(name, value !== 'taken' && names.some((hidden) => isNamedIn(value, hidden)) ? 'taken' : value);
  }
  return inner;
}

/** Returns whether an expression uses a name. */
export function isNamedIn(node: Jinja, name: string): boolean {
  if (node.kind === 'name') return node.name === name;
  return partsOf(node).some((part) => isNamedIn(part, name));
}

/** Returns the aliases after branches: a changed name gets a choice by the conditions. `outer`: the aliases before. */
export function afterBranches(
  outer: Aliases,
  branches: readonly { readonly condition: Jinja; readonly aliases: Aliases }[],
  otherwise: Aliases,
): Aliases {
  let after = outer;
  const all = [...branches.map((branch) => branch.aliases), otherwise];
  const changed = new Set(
    all.flatMap((aliases) => [...aliases.keys()].filter((name) => aliases.get(name) !== outer.get(name))),
  );
  for (const name of changed) {
    const values = all.map((aliases) => aliases.get(name) ?? nameNode(name));
    const conditions = branches.map((branch) => branch.condition);
    const value = values.includes('taken')
      ? 'taken'
      : ofBranches(
          conditions,
          values.filter((one) => one !== 'taken'),
          outer.get(name),
        );
    after = value === 'taken' ? new Map(after).set(name, 'taken') : withAlias(after, name, value);
  }
  return after;
}

/** Returns the choice between the values of the branches. Of a list, only what the branches add depends on them. */
function ofBranches(
  conditions: readonly Jinja[],
  values: readonly Jinja[],
  before: Jinja | 'taken' | undefined,
): Jinja | 'taken' {
  const bare = values.map(withoutMark);
  const made = values.filter(isMade);
  const [mark] = made.map(({ name }) => name);
  if (mark === undefined || made.length < values.length || made.some(({ name }) => name !== mark))
    return chosen(conditions, bare);
  const added = isMade(before) && before.name === mark ? made.map(({ of }) => addedTo(of, before.of)) : [undefined];
  const value =
    isMade(before) && added.every((lists) => lists !== undefined)
      ? joinedLists([before.of, chosenList(conditions, added.map(joinedLists))])
      : chosen(
          conditions,
          made.map(({ of }) => of),
        );
  return value === 'taken' ? value : filterNode(value, mark);
}

function chosenList(conditions: readonly Jinja[], lists: readonly Jinja[]): Jinja {
  const chosenOne = chosen(conditions, lists);
  return chosenOne === 'taken' ? lacking('statement', 'set') : chosenOne;
}

function chosen(conditions: readonly Jinja[], values: readonly Jinja[]): Jinja | 'taken' {
  const last = values.at(-1);
  if (last === undefined) return 'taken';
  return conditions.reduceRight<Jinja>(
    (no, condition, index) => choiceNode(condition, values[index] ?? last, no),
    last,
  );
}
