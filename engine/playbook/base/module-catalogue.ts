import type { Place, Problem } from '../../errors/problem.ts';
import type { Argument } from './play.ts';

/** What the loader must know of the task modules. engine/modules gives it. */
export interface ModuleCatalogue {
  names(): readonly string[];
  has(name: string): boolean;
  /** What is wrong with a task's arguments as far as that shows before any variable is known. */
  check(name: string, args: ReadonlyMap<string, Argument>, taskPlace: Place): Promise<readonly Problem[]>;
  /** The argument that `module: some text` fills. */
  freeForm(name: string): Promise<string | undefined>;
  /** The names of a module's arguments, those that Ansible has for them among these. */
  argumentNames(name: string): Promise<ReadonlySet<string>>;
  /** Other names of a module's arguments, each with the name that it stands for. */
  aliases(name: string): Promise<Readonly<Record<string, string>>>;
}
