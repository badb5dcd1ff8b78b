import { type ModulesKnown } from './module-facts.ts';

/** Collections whose modules mean the same as those of that name here. */
const COLLECTION = /^(?:ansible\.(?:builtin|legacy|posix)|community\.(?:general|crypto))\.(\w+)$/;

/** Modules that are another one here, as far as their arguments fit. */
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

/** Modules that a playbook goes without here: facts come with the connection. */
export const LEFT_OUT: ReadonlySet<string> = new Set(['setup', 'gather_facts', 'ping']);

/** A name without its collection; that of a collection that is not known here stays whole. */
export function withoutCollection(name: string): string {
  return COLLECTION.exec(name)?.[1] ?? name;
}

/** The module that this is here; undefined where there is none. */
export function moduleHere(name: string, modules: ModulesKnown): string | undefined {
  const short = withoutCollection(name);
  const here = RENAMED.get(short) ?? short;
  return modules.has(here) ? here : undefined;
}
