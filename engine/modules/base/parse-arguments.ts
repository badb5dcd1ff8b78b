import type { z } from 'zod';
import type { Place, Problem } from '../../errors/problem.ts';
import type { Argument } from '../../playbook/base/play.ts';
import { type Scope, type Value, type ValueMap, Unknown } from '../../values/base/value.ts';
import { type Path, plainPath, problemsOf, unknownWithin, valueAt } from './argument-problem.ts';
import type { AnyModule } from './module.ts';

/**
 * Arguments for one run of a task. `unknown`: a field needs a value that only an earlier change brings.
 * A Secret in a field that does not take secrets is a problem, and so is anything of a wrong type.
 */
export type Parsed =
  | { readonly kind: 'args'; readonly args: unknown }
  | { readonly kind: 'unknown'; readonly because: string }
  | { readonly kind: 'problems'; readonly problems: readonly [Problem, ...Problem[]] };

/** At run time, when every template is rendered. */
export function parseArguments(module: AnyModule, resolved: ValueMap, placeOf: (path: Path) => Place): Parsed {
  const parsed = module.arguments.safeParse(resolved);
  if (parsed.success) return { kind: 'args', args: parsed.data };
  const problems: Problem[] = [];
  let unknown: Unknown | undefined;
  for (const issue of parsed.error.issues) {
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

/** At load time: what can be told before any variable is known. Values that hold templates are passed over. */
export function checkArguments(
  module: AnyModule,
  given: ReadonlyMap<string, Argument>,
  task: Place,
): readonly Problem[] {
  const literals: Record<string, Value> = {};
  for (const [name, argument] of given) literals[name] = literalOf(argument);
  const parsed = module.arguments.safeParse(literals);
  if (parsed.success) return [];
  const placeOf = (path: Path): Place => {
    const [name, ...rest] = path;
    const argument = typeof name === 'string' ? given.get(name) : undefined;
    if (argument === undefined) return task;
    return rest.length === 0 ? argument.value.place : argument.value.placeOf(rest);
  };
  const keyPlace = (name: string): Place => given.get(name)?.keyPlace ?? task;
  return parsed.error.issues.flatMap((issue) => {
    const path = plainPath(issue.path);
    return isOpen(issue, path, literals) ? [] : problemsOf(issue, { module, values: literals, placeOf, keyPlace });
  });
}

/**
 * Whether a template may still make it right. A rule over several arguments is sure only if it asks for no more than
 * their presence.
 */
function isOpen(issue: z.core.$ZodIssue, path: Path, literals: ValueMap): boolean {
  // Where a template stands for a whole map, its keys are not known.
  if (path.length > 0 && valueAt(literals, path) instanceof Unknown) return true;
  if (
    issue.code === 'unrecognized_keys' ||
    (issue.code === 'custom' && path.length === 0 && issue.params?.['whole'] === true)
  )
    return false;
  return unknownWithin(valueAt(literals, path)) !== undefined;
}

/** Every template stands for a value that is not known yet. */
const nothingKnown: Scope = { lookup: () => new Unknown('a template'), names: () => [] };

function literalOf(argument: Argument): Value {
  try {
    return argument.value.resolve(nothingKnown);
  } catch {
    // What is wrong inside a template is told by whoever reads it.
    return new Unknown('a template');
  }
}
