import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Place } from '../errors/problem.ts';
import { didYouMean, nearestName } from '../values/language/suggest.ts';
import { namesIn, statusOf } from '../values/look-at-once.ts';
import type { Layer } from '../values/scope.ts';
import { similarFile } from '../values/similar-file.ts';
import { Fields } from './base/fields.ts';
import type { RoleArgument } from './base/play.ts';
import type { Reading, RoleFolder } from './reading.ts';
import { readArgumentSpecs, readRoleArguments } from './role-arguments.ts';
import { displayPath } from './source-files.ts';
import { firstFile, writtenAsPair } from './task-files.ts';
import { readVariables } from './variables.ts';

/** The files of the role to use. Default: `main`. */
export interface RoleParts {
  readonly tasksFrom: string;
  readonly handlersFrom: string;
  readonly defaultsFrom: string;
  readonly varsFrom: string;
}

export const MAIN_PARTS: RoleParts = {
  tasksFrom: 'main',
  handlersFrom: 'main',
  defaultsFrom: 'main',
  varsFrom: 'main',
};

const META_KEYWORDS: ReadonlySet<string> = new Set([
  'dependencies',
  'arguments',
  'argument_specs',
  'allow_duplicates',
  'galaxy_info',
  'collections',
  'description',
]);

/**
 * Finds and reads a role, once for all its uses. If it does not exist, the result is undefined and a Problem says where
 * it was searched for.
 */
export async function openRole(
  name: string,
  place: Place,
  parts: RoleParts,
  reading: Reading,
): Promise<RoleFolder | undefined> {
  const path = findRole(name, place, reading);
  if (path === undefined) return undefined;
  const key = [path, parts.defaultsFrom, parts.varsFrom].join('\0');
  let folder = reading.roleFolders.get(key);
  if (folder === undefined) reading.roleFolders.set(key, (folder = readRole(path, place, parts, reading)));
  return folder;
}

function findRole(name: string, place: Place, reading: Reading): string | undefined {
  const isPath = name.includes('/');
  const candidates = isPath ? [resolve(reading.playbookDirectory, name)] : [];
  candidates.push(...reading.rolesPath.map((directory) => join(directory, name)));
  const found = candidates.find((candidate) => statusOf(candidate)?.isDirectory() === true);
  if (found !== undefined) {
    const why = isPath ? undefined : reading.roleRefusal(found, dirname(found));
    if (why === undefined) return found;
    return reading.problems.add({
      code: 'role-of-others',
      what: `The role "${name}" is not taken from ${displayPath(dirname(found))}`,
      place,
      why,
      remedy: `Name it by its path if you mean it (role: ${relative(reading.playbookDirectory, found)}), or trust its folder: RUNBOOK_TRUST=${dirname(found)}.`,
    });
  }
  return reading.problems.add({
    code: 'unknown-role',
    what: `There is no role "${name}"`,
    place,
    why: `Looked for ${candidates.map(displayPath).join(', ')}.`,
    remedy:
      writtenAsPair(name) ??
      didYouMean(name, reading.rolesPath.flatMap(namesIn)) ??
      'Put the role into one of these folders.',
  });
}

async function readRole(path: string, place: Place, parts: RoleParts, reading: Reading): Promise<RoleFolder> {
  refuseMisnamed(path, place, reading);
  const metaPath = rolePart(path, 'meta', 'main');
  const metaMap = metaPath === undefined ? undefined : await reading.files.readMap(metaPath, reading.problems, place);
  const meta = metaMap === undefined ? undefined : new Fields(metaMap, reading.problems);
  meta?.refuseOthers(META_KEYWORDS, 'The meta file of a role');
  return {
    name: basename(path),
    path,
    defaults: await readRoleVariables(path, { part: 'defaults', from: parts.defaultsFrom }, place, reading),
    variables: await readRoleVariables(path, { part: 'vars', from: parts.varsFrom }, place, reading),
    arguments: await readArguments(path, place, meta, reading),
    dependencies: meta?.list('dependencies')?.items ?? [],
    allowDuplicates: meta?.boolean('allow_duplicates') ?? false,
  };
}

/** Folders of a role whose `main.yml` is read automatically. */
const READ_FOLDERS = ['tasks', 'handlers', 'vars', 'defaults', 'meta'];

/** Reports misspelt folders: `task/main.yml` would never be read. */
function refuseMisnamed(path: string, place: Place, reading: Reading): void {
  for (const name of namesIn(path)) {
    const meant = READ_FOLDERS.includes(name) ? undefined : nearestName(name, READ_FOLDERS);
    if (meant === undefined || statusOf(join(path, meant)) !== undefined) continue;
    const file = rolePart(path, name, 'main');
    if (file === undefined) continue;
    reading.problems.add({
      code: 'unread-folder',
      what: `Nothing reads ${displayPath(file)}`,
      place,
      why: `A role has its files in ${READ_FOLDERS.join(', ')}, templates and files.`,
      remedy: `Did you mean "${meant}"? Rename the folder.`,
    });
  }
}

async function readArguments(
  path: string,
  place: Place,
  meta: Fields | undefined,
  reading: Reading,
): Promise<readonly RoleArgument[]> {
  const own = meta?.subMap('arguments');
  const inMeta = meta?.subMap('argument_specs');
  const file = rolePart(path, 'meta', 'argument_specs');
  const fileMap = file === undefined ? undefined : await reading.files.readMap(file, reading.problems, place);
  const inFile = fileMap === undefined ? undefined : new Fields(fileMap, reading.problems).subMap('argument_specs');
  return [
    ...(own === undefined ? [] : readRoleArguments(own, reading.problems)),
    ...[inMeta, inFile].flatMap((specs) => (specs === undefined ? [] : readArgumentSpecs(specs, reading.problems))),
  ];
}

/** Returns the file `<part>/<from>.yml` of a role; undefined if it does not exist. */
export function rolePart(path: string, part: string, from: string): string | undefined {
  const base = join(path, part, from);
  return firstFile([`${base}.yml`, `${base}.yaml`, base]);
}

/** Reads one file, or all files of the folder `<part>/<from>/`, in the order of their names. */
async function readRoleVariables(
  path: string,
  { part, from }: { readonly part: 'defaults' | 'vars'; readonly from: string },
  place: Place,
  reading: Reading,
): Promise<Layer> {
  const level = part === 'defaults' ? 'role defaults' : 'role vars';
  const file = rolePart(path, part, from);
  const folder = join(path, part, from);
  const names = file === undefined ? namesIn(folder) : [];
  const files =
    file === undefined
      ? names
          .filter((name) => /\.ya?ml$/.test(name))
          .toSorted()
          .map((name) => join(folder, name))
      : [file];
  if (files.length === 0 && from !== 'main') {
    reading.problems.add({
      code: 'file-not-found',
      what: `The role has no file ${part}/${from}.yml`,
      place,
      why: `Looked in ${displayPath(path)}.`,
      remedy: similarFile(`${from}.yml`, [`${folder}.yml`]) ?? 'Put the file there, or correct the name.',
    });
  }
  const layers: Layer[] = [];
  for (const one of files) {
    const node = await reading.files.readVariables(one, reading.problems, place);
    if (node !== undefined) layers.push(readVariables(node, level, displayPath(one), reading.problems));
  }
  return {
    level,
    origin: layers[0]?.origin ?? displayPath(join(path, part)),
    variables: new Map(layers.flatMap((layer) => [...layer.variables])),
  };
}
