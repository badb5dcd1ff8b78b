import { quote } from '../../connection/base/quote.ts';
import type { Apply } from '../../modules/base/module.ts';

/** Shell text that brings these files to the disk, in one process. One that a later task has removed is passed over. */
export function syncFiles(paths: readonly string[]): string {
  const given = paths.map(quote).join(' ');
  return `(set --; for f in ${given}; do [ ! -f "$f" ] || set -- "$@" "$f"; done; [ $# -eq 0 ] || sync "$@" 2>/dev/null || sync)`;
}

/** The same apply, with the file that it leaves unsynced brought to the disk behind it. */
export function syncedAtOnce(apply: Apply): Apply {
  const { unsynced, ...rest } = apply;
  return unsynced === undefined ? apply : { ...rest, script: `${apply.script}\n${syncFiles([unsynced])}` };
}
