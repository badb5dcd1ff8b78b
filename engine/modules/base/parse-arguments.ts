import type { z } from 'zod';
import { type Place, Problem } from '../../errors/problem.ts';
import type { Argument } from '../../playbook/base/play.ts';
import { type Scope, type Value, type ValueMap, Unknown, isList, isMap } from '../../values/base/value.ts';
import { type Path, ownIssues, plainPath, problemsOf, unknownWithin, valueAt } from './argument-problem.ts';
import type { AnyModule } from './module.ts';

/**
 * The arguments for one run of a task. `unknown`: a field needs a value that only an earlier change brings. `problems`:
 * a value has a wrong type, or a Secret is in a field that does not accept secrets.
 */
export type Parsed =
  | { readonly kind: 'args'; readonly args: unknown }
  | { readonly kind: 'unknown'; readonly because: string }
  | { readonly kind: 'problems'; readonly problems: readonly [Problem, ...Problem[]] };

/** Parses the arguments at run time, after every template is rendered. */
export function parseArguments(module: AnyModule, resolved: ValueMap, placeOf: (path: Path) => Place): Parsed {
  const parsed = module.arguments.safeParse(resolved);
  if (parsed.success) return { kind: 'args', args: parsed.data };
  const problems: Problem[] = [];
  let unknown: Unknown | undefined;
  for (const issue of ownIssues(parsed.error.issues, module)) {
    const path = plainPath(issue.path);
    const value = valueAt(resolved, path);
    const reason = unknownWithin(value);
    if (reason === undefined) problems.push(...problemsOf(issue, { module, values: resolved, placeOf }));
    else unknown ??= reason;
  }
  const [first, ...rest] = problems;
  if (first !== undefined) return { kind: 'problems', problems: [first, ...rest] };
  return { kind: 'unknown', because: unknown?.because ?? 'an earlier change' };
}

/** Checks arguments at load time, before any variable is known. Values with templates are skipped. */
export function checkArguments(
  module: AnyModule,
  given: ReadonlyMap<string, Argument>,
  task: Place,
): readonly Problem[] {
  const literals: Record<string, Value> = {};
  for (const [name, argument] of given) literals[name] = literalOf(argument);
  const parsed = module.arguments.safeParse(literals);
  const odd = otherDigits(module, { given, literals });
  if (parsed.success) return odd;
  const placeOf = (path: Path): Place => {
    const [name, ...rest] = path;
    const argument = typeof name === 'string' ? given.get(name) : undefined;
    if (argument === undefined) return task;
    return rest.length === 0 ? argument.value.place : argument.value.placeOf(rest);
  };
  const keyPlace = (name: string): Place => given.get(name)?.keyPlace ?? task;
  const mayBeLess = [...given.values()].some(({ value }) => value.references.has('omit'));
  const wrong = ownIssues(parsed.error.issues, module).flatMap((issue) => {
    const path = plainPath(issue.path);
    return isOpen(issue, path, literals) || (mayBeLess && isOfPresence(issue, path))
      ? []
      : problemsOf(issue, { module, values: literals, placeOf, keyPlace });
  });
  return [...odd, ...wrong];
}

/** The source of a whole number that YAML 1.1 and 1.2 read as the same number. Its digits are the text. */
const SAME_DIGITS = /^[-+]?(?:0|[1-9][0-9]*|0x[0-9A-Fa-f]+)$/;

/**
 * Finds numbers for which a text is wanted and whose digits differ from what is written, such as 0644 and 1e3. Ansible
 * would write other digits.
 */
function otherDigits(
  module: AnyModule,
  { given, literals }: { readonly given: ReadonlyMap<string, Argument>; readonly literals: ValueMap },
): readonly Problem[] {
  return [...given].flatMap(([name, { value }]) => {
    const sourceOf = (path: Path): string | undefined => value.sourceOf?.(path);
    const odd = numbersIn(literals[name] ?? null).find((path) => !SAME_DIGITS.test(sourceOf(path) ?? '0'));
    if (odd === undefined) return [];
    const takes = (part: Value): boolean =>
      isTaken(module, { ...literals, [name]: withPart(literals[name] ?? null, odd, part) }, name);
    // A fraction is no text, but a value where every value may be, as in set_fact.
    if (!isTaken(module, literals, name) || !takes('a-word') || takes(0.5)) return [];
    const source = sourceOf(odd);
    return new Problem({
      code: 'wrong-type',
      what: `"${[name, ...odd].join('.')}" of ${module.name} must be a text, and YAML reads ${source} as a number`,
      place: value.placeOf(odd),
      why: `It is the number ${Number(valueAt(literals, [name, ...odd]))}`,
      remedy: `Write it in quotes: "${source}".`,
    });
  });
}

function isTaken(module: AnyModule, values: ValueMap, argument: string): boolean {
  return module.arguments.safeParse(values).error?.issues.some(({ path }) => path[0] === argument) !== true;
}

/** Returns the paths of all numbers within a value. */
function numbersIn(value: Value, path: Path = []): readonly Path[] {
  if (typeof value === 'number') return [path];
  if (isList(value)) return value.flatMap((item, index) => numbersIn(item, [...path, index]));
  return isMap(value) ? Object.entries(value).flatMap(([key, item]) => numbersIn(item, [...path, key])) : [];
}

function withPart(value: Value, [step, ...rest]: Path, part: Value): Value {
  if (step === undefined) return part;
  if (isList(value)) return value.map((item, index) => (index === step ? withPart(item, rest, part) : item));
  return isMap(value) ? { ...value, [step]: withPart(value[step] ?? null, rest, part) } : part;
}

/**
 * Returns whether the value of a template may still resolve the issue. A rule over several arguments is certain only if
 * it asks only for their presence.
 */
function isOpen(issue: z.core.$ZodIssue, path: Path, literals: ValueMap): boolean {
  // If a template gives a whole map, the keys of the map are not known.
  if (path.length > 0 && valueAt(literals, path) instanceof Unknown) return true;
  if (issue.code === 'unrecognized_keys' || isOfPresence(issue, path)) return false;
  return unknownWithin(valueAt(literals, path)) !== undefined;
}

/** Returns whether the issue is of a rule that asks only which arguments are present. */
function isOfPresence(issue: z.core.$ZodIssue, path: Path): boolean {
  return issue.code === 'custom' && path.length === 0 && issue.params?.['whole'] === true;
}

/** A scope in which every template gives an unknown value. */
const nothingKnown: Scope = { lookup: () => new Unknown('a template'), names: () => [] };

function literalOf(argument: Argument): Value {
  try {
    return argument.value.resolve(nothingKnown);
  } catch {
    // The code that compiles templates reports a fault in them.
    return new Unknown('a template');
  }
}
