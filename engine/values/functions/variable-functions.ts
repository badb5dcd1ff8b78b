import type { Value } from '../base/value.ts';
import { currentLookups, currentScope } from '../language/current-lookups.ts';
import { ArgumentFault } from '../language/fault.ts';
import { matches } from '../language/pattern.ts';
import { didYouMean } from '../language/suggest.ts';
import { textOf } from './arguments.ts';
import { type SharedFunction, optional, required, rest } from './shared-function.ts';

/** Functions that use the variables around them: by a computed name, or within a template file. */
export const variableFunctions: readonly SharedFunction[] = [
  {
    name: 'get_variable',
    form: 'function',
    summary: 'The variable whose name is computed; a second argument is the fallback.',
    parameters: [required('name', 'string'), optional('fallback', 'dyn')],
    returns: 'dyn',
    template: '{{get_variable "nowhere" "none"}}',
    expression: 'getVariable("nowhere", "none")',
    gives: 'none',
    secrets: 'kept',
    run: ([name, fallback]) => variableOf(textOf(name, 'name'), fallback),
  },
  {
    name: 'variable_names',
    form: 'function',
    summary: 'The names of the variables in which one of the patterns is found, sorted.',
    parameters: [required('pattern', 'string'), rest('patterns', 'string')],
    returns: 'list',
    template: '{{variable_names "^nowhere_"}}',
    expression: 'variableNames("^nowhere_")',
    gives: [],
    secrets: 'kept',
    run: (patterns) => namesLike(patterns.map((pattern) => textOf(pattern, 'pattern'))),
  },
  {
    name: 'render_file',
    form: 'function',
    summary:
      'The text of a template file of the controller, rendered with the variables of the task. The file is searched for in templates/ of the role, in the role, then beside the playbook.',
    parameters: [required('name', 'string')],
    returns: 'string',
    template: '{{render_file "greeting.hbs"}}',
    expression: 'renderFile("greeting.hbs")',
    gives: 'Welcome to m1',
    secrets: 'kept',
    run: ([name]) => currentLookups().rendered(textOf(name, 'name'), currentScope()),
  },
];

/** Variables of other hosts: a task that uses them waits for the hosts, and must name them for that. */
const NAMED_ALONE: ReadonlySet<string> = new Set(['hostvars', 'groups']);

function variableOf(name: string, fallback: Value | undefined): Value {
  if (NAMED_ALONE.has(name))
    throw new ArgumentFault(`${name} cannot be asked for by a computed name`, `Write ${name} itself.`);
  const scope = currentScope();
  const value = scope.lookup(name) ?? fallback;
  if (value !== undefined) return value;
  throw new ArgumentFault(
    `There is no variable "${name}"`,
    didYouMean(name, scope.names()) ?? 'Correct the name, or give a fallback after it.',
  );
}

function namesLike(patterns: readonly string[]): readonly string[] {
  return currentScope()
    .names()
    .filter((name) => patterns.some((pattern) => matches(pattern, name)))
    .toSorted();
}
