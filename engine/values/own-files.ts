import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { realPath } from './controller-access.ts';

/** The uids whose files count as the operator's own: the current user, root, and the user who called sudo. */
export function ownUsers(env: NodeJS.ProcessEnv = process.env): ReadonlySet<number> {
  const own = process.getuid?.() ?? 0;
  const caller = own === 0 && /^\d+$/.test(env['SUDO_UID'] ?? '') ? [Number(env['SUDO_UID'])] : [];
  return new Set([own, 0, ...caller]);
}

/**
 * Whether a file or folder is there, belongs to one of the users, and not everybody may write to it. A link counts by
 * itself.
 */
export function isOwn(path: string, users: ReadonlySet<number>): boolean {
  const status = lstatSync(path, { throwIfNoEntry: false });
  return status !== undefined && users.has(status.uid) && (status.isSymbolicLink() || (status.mode & 0o002) === 0);
}

/**
 * Whether others cannot take away what the operator has in a folder: it is the operator's, and whoever may write to it
 * cannot remove what is there.
 */
export function isKept(folder: string, users: ReadonlySet<number>): boolean {
  const status = lstatSync(folder, { throwIfNoEntry: false });
  return status !== undefined && users.has(status.uid) && ((status.mode & 0o002) === 0 || (status.mode & 0o1000) !== 0);
}

/**
 * Why a file may be another user's work, as a sentence: the file, or the one that a link of this name leads to, belongs
 * to another user or may be written or replaced by everybody. Undefined where it is the operator's own.
 */
export function workOfOthers(path: string, users: ReadonlySet<number>): string | undefined {
  const both = [...new Set([path, realPath(path)])];
  const spoiled = both.find((one) => !isOwn(one, users)) ?? both.map(dirname).find((folder) => !isKept(folder, users));
  return spoiled === undefined ? undefined : `${spoiled} belongs to another user, or everybody may write to it.`;
}
