import { cp, lstat, mkdir, readlink, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { ConvertedFile } from '../../convert/base/outcome.ts';
import { Problem } from '../../errors/problem.ts';
import { nameBeside } from '../../files/name-beside.ts';
import { findFile, replaceFile } from '../../files/replace-file.ts';
import type { ReadProject } from './read-project.ts';
import { removingAtEnd } from './remove-at-end.ts';

/** Writes the changed texts into the files themselves. Each file is replaced in one step. */
export async function writeInPlace(
  { root, files }: Pick<ReadProject, 'root' | 'files'>,
  converted: readonly ConvertedFile[],
): Promise<void> {
  for (const [index, file] of converted.entries()) await write(root, file, files[index]?.text);
}

async function write(root: string, { path, newPath, text }: ConvertedFile, before: string | undefined): Promise<void> {
  const at = join(root, path);
  if (text !== before) await replaceFile(await findFile(at), Buffer.from(text));
  if (newPath !== path) await rename(at, join(root, newPath));
}

/**
 * Writes everything into a new folder or, if one file is converted, into a new file. After an error, nothing is left at
 * `target`. Throws Problem if `target` exists.
 */
export async function writeBeside(
  project: ReadProject,
  converted: readonly ConvertedFile[],
  target: string,
): Promise<void> {
  const isThere = await lstat(target).then(
    () => true,
    () => false,
  );
  if (isThere)
    throw new Problem({
      code: 'output-exists',
      what: `${target} already exists`,
      remedy: 'Name another folder with --output, or remove the existing one.',
    });
  const { root, isFile, files } = project;
  const [only] = converted;
  const under = nameBeside(target);
  await removingAtEnd(under, async () => {
    await mkdir(dirname(target), { recursive: true });
    if (isFile && only !== undefined) {
      await cp(join(root, only.path), under);
      await replaceFile(await findFile(under), Buffer.from(only.text));
    } else {
      const links: string[] = [];
      await cp(root, under, {
        recursive: true,
        verbatimSymlinks: true,
        filter: async (from) => {
          const isWanted = await isCopied(from, root, [target, under]);
          if (isWanted && (await lstat(from)).isSymbolicLink()) links.push(relative(root, from));
          return isWanted;
        },
      });
      for (const link of links) await leadBack(link, root, under);
      await writeInPlace({ root: under, files }, converted);
    }
    await rename(under, target);
  });
}

/**
 * Changes a copied link so that it leads to the target of the original. Only a relative link that leaves the folder
 * needs this, because it would lead elsewhere from its new place.
 */
async function leadBack(link: string, root: string, copy: string): Promise<void> {
  const written = await readlink(join(root, link));
  const to = resolve(root, dirname(link), written);
  if (isAbsolute(written) || to === root || to.startsWith(`${root}${sep}`)) return;
  const at = join(await realpath(copy), link);
  await rm(at);
  await symlink(relative(dirname(at), to), at);
}

/**
 * Leaves out the Git repository, the places that are being written, and everything that cannot be copied, such as a
 * socket.
 */
async function isCopied(from: string, root: string, written: readonly string[]): Promise<boolean> {
  const path = relative(root, from);
  if (path.split(sep).includes('.git') || written.includes(from)) return false;
  const status = await lstat(from);
  return status.isFile() || status.isDirectory() || (status.isSymbolicLink() && (await leads(from)));
}

async function leads(link: string): Promise<boolean> {
  return stat(link).then(
    () => true,
    () => false,
  );
}
