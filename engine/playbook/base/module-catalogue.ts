import type { Place, Problem } from '../../errors/problem.ts';
import type { ForeignArgument } from '../../values/habits/foreign-argument.ts';
import type { Argument } from './play.ts';

/** The part of the modules that the loader uses. engine/modules implements it. */
export interface ModuleCatalogue {
  names(): readonly string[];
  has(name: string): boolean;
  /** Returns the mistakes in the arguments of a task that can be found without the values of variables. */
  check(name: string, args: ReadonlyMap<string, Argument>, taskPlace: Place): Promise<readonly Problem[]>;
  /** The argument that `module: some text` sets; undefined if the module has none. */
  freeForm(name: string): Promise<string | undefined>;
  /** The names of a module's arguments, including Ansible's names for them. */
  argumentNames(name: string): Promise<ReadonlySet<string>>;
  /** The arguments of a module that are true or false, by their names in the schema. */
  booleans(name: string): Promise<ReadonlySet<string>>;
  /** Other names of a module's arguments, each with the name in the schema. */
  aliases(name: string): Promise<Readonly<Record<string, string>>>;
  /** Arguments of Ansible's module that this module does not have. */
  foreign(name: string): Promise<Readonly<Record<string, ForeignArgument>>>;
}
