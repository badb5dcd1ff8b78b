import { basename, dirname, join, normalize } from 'node:path';
import { wildcards } from '../../connection/base/wildcards.ts';
import { type Place, Problem } from '../../errors/problem.ts';
import { readAtOnce } from '../../files/read-file.ts';
import { type ControllerLookups, type Value, Unknown } from '../../values/base/value.ts';
import type { ControllerAccess } from '../../values/controller-access.ts';
import { namesIn, statusOf } from '../../values/look-at-once.ts';
import { type FileTemplate, parseTemplateFile } from '../../values/template/template.ts';
import { textIn } from '../../values/yaml/text-file.ts';
import { isSealed } from '../../vault/base/sealed-form.ts';
import { MissingFile } from './controller-problems.ts';
import { makeSecret, secretIn } from './kept-secrets.ts';
import { besidePlaybook, candidates } from './search-path.ts';

/** Maximal size of a file that becomes a value, in bytes. */
const MOST_TEXT = 1024 * 1024;

/** The methods of the files of a run that lookups need. */
export interface LookedUpFiles {
  permit(path: string, place: Place): void;
  permitEnvironment(name: string, place: Place): void;
  note(path: string, bytes: Buffer): void;
  /** Returns, in a plan, whether an earlier change may bring or change the file. */
  mayChange(path: string): boolean;
}

/** The step that looks up, and what it may do. */
export interface LookingUp {
  readonly searchPath: readonly string[];
  readonly place: Place;
  readonly access: ControllerAccess;
  /** Returns whether files of secrets may be made: in a play, after the check of everything. */
  readonly makesSecrets: () => boolean;
}

/** The folders of a role, or beside the playbook, in which a name is searched for. */
const FOLDERS = ['files', 'templates', 'vars'] as const;

/** Makes the lookups for templates and expressions. Names are searched for in the folders of the search path. */
export function controllerLookups(
  files: LookedUpFiles,
  { searchPath, place, access, makesSecrets }: LookingUp,
): ControllerLookups {
  const look = (name: string): readonly string[] => [
    ...new Set(searchPath.flatMap((folder) => FOLDERS.flatMap((part) => candidates(name, part, [folder])))),
  ];
  return {
    environment(name) {
      files.permitEnvironment(name, place);
      // A name such as `constructor` is not a variable.
      return Object.hasOwn(process.env, name) ? process.env[name] : undefined;
    },
    text(name) {
      const paths = candidates(name, 'files', searchPath);
      const path = existing(paths, files, place);
      if (path instanceof Unknown) return path;
      if (path === undefined) throw new MissingFile('file', name, paths, place);
      return textOf(path, files, place);
    },
    firstFile: (names) => existing(names.flatMap(look), files, place),
    filesLike: (pattern) => matching(candidates(pattern, 'files', searchPath), files, place),
    rendered(name, scope) {
      const paths = candidates(name, 'templates', searchPath);
      const path = existing(paths, files, place);
      if (path instanceof Unknown) return path;
      if (path === undefined) throw new MissingFile('template', name, paths, place);
      return templateAt(path, files, place).render(scope);
    },
    kept(name, make) {
      const path = besidePlaybook(name, searchPath);
      if (files.mayChange(path)) return toCome(path);
      files.permit(path, place);
      const there = secretIn(path);
      if (there !== undefined) return there;
      access.permit({ kind: 'write', path }, place);
      return makesSecrets()
        ? makeSecret(path, make(), place)
        : new Unknown(`the secret that a play makes in ${path}`, true);
    },
  };
}

function existing(paths: readonly string[], files: LookedUpFiles, place: Place): string | Unknown | undefined {
  for (const path of paths) {
    if (files.mayChange(normalize(path))) return toCome(path);
    if (statusOf(path) === undefined) continue;
    files.permit(path, place);
    if (statusOf(path)?.isFile() === true) return path;
  }
  return undefined;
}

/** Reads a template and its partials, `{{> name}}`: NAME.hbs or NAME beside it. */
function templateAt(path: string, files: LookedUpFiles, place: Place): FileTemplate {
  return parseTemplateFile(readText(path, files, place), path, (name) => {
    const file = [join(dirname(path), `${name}.hbs`), join(dirname(path), name)].find(
      (one) => statusOf(one)?.isFile() === true,
    );
    if (file === undefined) return undefined;
    files.permit(file, place);
    return { text: readText(file, files, place), file };
  });
}

function textOf(path: string, files: LookedUpFiles, place: Place): string {
  return readText(path, files, place).trimEnd();
}

/** Line ends of Windows are converted. */
function readText(path: string, files: LookedUpFiles, place: Place): string {
  const bytes = readAtOnce(path, MOST_TEXT);
  if (isSealed(bytes))
    throw new Problem({
      code: 'encrypted-file',
      what: `${path} is encrypted, and a template cannot read it`,
      place,
      remedy: 'Keep the secret in an encrypted file of variables: include_vars or group_vars.',
    });
  files.note(path, bytes);
  return textIn(bytes, path).replace(/\r\n?/g, '\n');
}

/** Returns the files of the first folder that has any. */
function matching(patterns: readonly string[], files: LookedUpFiles, place: Place): Value {
  for (const pattern of patterns) {
    const folder = dirname(pattern);
    if (files.mayChange(normalize(folder))) return toCome(folder);
    if (statusOf(folder)?.isDirectory() !== true) continue;
    files.permit(folder, place);
    const fits = wildcards(basename(pattern), { classes: true, ignoreCase: false });
    const isHidden = basename(pattern).startsWith('.');
    const found = namesIn(folder)
      .filter((name) => fits.test(name) && (isHidden || !name.startsWith('.')))
      .toSorted()
      .map((name) => join(folder, name))
      .filter((path) => statusOf(path)?.isFile() === true);
    if (found.length > 0) return found;
  }
  return [];
}

function toCome(path: string): Unknown {
  return new Unknown(`what an earlier change writes into ${path} on the controller`);
}
