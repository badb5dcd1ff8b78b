import { type ModulesKnown } from './module-facts.ts';

/** Collections whose modules are the same as the modules of that name here. */
const COLLECTION = /^(?:ansible\.(?:builtin|legacy|posix)|community\.(?:general|crypto))\.(\w+)$/;

/** Modules that have another name here, if their arguments fit. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['apt', 'package'],
  ['yum', 'package'],
  ['dnf', 'package'],
  ['dnf5', 'package'],
  ['zypper', 'package'],
  ['apk', 'package'],
  ['systemd_service', 'systemd'],
  ['sysvinit', 'service'],
  ['modprobe', 'kernel_module'],
  ['raw', 'shell'],
]);

/** Modules that a playbook does not need here: facts come with the connection. */
export const LEFT_OUT: ReadonlySet<string> = new Set(['setup', 'gather_facts', 'ping']);

/** Removes the collection from a name, if the collection is known here. */
export function withoutCollection(name: string): string {
  return COLLECTION.exec(name)?.[1] ?? name;
}

/** Returns the name of the module here; undefined if there is no such module. */
export function moduleHere(name: string, modules: ModulesKnown): string | undefined {
  const short = withoutCollection(name);
  const here = RENAMED.get(short) ?? short;
  return modules.has(here) ? here : undefined;
}
