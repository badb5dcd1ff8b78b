import { type Place, Problem } from '../../errors/problem.ts';
import type { Argument } from '../../playbook/base/play.ts';
import { insteadOf } from '../../values/habits/ansible-differences.ts';
import type { ForeignArgument } from '../../values/habits/foreign-argument.ts';
import { nameHere } from '../../values/habits/other-names.ts';
import { didYouMean } from '../../values/language/suggest.ts';
import { argumentNames, foreignArguments, shapeOf } from './argument-problem.ts';
import { isBoolean } from './arguments.ts';
import { moduleFiles } from './module-files.ts';
import type { AnyModule } from './module.ts';
import { checkArguments } from './parse-arguments.ts';

/** Modules besides those that come with runbook. */
export interface FurtherModules {
  names(): readonly string[];
  has(name: string): boolean;
  /** Throws Problem if the module cannot be loaded, or may not run. */
  module(name: string): Promise<AnyModule>;
  /** The files that were loaded so far: path → SHA-256. */
  loaded(): ReadonlyMap<string, string>;
}

/** Returns whether a module of runbook has this name, or accepts it as another name. */
export function isBuiltIn(name: string): boolean {
  return moduleFiles.has(nameHere(name));
}

/** The task modules by name. A module is loaded at its first use. */
export class Catalogue {
  readonly #loaded = new Map<string, Promise<AnyModule>>();
  readonly #booleans = new Map<AnyModule, ReadonlySet<string>>();
  readonly #further: FurtherModules | undefined;

  constructor(further?: FurtherModules) {
    this.#further = further;
  }

  names(): readonly string[] {
    return [...moduleFiles.keys(), ...(this.#further?.names() ?? [])];
  }

  has(name: string): boolean {
    const plain = nameHere(name);
    return moduleFiles.has(plain) || this.#further?.has(plain) === true;
  }

  /** Loads a module. Throws Problem `unknown-module`. */
  module(name: string): Promise<AnyModule> {
    const plain = nameHere(name);
    const file = moduleFiles.get(plain) ?? this.#furtherFile(plain);
    if (file === undefined) {
      throw new Problem({
        code: 'unknown-module',
        what: `there is no module "${name}"`,
        remedy:
          insteadOf(plain.split('.').at(-1) ?? plain, 'module', 'task') ??
          didYouMean(plain, this.names()) ??
          'See `runbook docs` for all of them.',
      });
    }
    let module = this.#loaded.get(plain);
    if (module === undefined) this.#loaded.set(plain, (module = load(plain, file)));
    return module;
  }

  #furtherFile(name: string): (() => Promise<unknown>) | undefined {
    const further = this.#further;
    if (further?.has(name) !== true) return undefined;
    return async () => ({ module: await further.module(name) });
  }

  /** The files of modules besides those of runbook that were loaded so far: path → SHA-256. */
  loadedFiles(): ReadonlyMap<string, string> {
    return this.#further?.loaded() ?? new Map();
  }

  async check(name: string, args: ReadonlyMap<string, Argument>, task: Place): Promise<readonly Problem[]> {
    return checkArguments(await this.module(name), args, task);
  }

  async freeForm(name: string): Promise<string | undefined> {
    return (await this.module(name)).freeForm;
  }

  async argumentNames(name: string): Promise<ReadonlySet<string>> {
    const module = await this.module(name);
    return new Set([
      ...argumentNames(module),
      ...Object.keys(module.aliases ?? {}),
      ...Object.keys(module.foreign ?? {}),
    ]);
  }

  async booleans(name: string): Promise<ReadonlySet<string>> {
    const module = await this.module(name);
    let booleans = this.#booleans.get(module);
    if (booleans === undefined) {
      const shape = Object.entries(shapeOf(module.arguments));
      booleans = new Set(shape.flatMap(([argument, schema]) => (isBoolean(schema) ? [argument] : [])));
      this.#booleans.set(module, booleans);
    }
    return booleans;
  }

  async aliases(name: string): Promise<Readonly<Record<string, string>>> {
    return (await this.module(name)).aliases ?? {};
  }

  async foreign(name: string): Promise<Readonly<Record<string, ForeignArgument>>> {
    return foreignArguments(await this.module(name));
  }
}

export const modules = new Catalogue();

async function load(name: string, file: () => Promise<unknown>): Promise<AnyModule> {
  const loaded = await file();
  if (isModuleFile(loaded)) return loaded.module;
  throw new Error(`The file of ${name} exports no module`);
}

function isModuleFile(loaded: unknown): loaded is { readonly module: AnyModule } {
  return typeof loaded === 'object' && loaded !== null && 'module' in loaded;
}
