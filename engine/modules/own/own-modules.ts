import { basename } from 'node:path';
import { Problem } from '../../errors/problem.ts';
import type { FurtherModules } from '../base/catalogue.ts';
import type { AnyModule } from '../base/module.ts';
import { importModule } from './import-module.ts';

/** Throws Problem if the code of this file may not run on the controller. */
export type PermitModule = (name: string, path: string) => void;

/** Matches the file `NAME.ts` of the module NAME, and neither tests (`NAME.test.ts`) nor other files. */
export const MODULE_FILE = /^(?<name>[a-z][a-z0-9_]*)\.ts$/;

/**
 * The modules of a project: files `modules/NAME.ts` of the project and of its roles (`roles/ROLE/modules/NAME.ts`).
 * Every task of the project may use them. Their code runs on the controller, so a file is loaded when a task names its
 * module, and only if `permit` allows it.
 */
export class OwnModules implements FurtherModules {
  readonly #files = new Map<string, string>();
  readonly #permit: PermitModule;
  readonly #loaded = new Map<string, string>();

  /**
   * @param files the files of modules, each `NAME.ts`
   * @param isTaken whether a module that comes with runbook has a name
   * Throws Problem `module-name-taken` if two files have one name, or a file has the name of a module of runbook.
   */
  constructor(files: readonly string[], isTaken: (name: string) => boolean, permit: PermitModule) {
    this.#permit = permit;
    for (const path of files) {
      const name = MODULE_FILE.exec(basename(path))?.groups?.['name'] ?? '';
      const other = this.#files.get(name) ?? (isTaken(name) ? 'a module that comes with runbook' : undefined);
      if (other !== undefined && other !== path) throw nameTaken(path, name, other);
      this.#files.set(name, path);
    }
  }

  names(): readonly string[] {
    return [...this.#files.keys()];
  }

  has(name: string): boolean {
    return this.#files.has(name);
  }

  /** Loads a module. Throws Problem if its code may not run, or if the file is no module. */
  async module(name: string): Promise<AnyModule> {
    const path = this.#files.get(name);
    if (path === undefined) throw new Error(`The project has no module ${name}`);
    this.#permit(name, path);
    const { module, files } = await importModule(name, path);
    for (const [file, digest] of files) this.#loaded.set(file, digest);
    return module;
  }

  loaded(): ReadonlyMap<string, string> {
    return this.#loaded;
  }
}

function nameTaken(path: string, name: string, other: string): Problem {
  return new Problem({
    code: 'module-name-taken',
    what: `${path} cannot be the module ${name}: ${other} has that name`,
    remedy: 'Give the file, and the module in it, another name.',
  });
}
