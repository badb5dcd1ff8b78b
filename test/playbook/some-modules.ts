import { Problem } from '../../engine/errors/problem.ts';
import type { ModuleCatalogue } from '../../engine/playbook/base/module-catalogue.ts';

const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  command: ['cmd', 'chdir', 'creates'],
  shell: ['cmd', 'chdir'],
  query: ['cmd', 'chdir'],
  check: ['check', 'apply', 'chdir'],
  copy: ['src', 'dest', 'content', 'mode', 'owner'],
  template: ['src', 'dest', 'mode'],
  systemd: ['name', 'state'],
  debug: ['msg', 'var'],
  assert: ['that', 'fail_msg'],
  sysctl: ['name', 'value'],
};

/** A catalogue of a few modules, so that these tests depend on the loader only. */
export const someModules: ModuleCatalogue = {
  names: () => Object.keys(ARGUMENTS),
  has: (name) => Object.hasOwn(ARGUMENTS, name),
  async check(name, args) {
    const known = ARGUMENTS[name] ?? [];
    return [...args]
      .filter(([argument]) => !known.includes(argument))
      .map(
        ([argument, { keyPlace }]) =>
          new Problem({ code: 'unknown-argument', what: `${name} has no argument "${argument}"`, place: keyPlace }),
      );
  },
  async freeForm(name) {
    return ARGUMENTS[name]?.[0] === 'cmd' ? 'cmd' : undefined;
  },
  argumentNames: async (name) => new Set(ARGUMENTS[name]),
  foreign: async () => ({}),
  booleans: async () => new Set(),
  aliases: async () => ({}),
};
