import { dirname, join, resolve } from 'node:path';
import { Problem } from '../../errors/problem.ts';
import { Catalogue, isBuiltIn } from '../../modules/base/catalogue.ts';
import type { AnyModule } from '../../modules/base/module.ts';
import { MODULE_FILE, OwnModules } from '../../modules/own/own-modules.ts';
import { type ControllerAccess, FULL_ACCESS } from '../../values/controller-access.ts';
import { namesIn } from '../../values/look-at-once.ts';
import { type ControllerFlags, accessOf } from './controller-access.ts';
import { roleOfOthers, viewpoint } from './standing.ts';

/** Whether `--trust` was given, and what the playbook may do on the controller. */
interface Trust {
  readonly access: ControllerAccess;
  readonly trust: boolean | undefined;
}

/**
 * Returns the modules that tasks of these playbooks may use: those of runbook, and those of the project. Modules of the
 * project are searched for in the same places as roles: beside each playbook, and in the folder above. Their code runs
 * on the controller. So a module of the project is refused if the playbook may not run code on the controller, or if
 * the file of the module is another user's work; with `trust`, the second rule does not apply.
 * @param moduleFolders further folders with modules
 */
export function modulesOf(
  playbooks: readonly string[],
  { access, trust }: Trust,
  moduleFolders: readonly string[] = [],
): Catalogue {
  const beside = playbooks.map((file) => resolve(dirname(file)));
  const folders = [...beside, ...beside.map((folder) => dirname(folder))];
  return catalogueIn(
    folders,
    { access, trust },
    moduleFolders.map((folder) => resolve(folder)),
  );
}

/** The modules for a command without a playbook: those of runbook, and of the project in the working folder. */
export function modulesHere(flags: ControllerFlags = { allowController: [] }): Catalogue {
  return modulesIn(process.cwd(), flags);
}

/** The modules of runbook, and of the project in this folder. */
export function modulesIn(folder: string, flags: ControllerFlags = { allowController: [] }): Catalogue {
  const { playbook: access } = accessOf(flags, [join(folder, 'modules')], []);
  return catalogueIn([resolve(folder)], { access, trust: flags.trust });
}

function catalogueIn(
  folders: readonly string[],
  { access, trust }: Trust,
  moduleFolders: readonly string[] = [],
): Catalogue {
  const files = [...new Set(folders.flatMap(moduleFoldersOf).concat(moduleFolders))].flatMap(moduleFilesIn);
  const own = new OwnModules(files, isBuiltIn, (name, path) => {
    if (access !== FULL_ACCESS) access.permit({ kind: 'run', what: `the module ${name} (${path})` }, undefined);
    const spoiled = trust === true ? undefined : roleOfOthers(path, dirname(path), viewpoint());
    if (spoiled === undefined) return;
    throw new Problem({
      code: 'controller-refused',
      what: `the module ${name} (${path}) would run code on this machine`,
      why: spoiled,
      remedy: 'Read it first. Then make it your own by chown and chmod, or give --trust.',
    });
  });
  return new Catalogue(own);
}

/** Returns the folders that may hold modules of the project in `folder`, and of its roles. */
export function moduleFoldersOf(folder: string): readonly string[] {
  const roles = namesIn(join(folder, 'roles')).map((role) => join(folder, 'roles', role, 'modules'));
  return [join(folder, 'modules'), ...roles];
}

/** Returns the files of modules in one folder, without tests (`NAME.test.ts`) and other files. */
export function moduleFilesIn(folder: string): readonly string[] {
  return namesIn(folder)
    .filter((name) => MODULE_FILE.test(name))
    .toSorted()
    .map((name) => join(folder, name));
}

/**
 * Loads all modules that can be loaded, for lists and schemas. `problems` has the reasons why the others cannot be
 * loaded.
 */
export async function allModules(
  catalogue: Catalogue,
): Promise<{ readonly modules: readonly AnyModule[]; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const modules: AnyModule[] = [];
  for (const name of catalogue.names()) {
    try {
      modules.push(await catalogue.module(name));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(error);
    }
  }
  return { modules, problems };
}
