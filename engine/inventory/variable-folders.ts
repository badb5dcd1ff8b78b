import { statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Problem, Problems } from '../errors/problem.ts';
import { systemReason } from '../files/system-reason.ts';
import { utf8NamesIn } from '../files/utf8-names.ts';
import type { ControllerAccess } from '../values/controller-access.ts';
import { namesIn } from '../values/look-at-once.ts';
import type { Vault } from '../vault/vault.ts';
import type { GivenVariables } from './raw-inventory.ts';
import { variablesOf } from './variables-of-node.ts';

/** Extensions of variable files, in the order in which Ansible tries them. */
const EXTENSIONS = ['', '.yml', '.yaml', '.json'];

/** Reads the `group_vars/` and `host_vars/` of folders. Each folder is listed once, each file is read once. */
export class VariableFolders {
  readonly #vault: Vault;
  readonly #report: (error: unknown) => void;
  readonly #accessIn: (folder: string) => ControllerAccess;
  readonly #listings = new Map<string, ReadonlySet<string>>();

  /** `report` gets each Problem or Problems, and throws other errors again. */
  constructor(vault: Vault, report: (error: unknown) => void, accessIn: (folder: string) => ControllerAccess) {
    this.#vault = vault;
    this.#report = report;
    this.#accessIn = accessIn;
  }

  /**
   * Reads the variables for one name: the file NAME, NAME.yml, NAME.yaml or NAME.json, or all such files in the folder
   * NAME/, sorted. From low to high.
   */
  async variables(folder: string, kind: 'group_vars' | 'host_vars', name: string): Promise<readonly GivenVariables[]> {
    // A name with a slash would lead out of the folder.
    if (name.includes('/')) return [];
    const parent = join(folder, kind);
    const listing = this.#list(parent);
    const [found, ...others] = EXTENSIONS.map((extension) => `${name}${extension}`).filter((file) => listing.has(file));
    if (found === undefined) return [];
    if (others.length > 0) {
      this.#report(
        new Problem({
          code: 'two-variable-files',
          what: `${parent} holds both ${[found, ...others].join(' and ')}`,
          why: `Ansible would read ${found} and leave the rest out silently.`,
          remedy: `Keep one: a file, or a folder ${name}/ with several files in it.`,
        }),
      );
      return [];
    }
    const given: GivenVariables[] = [];
    for (const file of this.#files(join(parent, found))) {
      const variables = await this.#read(file, this.#accessIn(folder));
      if (variables !== undefined && variables.variables.size > 0) given.push(variables);
    }
    return given;
  }

  /** Reads the variables for all names, if there is no inventory with names to look for. */
  async all(folder: string): Promise<readonly GivenVariables[]> {
    const given: GivenVariables[] = [];
    for (const kind of ['group_vars', 'host_vars'] as const) {
      const names = new Set(
        [...this.#list(join(folder, kind))].map((file) => file.slice(0, file.length - extensionOf(file).length)),
      );
      for (const name of names) given.push(...(await this.variables(folder, kind, name)));
    }
    return given;
  }

  #list(folder: string): ReadonlySet<string> {
    let names = this.#listings.get(folder);
    if (names === undefined) this.#listings.set(folder, (names = new Set(namesIn(folder))));
    return names;
  }

  /** Returns the files of a name. What cannot be looked at, such as a link to nowhere, is reported. */
  #files(path: string): readonly string[] {
    try {
      return filesOf(path);
    } catch (error) {
      this.#reportUnreadable(path, error);
      return [];
    }
  }

  async #read(path: string, access: ControllerAccess): Promise<GivenVariables | undefined> {
    try {
      access.permit({ kind: 'read', path }, undefined);
      const node = await this.#vault.readFile(path);
      return {
        origin: path,
        variables:
          node === undefined ? new Map() : variablesOf(node, 'a file of variables must be a map of names and values'),
      };
    } catch (error) {
      this.#reportUnreadable(path, error);
      return undefined;
    }
  }

  #reportUnreadable(path: string, error: unknown): void {
    if (!isSystemError(error)) {
      this.#report(error);
      return;
    }
    const what = `${error.path ?? path} cannot be read`;
    const remedy = 'Allow the user who runs this to read it; if it is a link that leads nowhere, repair or remove it.';
    this.#report(new Problem({ code: 'file-unreadable', what, why: systemReason(error), remedy }));
  }
}

function extensionOf(file: string): string {
  const extension = extname(file);
  return EXTENSIONS.includes(extension) ? extension : '';
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && !(error instanceof Problem) && !(error instanceof Problems) && 'syscall' in error;
}

function filesOf(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  const names = utf8NamesIn(path).filter((name) => !name.startsWith('.') && !name.endsWith('~'));
  const files: string[] = [];
  for (const name of names) {
    const inside = join(path, name);
    const isFolder = statSync(inside).isDirectory();
    if (isFolder ? extname(name) === '' : EXTENSIONS.includes(extname(name))) files.push(...filesOf(inside));
  }
  return files;
}
