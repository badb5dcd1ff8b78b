import { link, lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nameBeside } from '../../files/name-beside.ts';
import type { Skeleton } from './role-skeleton.ts';

/** The result for the files of a skeleton, by their paths below the folder. */
export interface WrittenSkeleton {
  readonly written: readonly string[];
  /** Files that existed before. They are unchanged. */
  readonly kept: readonly string[];
}

/**
 * Writes the files that do not exist yet. Existing files stay unchanged, and so do links that lead nowhere. Each file
 * is written completely or not at all: after an interruption, a second call writes the rest. Throws the system error.
 */
export async function writeSkeleton(folder: string, files: Skeleton): Promise<WrittenSkeleton> {
  const written: string[] = [];
  const kept: string[] = [];
  for (const [path, text] of files) ((await isWritten(join(folder, path), text)) ? written : kept).push(path);
  return { written, kept };
}

/**
 * Writes the files, and replaces existing ones: these are files that a program generates and nobody edits. Throws the
 * system error.
 */
export async function refresh(folder: string, files: Skeleton): Promise<void> {
  for (const [path, text] of files) {
    const at = join(folder, path);
    await besideFirst(at, text, (under) => rename(under, at));
  }
}

/** Returns whether a file, a folder or a link has this name. The link may lead nowhere. Throws the system error. */
export async function isAnythingThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

/** Returns whether the file was written. If the name exists already, nothing is written. */
async function isWritten(at: string, text: string): Promise<boolean> {
  if (await isAnythingThere(at)) return false;
  return await besideFirst(at, text, async (under) => {
    try {
      // Unlike a rename, this does not replace a file that was made meanwhile.
      await link(under, at);
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    }
  });
}

async function besideFirst<Result>(
  at: string,
  text: string,
  place: (under: string) => Promise<Result>,
): Promise<Result> {
  await mkdir(dirname(at), { recursive: true });
  const under = nameBeside(at);
  try {
    await writeFile(under, text, { flag: 'wx', flush: true });
    return await place(under);
  } finally {
    await rm(under, { force: true });
  }
}
