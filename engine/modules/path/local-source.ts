import type { Request, Seen } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import type { FileDetail } from '../../resources/file/file-detail.ts';
import type { FileState } from '../../resources/file/file-state.ts';
import type { Context, Impossible } from '../base/module.ts';
import { inForeignHands, wayNeeds } from './way-to-path.ts';

/** Returns the path on the host in a `file://` URL; undefined for another URL. */
function pathIn(url: string): string | undefined {
  if (!url.startsWith('file://')) return undefined;
  try {
    return decodeURIComponent(new URL(url).pathname);
  } catch {
    return undefined;
  }
}

/** Returns the requests for the file in a `file://` URL. */
export function localSourceNeeds(url: string): readonly Request<FileDetail, FileState>[] {
  const path = pathIn(url);
  return path === undefined ? [] : [file(path, 'attributes'), ...wayNeeds(path)];
}

/**
 * Returns why the file in a `file://` URL cannot be read by its name: another user could put any file there. Undefined
 * if it can.
 */
export function foreignSource(url: string, seen: Seen, context: Context): Impossible | undefined {
  const path = pathIn(url);
  if (path === undefined) return undefined;
  const foreign = inForeignHands([file(path, 'attributes')], seen, context);
  if (foreign === undefined) return undefined;
  return {
    ...foreign,
    why: `Other users can change names on the way to ${path}: another file could be read in its place.`,
    remedy:
      'Use copy with remote_src: true, which reads such a file safely. If that user is trusted like root, set unsafe_path: true.',
  };
}
