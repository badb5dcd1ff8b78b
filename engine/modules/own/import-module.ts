import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { type LoadFnOutput, createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Problem } from '../../errors/problem.ts';
import type { AnyModule } from '../base/module.ts';
import * as surface from './surface.ts';

/**
 * The name from which a module of a project imports the contract. The package also has a file of that name, for editors
 * and tests.
 */
const SPECIFIER = 'runbook/module';
const SURFACE_URL = 'runbook:module';
const SURFACE_KEY = 'runbook.module';

/** A module of a project. `files`: each file that was loaded for it, path → SHA-256. */
export interface ImportedModule {
  readonly module: AnyModule;
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Loads the file of a module of a project. An import of `runbook/module` gets the parts of this program, in every place
 * of installation. Throws Problem `module-not-loaded` or `module-wrong`.
 */
export async function importModule(name: string, path: string): Promise<ImportedModule> {
  const files = new Map<string, string>();
  // Made before the hooks are registered, because they would treat the importer as a file of the project.
  const importFile = importer();
  const url = pathToFileURL(path).href;
  const shared: Record<symbol, unknown> = globalThis;
  shared[Symbol.for(SURFACE_KEY)] = surface;
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === SPECIFIER ? { url: SURFACE_URL, format: 'module', shortCircuit: true } : next(specifier, context),
    load: (loaded, context, next) => {
      if (loaded === SURFACE_URL) return { format: 'module', shortCircuit: true, source: surfaceSource() };
      return loaded.startsWith('file:') ? loadFile(loaded, files) : next(loaded, context);
    },
  });
  try {
    return { module: moduleOf(await importFile(url), name, path), files };
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw notLoaded(name, path, error);
  } finally {
    hooks.deregister();
  }
}

/** Reads a file once, so that its digest is that of the code that runs. */
function loadFile(url: string, files: Map<string, string>): LoadFnOutput {
  const path = fileURLToPath(url);
  const source = readFileSync(path);
  files.set(path, createHash('sha256').update(source).digest('hex'));
  // A format is given, so that Node does not warn of a package.json without `type`.
  return { format: path.endsWith('.ts') ? 'module-typescript' : 'module', source, shortCircuit: true };
}

function surfaceSource(): string {
  const names = Object.keys(surface).join(', ');
  return `export const { ${names} } = globalThis[Symbol.for(${JSON.stringify(SURFACE_KEY)})];`;
}

/** The path is valid both for the sources and for the bundle. */
function importer(): (url: string) => Promise<unknown> {
  const found = ['../bin', '../../../bin']
    .map((folder) => join(import.meta.dirname, folder, 'import-file.cjs'))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error('bin/import-file.cjs of this package is missing');
  return createRequire(import.meta.url)(found);
}

function moduleOf(loaded: unknown, name: string, path: string): AnyModule {
  const wrong = (what: string, remedy: string): Problem =>
    new Problem({ code: 'module-wrong', what: `${path} ${what}`, remedy });
  if (!isObject(loaded) || !isObject(loaded['module']))
    throw wrong('exports no module', 'Write: export const module = defineModule({ … });');
  const { module } = loaded;
  if (module['name'] !== name)
    throw wrong(`has the module "${String(module['name'])}"`, `Name it as its file: name: '${name}'.`);
  const missing = Object.entries(PARTS).find(([part, isRight]) => !isRight(module[part]));
  if (missing !== undefined)
    throw wrong(
      `has no right "${missing[0]}"`,
      `A module has ${Object.keys(PARTS).join(', ')}; docs/own-modules.md says what each is.`,
    );
  return module as unknown as AnyModule;
}

const isFunction = (value: unknown): boolean => typeof value === 'function';

const PARTS: Readonly<Record<string, (value: unknown) => boolean>> = {
  summary: (value) => typeof value === 'string' && value !== '',
  arguments: (value) => isObject(value) && isFunction(value['safeParse']),
  examples: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  observes: isFunction,
  plan: isFunction,
};

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function notLoaded(name: string, path: string, error: unknown): Problem {
  const why = error instanceof Error ? error.message : String(error);
  // For a syntax error, the first line of the stack has the place in the file.
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const [place] = stack.split('\n').filter((line) => line.includes(path));
  return new Problem({
    code: 'module-not-loaded',
    what: `the module ${name} of ${path} cannot be loaded`,
    why: place === undefined || why.includes(place.trim()) ? why : `${why}\n${place.trim()}`,
    remedy: 'Correct the file. Only types are removed before it runs, so write no enum and no namespace.',
    cause: error,
  });
}
