import { quote } from '../../connection/base/quote.ts';
import { opening } from '../../resources/base/unhindered-read.ts';
import { nameOf } from '../../resources/file/file-state.ts';
import { goInto } from './foreign-folder.ts';
import type { ForeignWay } from './way-to-path.ts';

/**
 * Shell text that runs steps with descriptor 4, which is a file in a folder of another user, and nothing else that this
 * one could put in its place: what is read is opened once, and it must be what stands under the name, and have no
 * second name elsewhere unless it belongs to the owner of the folder. It fails where the steps fail, or there is no
 * such file; a named pipe is not waited for.
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
