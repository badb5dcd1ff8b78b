import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { type Place, Problem } from '../../errors/problem.ts';
import { utf8NamesIn } from '../../files/utf8-names.ts';
import type { LocalFile, LocalFolder } from '../../modules/base/module.ts';
import { statusOf } from '../../values/look-at-once.ts';

/** Everything in a folder of the controller. Links are followed. Names are relative to the folder, and sorted. */
export interface FolderContent {
  /** Each folder comes after the folder that contains it. */
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

/** The maximal number of names in a folder that is copied. */
const MOST_NAMES = 20_000;

/**
 * Lists a folder with everything beneath it. `permit` is called for each folder before it is read, and may throw.
 * Throws Problem for a link that leads nowhere or in a circle, for a name that is neither a file nor a folder, for a
 * folder that cannot be read, for a name that is not UTF-8, and for too many names. `place`: where the playbook names the folder.
 */
export function contentOfFolder(path: string, place: Place, permit: (folder: string) => void): FolderContent {
  const folders: string[] = [];
  const files: string[] = [];
  const walk = (below: string, around: ReadonlySet<string>): void => {
    const at = join(path, below);
    permit(at);
    const real = realpathSync(at);
    if (around.has(real)) throw unusable(at, place, 'it is a link to a folder that contains it', REMOVE_LINK);
    const inner = new Set([...around, real]);
    for (const name of namesOf(at, place)) {
      const relative = below === '' ? name : `${below}/${name}`;
      const status = statusOf(join(path, relative));
      if (folders.length + files.length >= MOST_NAMES)
        throw unusable(path, place, `it has more than ${MOST_NAMES} names`, 'Bring an archive of it by unarchive.');
      if (status === undefined)
        throw unusable(join(path, relative), place, 'it is a link that leads nowhere', REMOVE_LINK);
      if (status.isDirectory()) {
        folders.push(relative);
        walk(relative, inner);
      } else if (status.isFile()) files.push(relative);
      else
        throw unusable(join(path, relative), place, 'it is neither a file nor a folder', 'Move it out of the folder.');
    }
  };
  walk('', new Set());
  return { folders, files };
}

const REMOVE_LINK = 'Remove the link, or correct it.';

function namesOf(folder: string, place: Place): readonly string[] {
  try {
    return utf8NamesIn(folder, { place });
  } catch (error) {
    if (error instanceof Problem) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw unusable(folder, place, why, 'Give the user who runs runbook the permission to read it.');
  }
}

function unusable(path: string, place: Place, why: string, remedy: string): Problem {
  return new Problem({ code: 'folder-not-copied', what: `${path} cannot be copied`, place, why, remedy });
}

/**
 * Returns a folder with its files. `find` returns the file at a path; undefined if it was removed in between. The other
 * parameters, and the Problems, are those of `contentOfFolder`.
 */
export async function readFolderAt(
  path: string,
  place: Place,
  permit: (folder: string) => void,
  find: (path: string) => Promise<LocalFile | undefined>,
): Promise<LocalFolder> {
  const { folders, files } = contentOfFolder(path, place, permit);
  const found: { readonly name: string; readonly file: LocalFile }[] = [];
  for (const name of files) {
    const file = await find(join(path, name));
    if (file !== undefined) found.push({ name, file });
  }
  return { kind: 'folder', path, folders, files: found };
}
