import { z } from 'zod';
import { foreignArguments, shapeOf, takesAnyName } from '../../modules/base/argument-problem.ts';
import { isBoolean } from '../../modules/base/arguments.ts';
import type { Catalogue } from '../../modules/base/catalogue.ts';
import { hasNoEffect, insteadOfArgument } from '../../values/habits/foreign-argument.ts';

/** The facts about a module of this program that the converter needs. */
export interface ModuleFacts {
  readonly name: string;
  readonly freeForm: string | undefined;
  /** Returns the name of an argument here, given its name or an alias; undefined if there is no such argument. */
  argument(name: string): string | undefined;
  /** Returns what to do without an argument of Ansible, as a sentence; undefined if nothing is known. */
  instead(name: string): string | undefined;
  /** Returns whether an argument of Ansible has no effect here with this value, undefined for a template. */
  isIdle(argument: string, value: string | undefined): boolean;
  /** Returns whether the argument is a variable of any name, as those of set_fact. */
  isVariable(argument: string): boolean;
  /** Returns whether the argument is true or false, and no text. */
  isBoolean(argument: string): boolean;
  /** Returns whether the argument accepts the value. */
  takes(argument: string, value: unknown): boolean;
  /** Returns why the argument does not accept the value; undefined if it does. */
  refusal(argument: string, value: unknown): string | undefined;
}

export type ModulesKnown = ReadonlyMap<string, ModuleFacts>;

/**
 * Loads all modules, and returns what the converter asks of them: names and kinds of arguments, and what people write
 * instead.
 */
export async function modulesKnown(catalogue: Catalogue): Promise<ModulesKnown> {
  const known = await Promise.all(
    catalogue.names().map(async (name) => {
      const module = await catalogue.module(name);
      const shape = shapeOf(module.arguments);
      const { aliases = {} } = module;
      const foreign = foreignArguments(module);
      const isOpen = takesAnyName(module.arguments);
      const own = (argument: string): string | undefined =>
        Object.hasOwn(shape, argument)
          ? argument
          : Object.hasOwn(aliases, argument)
            ? aliases[argument]
            : isOpen
              ? argument
              : undefined;
      const facts: ModuleFacts = {
        name,
        freeForm: module.freeForm,
        argument: own,
        instead: (argument) => {
          const known = Object.hasOwn(foreign, argument) ? foreign[argument] : undefined;
          return known === undefined ? undefined : insteadOfArgument(known);
        },
        isIdle: (argument, value) => {
          const known = Object.hasOwn(foreign, argument) ? foreign[argument] : undefined;
          return known !== undefined && hasNoEffect(known, value);
        },
        isVariable: (argument) => isOpen && !Object.hasOwn(shape, own(argument) ?? ''),
        isBoolean: (argument) => {
          const schema = shape[own(argument) ?? ''];
          return schema !== undefined && isBoolean(schema);
        },
        takes: (argument, value) => refusalOf(shape[own(argument) ?? ''], value) === undefined,
        refusal: (argument, value) => refusalOf(shape[own(argument) ?? ''], value),
      };
      return [name, facts] as const;
    }),
  );
  return new Map(known);
}

function refusalOf(schema: z.core.$ZodType | undefined, value: unknown): string | undefined {
  const read = schema === undefined ? undefined : z.safeParse(schema, value);
  return read === undefined || read.success ? undefined : (read.error.issues[0]?.message ?? 'is not right');
}
