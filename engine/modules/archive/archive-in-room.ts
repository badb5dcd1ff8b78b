import { inRoom, roomFor, stands, standsBelow } from '../path/foreign-folder.ts';
import type { ForeignWay, Proof } from '../path/way-to-path.ts';

/**
 * Returns shell text that unpacks in a folder of another user. `steps` unpack into the directory `$d` and set owner and
 * mode, in a room that nobody else can enter. After that each name is moved to its place by a rename. If a directory
 * already exists, the shell enters it first and proves where it is. Such a directory gets the attributes of the archive
 * only if it belongs to the owner of the folder. `byUnzip`: shell text for such a directory `.`, which unzip would leave
 * as it is.
 */
export function unpackInRoom(way: ForeignWay, dest: string, steps: readonly string[], byUnzip: string): string {
  const room = roomFor(way, `${dest}/.`);
  return inRoom(room, false, [
    'mkdir -- ./tree && chmod u=rwx,go=x ./tree && d=./tree || exit 1',
    'read -r me _ </proc/self/stat || exit 1',
    // A list of commands in a subshell, because `set -e` has no effect on commands after `||`.
    ['(', 'set -e', ...steps, '[ "$tool" != zip ] || : >../unzipped', ')'].join('\n'),
    '[ $? = 0 ] || exit 1',
    mergeFunction(way.proof, byUnzip),
    // The attributes differ from those at the beginning only if the archive has an entry for the folder itself.
    `(cd -P .. && ${stands(way.proof, 0)} && merge "/proc/$me/cwd/tree" '' && case $(stat -c %a "/proc/$me/cwd/tree") in *711) ;; *) attributes "/proc/$me/cwd/tree" '' ;; esac) || exit 1`,
  ]);
}

/**
 * The function `merge FROM UP` moves everything from FROM into the working directory; UP leads from there to the
 * folder. FROM is reached through the shell in the room, so that nobody can change a name on the way to it.
 */
function mergeFunction(proof: Proof, byUnzip: string): string {
  return `attributes() {
  set -- $(stat -c '%a %u:%g %Y' -- "$1") $(stat -c %u -- . "\${2}.")
  [ "$4" = "$5" ] || return 0
  if [ -e "/proc/$me/cwd/unzipped" ]; then
    ${byUnzip === '' ? ':' : byUnzip}
  else
    # chmod removes the set-id bits of a directory only if the mode has five digits.
    chown -h "$2" . && chmod "00$1" .
  fi
}
merge() {
  for from in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    [ -e "$from" ] || [ -L "$from" ] || continue
    name=./\${from##*/}
    if ! [ -d "$from" ] || [ -L "$from" ]; then
      mv -fT -- "$from" "$name" 2>/dev/null || { [ -L "$name" ] && rm -f -- "$name" && mv -fT -- "$from" "$name"; } || return 1
    elif [ -d "$name" ] && ! [ -L "$name" ]; then
      (
        set -- "$from" "\${2}../"
        cd -P -- "$name" && ${standsBelow(proof, '"$2"')} && merge "$1" "$2" && attributes "$1" "$2" && touch -r "$1" .
      ) || return 1
      rmdir -- "$from"
    else
      [ -d "$name" ] && ! [ -L "$name" ] || rm -f -- "$name"
      mv -fT -- "$from" "$name" || return 1
    fi
  done
}`;
}
