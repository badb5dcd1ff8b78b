import { quote } from '../../connection/base/quote.ts';
import { opening } from '../../resources/base/unhindered-read.ts';
import { nameOf } from '../../resources/file/file-state.ts';
import { goInto } from './foreign-folder.ts';
import type { ForeignWay } from './way-to-path.ts';

/**
 * Returns shell text that opens a file in a folder of another user as descriptor 4 and runs the steps. The file is
 * opened once. It must be the file with this name, and must have no second name elsewhere unless it belongs to the
 * owner of the folder: so this user cannot replace it. The text fails if a step fails or if there is no such file. It
 * does not wait for a named pipe.
 */
export function withPinned(way: ForeignWay, path: string, steps: readonly string[]): string {
  const name = quote(`./${nameOf(path)}`);
  return opening([
    goInto(way),
    `[ -f ${name} ] && exec 4<${name} || exit 1`,
    `seen=$(stat -c '%d:%i %h %u' -- ${name} .) && set -- $seen || exit 1`,
    `[ "$1" = "$(stat -Lc %d:%i /proc/self/fd/4)" ] && { [ "$2" = 1 ] || [ "$3" = "$6" ]; } || exit 1`,
    ...steps,
  ]);
}
