import { quote } from '../../connection/base/quote.ts';
import type { Apply } from '../../modules/base/module.ts';

/**
 * Returns shell text that syncs these files to the disk, in one process. Files that a later task has removed are
 * skipped.
 */
export function syncFiles(paths: readonly string[]): string {
  const given = paths.map(quote).join(' ');
  return `(set --; for f in ${given}; do [ ! -f "$f" ] || set -- "$@" "$f"; done; [ $# -eq 0 ] || sync "$@" 2>/dev/null || sync)`;
}

/** Returns the same apply, followed by a sync of the file that it leaves unsynced. */
export function syncedAtOnce(apply: Apply): Apply {
  const { unsynced, ...rest } = apply;
  return unsynced === undefined ? apply : { ...rest, script: `${apply.script}\n${syncFiles([unsynced])}` };
}
