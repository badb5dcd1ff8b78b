import { choiceNode, nameNode, partsOf, withParts } from './jinja-build.ts';
import type { Jinja } from './jinja-expression.ts';
import { lacking } from './jinja-translation.ts';

/**
 * The values that `{% set %}` has given to names so far. `taken`: the name can no longer be replaced with its value.
 */
export type Aliases = ReadonlyMap<string, Jinja | 'taken'>;

/** Maximal number of parts of an expression that replaces a name. */
const MOST_PARTS = 200;

/** Replaces names in an expression with their values. Throws NoCounterpart. */
export function withoutAliases(node: Jinja, aliases: Aliases): Jinja {
  if (aliases.size === 0) return node;
  if (node.kind !== 'name') return withParts(node, (part) => withoutAliases(part, aliases));
  const value = aliases.get(node.name);
  if (value === 'taken') return lacking('statement', 'set');
  return value ?? node;
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
    if (names.includes(name)) continue;
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
    const isTaken = values.includes('taken');
    const value = isTaken
      ? 'taken'
      : chosen(
          branches.map((branch) => branch.condition),
          values.filter((one) => one !== 'taken'),
        );
    after = value === 'taken' ? new Map(after).set(name, 'taken') : withAlias(after, name, value);
  }
  return after;
}

function chosen(conditions: readonly Jinja[], values: readonly Jinja[]): Jinja | 'taken' {
  const last = values.at(-1);
  if (last === undefined) return 'taken';
  return conditions.reduceRight<Jinja>(
    (no, condition, index) => choiceNode(condition, values[index] ?? last, no),
    last,
  );
}
