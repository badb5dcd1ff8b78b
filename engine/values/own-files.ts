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
 * Returns whether a file or folder exists, belongs to one of the users, and is not writable by everybody. Links are not
 * followed.
 */
export function isOwn(path: string, users: ReadonlySet<number>): boolean {
  const status = lstatSync(path, { throwIfNoEntry: false });
  return status !== undefined && users.has(status.uid) && (status.isSymbolicLink() || (status.mode & 0o002) === 0);
}

/**
 * Returns whether others cannot remove the operator's files from a folder: the operator owns it, and either nobody else
 * may write to it or its sticky bit protects the files.
 */
export function isKept(folder: string, users: ReadonlySet<number>): boolean {
  const status = lstatSync(folder, { throwIfNoEntry: false });
  return status !== undefined && users.has(status.uid) && ((status.mode & 0o002) === 0 || (status.mode & 0o1000) !== 0);
}

/**
 * Returns as a sentence why another user may have written a file: the file, or the file that a link leads to, belongs
 * to another user, or everybody may write or replace it. Undefined if the file is the operator's own.
 */
export function workOfOthers(path: string, users: ReadonlySet<number>): string | undefined {
  const both = [...new Set([path, realPath(path)])];
  const spoiled = both.find((one) => !isOwn(one, users)) ?? both.map(dirname).find((folder) => !isKept(folder, users));
  return spoiled === undefined ? undefined : `${spoiled} belongs to another user, or everybody may write to it.`;
}
