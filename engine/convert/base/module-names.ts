import { nameHere, withoutCollection } from '../../values/habits/other-names.ts';
import { type ModulesKnown } from './module-facts.ts';

/** Modules that a playbook does not need here: facts come with the connection. */
export const LEFT_OUT: ReadonlySet<string> = new Set(['setup', 'gather_facts', 'ping']);

/** Returns the name of the module here; undefined if there is no such module. */
export function moduleHere(name: string, modules: ModulesKnown): string | undefined {
  const short = withoutCollection(name);
  const here = nameHere(short);
  return modules.has(here) ? here : undefined;
}
