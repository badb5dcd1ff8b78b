import { createHash } from 'node:crypto';
import { type Stats, lstatSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Returns the result that a look with this detail must have for a path. */
export function fileAsNodeSees(path: string, how: string): unknown {
  const found = lstatOf(path);
  if (found === undefined) return { type: 'absent', parent: exists(dirname(path)) };
  const attributes = {
    mode: found.mode & 0o7777,
    uid: found.uid,
    gid: found.gid,
    mtime: Math.floor(found.mtimeMs / 1000),
    identity: `${found.dev}:${found.ino}`,
  };
  if (found.isSymbolicLink())
    return {
      type: 'link',
      ...attributes,
      target: readlinkSync(path),
      ...(how === 'attributes' ? {} : { to: endOf(path, how) }),
    };
  return { ...attributes, ...contentOf(path, how) };
}

function contentOf(path: string, how: string): object {
  const found = statSync(path);
  if (found.isDirectory()) return { type: 'directory' };
  const bytes = readFileSync(path);
  const isRead = how === 'content' || how === 'unless';
  return {
    type: 'file',
    size: bytes.length,
    ...(isRead || how === 'digest' ? { sha256: sha256(bytes) } : {}),
    ...(isRead ? { content: bytes.equals(Buffer.from('x')) && how === 'unless' ? undefined : bytes } : {}),
  };
}

function endOf(path: string, how: string): object {
  if (exists(path)) return { path: realpathSync(path), state: contentOf(path, how) };
  let at = path;
  for (let steps = 0; lstatOf(at)?.isSymbolicLink() === true; steps += 1) {
    if (steps > 40) return { path: undefined, state: { type: 'absent', parent: false } };
    const target = readlinkSync(at).replace(/(?<=.)\/+$/, '');
    at = target.startsWith('/') ? target : `${dirname(at)}/${target}`;
  }
  if (!exists(dirname(at))) return { path: undefined, state: { type: 'absent', parent: false } };
  return { path: join(realpathSync(dirname(at)), basename(at)), state: { type: 'absent', parent: true } };
}

function lstatOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

export function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
