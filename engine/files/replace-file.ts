import { constants, type Stats } from 'node:fs';
import { lstat, open, realpath, rename, rm } from 'node:fs/promises';
import { Problem } from '../errors/problem.ts';
import { nameBeside } from './name-beside.ts';
import { MOST_SEALED } from './read-file.ts';
import { systemReason } from './system-reason.ts';

/** A file as it was found before its content is replaced. */
export interface FoundFile {
  /** The path that the user wrote. */
  readonly name: string;
  /** The path without links. */
  readonly path: string;
  readonly bytes: Buffer;
  readonly status: Stats;
}

/**
 * Reads a file and follows links. Throws Problem if the file is missing, unreadable, not a regular file, or larger than
 * MOST_SEALED.
 */
export async function findFile(name: string): Promise<FoundFile> {
  const path = await realpath(name).catch(async (error: NodeJS.ErrnoException) => {
    const isLink = await lstat(name).then(
      (status) => status.isSymbolicLink(),
      () => false,
    );
    throw new Problem({
      code: 'file-not-found',
      what: isLink ? `${name} is a link that leads to no file` : `${name} cannot be read`,
      why: systemReason(error),
      remedy: isLink
        ? 'Name the file itself, or repair the link.'
        : 'Correct the path, or allow the user who runs this to read the file.',
    });
  });
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    throw new Problem({
      code: 'file-not-found',
      what: `${name} cannot be read`,
      why: systemReason(error),
      remedy: 'Allow the user who runs this to read it.',
    });
  });
  try {
    const status = await file.stat();
    if (!status.isFile())
      throw new Problem({
        code: 'file-is-folder',
        what: `${name} is ${status.isDirectory() ? 'a folder' : 'no file'}`,
        remedy: 'Name a file.',
      });
    if (status.size > MOST_SEALED)
      throw new Problem({
        code: 'file-too-large',
        what: `${name} has ${status.size} bytes; at most ${MOST_SEALED} are encrypted or decrypted`,
        remedy: 'Use `age` itself: it does not load the whole file into memory.',
      });
    return { name, path, bytes: await file.readFile(), status };
  } finally {
    await file.close();
  }
}

/**
 * Replaces the content of a file in one step, so that no reader sees half of it. Keeps owner, group and mode; throws
 * Problem if it cannot keep them or cannot write. Returns messages for the user: other names of the file (hard links)
 * keep the old content.
 */
export async function replaceFile(file: FoundFile, bytes: Uint8Array): Promise<readonly string[]> {
  const { path, name, status } = file;
  const beside = nameBeside(path);
  try {
    const written = await open(beside, 'wx', 0o600);
    try {
      await written.writeFile(bytes);
      const own = await written.stat();
      if (own.uid !== status.uid || own.gid !== status.gid)
        await written.chown(status.uid, status.gid).catch(notTheOwner(name));
      await written.chmod(status.mode & 0o7777);
      await written.sync();
    } finally {
      await written.close();
    }
    await rename(beside, path);
  } catch (error) {
    if (error instanceof Problem || !(error instanceof Error && 'syscall' in error)) throw error;
    throw new Problem({ code: 'file-not-written', what: `${name} cannot be written`, why: error.message });
  } finally {
    await rm(beside, { force: true });
  }
  const others = status.nlink - 1;
  if (others < 1) return [];
  const names =
    others === 1
      ? 'one more name (a hard link), which still holds'
      : `${others} more names (hard links), which still hold`;
  return [`${name} has ${names} what it held before: find them with \`find / -xdev -inum ${status.ino}\`.`];
}

function notTheOwner(name: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    throw new Problem({
      code: 'file-not-written',
      what: `${name} cannot keep its owner and group`,
      why: error.message,
      remedy: 'Run this as the owner of the file.',
    });
  };
}

/**
 * Writes a new file that only its owner can read (0600), and returns its path. If the path exists, a number is added to
 * the name. Throws the system error.
 */
export async function writeNewFile(path: string, bytes: Uint8Array): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const candidate = attempt === 1 ? path : `${path}.${attempt}`;
    const file = await open(candidate, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST' && attempt < 100) return undefined;
      throw error;
    });
    if (file === undefined) continue;
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    return candidate;
  }
}
