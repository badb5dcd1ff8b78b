import { quote } from '../../connection/base/quote.ts';
import type { ProbeState } from '../../resources/probe.ts';
import { formatMode } from '../base/file-mode.ts';
import { accountText, type WantedAttributes } from '../path/file-attributes.ts';
import { inRoom, roomFor, stands, standsBelow } from '../path/foreign-folder.ts';
import type { ForeignWay } from '../path/way-to-path.ts';
import { modeChanges, type ModeChange } from './file-tree.ts';

/**
 * Returns shell text that sets owner and mode of everything beneath a directory in which other users can change names.
 * The shell goes from directory to directory and proves where it is. Files first get a second name in a room, up to
 * some hundred together, and are changed by this name. A file with further names is not changed unless it belongs to
 * the owner of the folder: it could be a file of root.
 */
export function recursivelyInRoom(way: ForeignWay, path: string, wanted: WantedAttributes, tree: ProbeState): string {
  const room = roomFor(way, `${path}/.`);
  const changes = wanted.mode === undefined ? [] : modeChanges(wanted, wanted.mode, tree);
  return inRoom(room, false, [
    'mkdir -- ./batch && read -r me _ </proc/self/stat && owner=$(stat -c %u ..) || exit 1',
    'if [ "$owner" = 0 ]; then single="-links 2"; else single="( -links 2 -o -user $owner )"; fi',
    `files() {
  shift
  [ $# -gt 0 ] || return 0
  ln -- "$@" "/proc/$me/cwd/batch/" && (cd -P -- "/proc/$me/cwd/batch" && ${[...fileSteps(wanted, changes), 'rm -f -- ./* ./.[!.]* ./..?*'].join(' && ')})
}
visit() {
  set -- "$1"
  for name in ./* ./.[!.]* ./..?*; do
    [ -e "$name" ] || [ -L "$name" ] || continue
    if [ -L "$name" ] || ! [ -d "$name" ]; then
      set -- "$@" "$name"
      [ $# -lt 300 ] || { files "$@" && set -- "$1" || return 1; }
    elif [ "$name" != ${quote(`./${room.name}`)} ]; then
      (cd -P -- "$name" && ${standsBelow(way.proof, '"${1}../"')} && visit "\${1}../") || return 1
    fi
  done
  files "$@" && ${[...directorySteps(wanted, changes), ':'].join(' && ')}
}
(cd -P .. && ${stands(way.proof, 0)} && visit '') || exit 1
rmdir -- ./batch`,
  ]);
}

function fileSteps({ owner, group }: WantedAttributes, changes: readonly ModeChange[]): readonly string[] {
  const account = group === undefined ? accountText(owner) : `${accountText(owner)}:${accountText(group)}`;
  const others = [
    ...(owner === undefined ? [] : [`! -user ${quote(accountText(owner))}`]),
    ...(group === undefined ? [] : [`! -group ${quote(accountText(group))}`]),
  ];
  return [
    ...(account === ''
      ? []
      : [`find . ! -type d $single \\( ${others.join(' -o ')} \\) -exec chown -h ${quote(account)} -- {} +`]),
    ...changes
      .filter(({ type }) => type !== 'directory')
      .map(({ before, after }) => {
        const which = before === undefined ? '' : `-perm ${formatMode(before)} `;
        return `find . ! -type d ! -type l $single ${which}-exec chmod ${formatMode(after)} -- {} +`;
      }),
  ];
}

function directorySteps({ owner, group }: WantedAttributes, changes: readonly ModeChange[]): readonly string[] {
  const account = group === undefined ? accountText(owner) : `${accountText(owner)}:${accountText(group)}`;
  const modes = changes.filter(({ type }) => type !== 'file');
  const [every] = modes;
  const cases = modes.flatMap(({ before, after }) =>
    before === undefined ? [] : [`${before.toString(8)}) chmod 0${formatMode(after)} . ;;`],
  );
  return [
    ...(account === '' ? [] : [`chown -h ${quote(account)} .`]),
    ...(every !== undefined && every.before === undefined ? [`chmod 0${formatMode(every.after)} .`] : []),
    ...(cases.length === 0 ? [] : [`case $(stat -c %a .) in ${cases.join(' ')} esac`]),
  ];
}
