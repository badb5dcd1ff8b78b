import { extname, join } from 'node:path';
import { type Place, Problem, Problems } from '../../errors/problem.ts';
import { type FolderRules, type WantedVariables, IncludedVariables } from '../../modules/base/module.ts';
import { variableNameFault } from '../../playbook/base/variable-name-fault.ts';
import type { MapEntry } from '../../values/base/node.ts';
import { type Compiled, compileNode } from '../../values/compiled.ts';
import { variableNode } from '../../values/hidden-node.ts';
import { matches } from '../../values/language/pattern.ts';
import { namesIn, statusOf } from '../../values/look-at-once.ts';
import { similarFile } from '../../values/similar-file.ts';
import { folderForFile } from './controller-problems.ts';
import { candidates } from './search-path.ts';

/** Maximal depth of folders: links may lead to a folder above. */
const MOST_DEEP = 30;

/** Reads files of variables for a task. */
export interface VariableReader {
  readonly searchPath: readonly string[];
  placeOf(argument: string): Place;
  /** Returns the variables of a file; undefined if there is no such file. Throws Problem and ToCome. */
  read(path: string, place: Place): Promise<readonly MapEntry[] | undefined>;
  /** Makes the error for names that do not exist. */
  missing(name: string, tried: readonly string[], place: Place): Error;
}

/** Reads the variables that include_vars wants. Of two files with the same variable, the later one counts. */
export async function includeVariables(wanted: WantedVariables, reader: VariableReader): Promise<IncludedVariables> {
  const { from, name } = wanted;
  const place = reader.placeOf(from.kind === 'file' ? 'file' : 'dir');
  const files: string[] = [];
  const entries = new Map<string, MapEntry>();
  const take = (path: string, read: readonly MapEntry[]): void => {
    files.push(path);
    for (const entry of read) entries.set(entry.key, entry);
  };
  if (from.kind === 'file') {
    const { path, read } = await firstOf(from.names, reader, place);
    take(path, read);
  } else {
    for (const path of filesOf(folderOf(from.name, reader, place), from, place))
      take(path, (await reader.read(path, place)) ?? []);
  }
  const all = [...entries.values()];
  return new IncludedVariables(files, name === undefined ? separate(all) : underOneName(name, all, place));
}

/** The default rules for a folder. */
const ANY_FILE: FolderRules = {
  depth: 0,
  matching: undefined,
  ignored: [],
  extensions: ['yaml', 'yml', 'json'],
  passesOthers: true,
};

/** Returns the names of the variables in all files below `vars/` that can be read: an include may bring any of them. */
export async function possibleNames({
  searchPath,
  placeOf,
  read,
}: Omit<VariableReader, 'missing'>): Promise<ReadonlySet<string>> {
  const place = placeOf('file');
  const names = new Set<string>();
  for (const path of searchPath.flatMap((folder) => filesOf(join(folder, 'vars'), ANY_FILE, place))) {
    try {
      for (const { key } of (await read(path, place)) ?? []) names.add(key);
    } catch (error) {
      if (!(error instanceof Problem || error instanceof Problems)) throw error;
    }
  }
  return names;
}

async function firstOf(
  names: readonly string[],
  reader: VariableReader,
  place: Place,
): Promise<{ readonly path: string; readonly read: readonly MapEntry[] }> {
  const tried: string[] = [];
  for (const path of names.flatMap((name) => candidates(name, 'vars', reader.searchPath))) {
    tried.push(path);
    const read = await reader.read(path, place);
    if (read !== undefined) return { path, read };
  }
  const folder = tried.find((path) => statusOf(path)?.isDirectory() === true);
  if (folder === undefined) throw reader.missing(names.join(', '), tried, place);
  const remedy = 'For the files in it, write include_vars: {dir: …}.';
  throw folderForFile({ name: names.join(', '), path: folder, place, remedy });
}

/** As in Ansible, `vars/x` is searched for in the role itself; other names are searched for in `vars/` first. */
function folderOf(name: string, reader: VariableReader, place: Place): string {
  const paths = candidates(name, 'vars', reader.searchPath);
  const tried = /^vars(?:\/|$)/.test(name) ? paths.toSorted((one, other) => rank(one) - rank(other)) : paths;
  const found = tried.find((path) => statusOf(path) !== undefined);
  if (found === undefined)
    throw new Problem({
      code: 'file-not-found',
      what: `there is no folder "${name}" on the controller`,
      place,
      why: `Looked for ${tried.join(', ')}`,
      remedy: similarFile(name, tried) ?? 'Put the folder there, or give its absolute path.',
    });
  if (statusOf(found)?.isDirectory() === true) return found;
  throw new Problem({
    code: 'wrong-type',
    what: `"${name}" is a file, not a folder`,
    place,
    why: `It is ${found}`,
    remedy: 'Write include_vars: {file: …}.',
  });
}

function rank(path: string): number {
  return path.includes('/vars/vars') ? 1 : 0;
}

/** The files of a folder by their names, then those of the folders in it. */
function filesOf(folder: string, rules: FolderRules, place: Place, depth = 1): readonly string[] {
  const found = namesIn(folder)
    .toSorted()
    .map((name) => ({ name, status: statusOf(join(folder, name)) }));
  const files = found.flatMap(({ name, status }) => (status?.isFile() === true ? [name] : []));
  const folders = found.flatMap(({ name, status }) => (status?.isDirectory() === true ? [name] : []));
  const own = files.filter((name) => isRead(name, folder, rules, place)).map((name) => join(folder, name));
  if (depth === rules.depth || depth >= MOST_DEEP) return own;
  return [...own, ...folders.flatMap((name) => filesOf(join(folder, name), rules, place, depth + 1))];
}

function isRead(name: string, folder: string, rules: FolderRules, place: Place): boolean {
  if (rules.matching !== undefined && !matches(rules.matching, name)) return false;
  if (rules.ignored.some((end) => matches(`(?:${end})$`, name))) return false;
  if (rules.extensions.includes(extname(name).slice(1))) return true;
  if (rules.passesOthers) return false;
  throw new Problem({
    code: 'wrong-type',
    what: `${join(folder, name)} does not have the name of a file of variables`,
    place,
    why: `Its name does not end in ${rules.extensions.map((one) => `.${one}`).join(', ')}.`,
    remedy: 'Add ignore_unknown_extensions: true, or the end of its name to extensions.',
  });
}

function separate(entries: readonly MapEntry[]): ReadonlyMap<string, Compiled> {
  const variables = new Map<string, Compiled>();
  for (const { key, keyPlace, value } of entries) {
    const fault = variableNameFault(key, keyPlace);
    if (fault !== undefined) throw fault;
    variables.set(key, compileNode(variableNode(key, value)));
  }
  return variables;
}

function underOneName(name: string, entries: readonly MapEntry[], place: Place): ReadonlyMap<string, Compiled> {
  const fault = variableNameFault(name, place);
  if (fault !== undefined) throw fault;
  const at = entries[0]?.keyPlace ?? place;
  return new Map([[name, compileNode(variableNode(name, { kind: 'map', entries, place: at }))]]);
}
