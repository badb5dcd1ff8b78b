import { readdirSync } from 'node:fs';
import type { Place } from '../errors/problem.ts';
import { Problem } from '../errors/problem.ts';
import type { Argument } from '../playbook/play.ts';
import { didYouMean } from '../values/suggest.ts';
import { checkArguments } from './arguments.ts';
import type { AnyModule } from './module.ts';

/** What Ansible calls the modules that come with it. */
const PREFIX = /^ansible\.(builtin|legacy)\./;

/** Files of this folder without a hyphen in their name are modules, but for these. */
const OTHERS: ReadonlySet<string> = new Set(['arguments', 'catalogue', 'module']);

/** The task modules, by name. Each is loaded when it is first asked for. */
export class Catalogue {
  readonly #files: ReadonlyMap<string, string>;
  readonly #loaded = new Map<string, Promise<AnyModule>>();

  constructor(folder: string) {
    const files = new Map<string, string>();
    for (const file of readdirSync(folder)) {
      const [, name] = /^([a-z][a-z0-9_]*)\.[jt]s$/.exec(file) ?? [];
      if (name !== undefined && !OTHERS.has(name)) files.set(name, file);
    }
    this.#files = files;
  }

  names(): readonly string[] {
    return [...this.#files.keys()];
  }

  has(name: string): boolean {
    return this.#files.has(plainName(name));
  }

  /** Throws Problem `unknown-module`. */
  module(name: string): Promise<AnyModule> {
    const plain = plainName(name);
    const file = this.#files.get(plain);
    if (file === undefined) {
      throw new Problem({
        code: 'unknown-module',
        what: `there is no module "${name}"`,
        remedy: didYouMean(plain, this.names()) ?? 'See `runbook docs` for all of them.',
      });
    }
    let module = this.#loaded.get(plain);
    if (module === undefined) this.#loaded.set(plain, (module = load(file)));
    return module;
  }

  async check(name: string, args: ReadonlyMap<string, Argument>, task: Place): Promise<readonly Problem[]> {
    return checkArguments(await this.module(name), args, task);
  }

  async freeForm(name: string): Promise<string | undefined> {
    return (await this.module(name)).freeForm;
  }
}

export const modules = new Catalogue(import.meta.dirname);

async function load(file: string): Promise<AnyModule> {
  const loaded: unknown = await import(new URL(file, import.meta.url).href);
  if (isModuleFile(loaded)) return loaded.module;
  throw new Error(`${file} exports no module`);
}

function isModuleFile(loaded: unknown): loaded is { readonly module: AnyModule } {
  return typeof loaded === 'object' && loaded !== null && 'module' in loaded;
}

function plainName(name: string): string {
  return name.replace(PREFIX, '');
}
