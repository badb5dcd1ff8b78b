import type { Request, Seen } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import type { FileDetail } from '../../resources/file/file-detail.ts';
import type { FileState } from '../../resources/file/file-state.ts';
import type { Context, Impossible } from '../base/module.ts';
import { inForeignHands, wayNeeds } from './way-to-path.ts';

/** The file of the host that a `file://` URL names; undefined for another URL. */
function pathIn(url: string): string | undefined {
  if (!url.startsWith('file://')) return undefined;
  try {
    return decodeURIComponent(new URL(url).pathname);
  } catch {
    return undefined;
  }
}

/** What has to be seen of the file that a URL names. */
export function localSourceNeeds(url: string): readonly Request<FileDetail, FileState>[] {
  const path = pathIn(url);
  return path === undefined ? [] : [file(path, 'attributes'), ...wayNeeds(path)];
}

/** Why the file that a URL names cannot be read by its name: another user could put any file there. */
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
