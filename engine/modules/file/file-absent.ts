import { quote } from '../../connection/base/quote.ts';
import { type Seen, predict } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import { type FileState, ABSENT, describeType, nameOf } from '../../resources/file/file-state.ts';
import type { Context, Outcome } from '../base/module.ts';
import { cannotLook } from '../path/file-needs.ts';
import { goInto, inRoom, roomFor } from '../path/foreign-folder.ts';
import { OWN_WAY, wayTo, type UsableWay } from '../path/way-to-path.ts';

/** Removes a path with everything beneath it. A link is removed, but not its target. */
export function planAbsent(
  { path, unsafe_path: isTrusted }: { readonly path: string; readonly unsafe_path: boolean },
  seen: Seen,
  context: Context,
): Outcome {
  const request = file(path);
  const state = seen.of(request);
  const result = { path, state: 'absent' };
  if (state.type === 'absent') return { kind: 'in_sync', result };
  if (state.type === 'hidden') return cannotLook(path, context.user);
  if (path === '/')
    return { kind: 'impossible', what: 'the root directory cannot be removed', remedy: 'Correct path.' };
  const way = isTrusted ? OWN_WAY : wayTo(request, false, seen, context);
  if (way.kind === 'impossible') return way;
  return {
    kind: 'change',
    differences: [{ kind: 'field', of: path, field: 'state', before: describeType(state), after: 'absent' }],
    certainty: seen.certainty(request),
    predictions: [predict(request, ABSENT)],
    touches: 'predicted',
    apply: () => ({ script: removal(way, path, state) }),
    planned: result,
  };
}

/**
 * Returns shell text that removes the path. In a folder of another user, a directory is first moved to a room that this
 * user cannot enter. Then all directories in it are closed, from the top down, before anything is removed: a `rm` that
 * follows names, as that of busybox, could be led out of the directory by a link.
 */
function removal(way: UsableWay, path: string, state: FileState): string {
  if (way.kind === 'own') return `rm -rf -- ${quote(path)}`;
  if (state.type !== 'directory') return ['(', goInto(way), `rm -f -- ${quote(`./${nameOf(path)}`)}`, ')'].join('\n');
  const room = roomFor(way, path);
  return inRoom(room, false, [
    `mv -fT -- ${quote(room.target)} ./old || exit 1`,
    'me=$(id -u) || exit 1',
    'find ./old -type d -exec chown "$me" {} \\; -exec chmod 0700 {} \\; || exit 1',
    'rm -rf -- ./old',
  ]);
}
