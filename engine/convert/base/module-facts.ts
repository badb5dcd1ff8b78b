import { z } from 'zod';
import { shapeOf } from '../../modules/base/argument-problem.ts';
import type { Catalogue } from '../../modules/base/catalogue.ts';
import { COMMON_ARGUMENTS } from '../../values/habits/ansible-modules.ts';

/** What the converter must know of a module of this program. */
export interface ModuleFacts {
  readonly name: string;
  readonly freeForm: string | undefined;
  /** The name that an argument has here; undefined where there is none of that name. */
  argument(name: string): string | undefined;
  /** What to do without an argument of Ansible's; a sentence. */
  instead(name: string): string | undefined;
  /** Whether the argument takes the value as it is. */
  takes(argument: string, value: unknown): boolean;
}

export type ModulesKnown = ReadonlyMap<string, ModuleFacts>;

export async function modulesKnown(catalogue: Catalogue): Promise<ModulesKnown> {
  const known = await Promise.all(
    catalogue.names().map(async (name) => {
      const module = await catalogue.module(name);
      const shape = shapeOf(module.arguments);
      const { aliases = {}, foreign = {} } = module;
      // set_fact and the like take whatever they are given.
      const isOpen = Object.keys(shape).length === 0;
      const own = (argument: string): string | undefined =>
        isOpen || Object.hasOwn(shape, argument)
          ? argument
          : Object.hasOwn(aliases, argument)
            ? aliases[argument]
            : undefined;
      const facts: ModuleFacts = {
        name,
        freeForm: module.freeForm,
        argument: own,
        instead: (argument) =>
          Object.hasOwn(foreign, argument)
            ? foreign[argument]
            : Object.hasOwn(COMMON_ARGUMENTS, argument)
              ? COMMON_ARGUMENTS[argument]
              : undefined,
        takes: (argument, value) => {
          const schema = shape[own(argument) ?? ''];
          return schema === undefined || z.safeParse(schema, value).success;
        },
      };
      return [name, facts] as const;
    }),
  );
  return new Map(known);
}
