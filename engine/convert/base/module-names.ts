import { nameHere, withoutCollection } from '../../values/habits/other-names.ts';
import { type ModulesKnown } from './module-facts.ts';

/** Modules that a playbook does not need here: facts come with the connection. */
export const LEFT_OUT: ReadonlySet<string> = new Set(['setup', 'gather_facts', 'ping']);

/** Modules of projects that are here under another name, with other defaults. */
const OF_PROJECTS: ReadonlyMap<string, string> = new Map([['debops.debops.dpkg_divert', 'dpkg_divert']]);

/** Returns the name of the module here; undefined if there is no such module. */
export function moduleHere(name: string, modules: ModulesKnown): string | undefined {
  const short = withoutCollection(name);
  const here = OF_PROJECTS.get(name) ?? nameHere(short);
  return modules.has(here) ? here : undefined;
}
