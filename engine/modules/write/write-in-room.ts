import { quote } from '../../connection/base/quote.ts';
import { nameOf } from '../../resources/file/file-state.ts';
import type { Apply, Context } from '../base/module.ts';
import { attributeCommands } from '../path/file-attributes.ts';
import {
  directoriesIn,
  inRoom,
  intoPlace,
  leaveRoom,
  makeDirectories,
  makeRoom,
  pinOld,
  roomFor,
  type Room,
} from '../path/foreign-folder.ts';
import type { ForeignWay } from '../path/way-to-path.ts';
import {
  type FileToWrite,
  copySteps,
  inlineText,
  isPlain,
  sourceOf,
  syncCommand,
  validation,
} from './file-to-write.ts';
import { isTighter, keeping, ownerCommands, takeOver } from './take-over.ts';

/** Like `writeFile`, in a folder of another user. `unsafe` is ignored there, because any file could be overwritten. */
export function writeInRoom(file: FileToWrite, way: ForeignWay, context: Context): Apply {
  const { path, content } = file;
  const room = roomFor(way, path);
  const inline = inlineText(content);
  const isBrought = inline === undefined && !('copyOf' in content);
  const steps = [
    ...('copyOf' in content
      ? copySteps(content, `printf 'cannot read %s\\n' ${quote(content.copyOf)} >&2; false`)
      : []),
    ...(inline === undefined ? [] : [`{ printf %s ${quote(inline)} >"$t" || { ${whyNotWritten(path)}; }; }`]),
    ...preparation(file, room, context),
    syncCommand('"$t"'),
    ...(file.backup === undefined ? [] : [`ln -- ./old ${quote(`../${nameOf(file.backup)}`)}`]),
    `{ ! [ -d ${quote(room.target)} ] || { printf '%s is a directory\\n' ${quote(path)} >&2; false; }; }`,
    intoPlace(room),
  ];
  const script = inRoom(room, isBrought, [
    `t=${quote(room.inside)} d=./old`,
    ...old(file, room),
    ...(isBrought ? [] : makeDirectories(room)),
    `${steps.join(' &&\n')} || exit 1`,
    ...(context.facts.selinux === 'disabled'
      ? []
      : [`if command -v restorecon >/dev/null 2>&1; then restorecon -- ${quote(path)} || :; fi`]),
  ]);
  if (!isBrought) return { script };
  const source = Buffer.isBuffer(content) ? sourceOf(content) : content;
  const arrival = [makeRoom(room), ...makeDirectories(room)].join('\n');
  return {
    script,
    uploads: [{ source, path: room.inside, mode: '0600', room: { enter: arrival, leave: leaveRoom(room) } }],
  };
}

function whyNotWritten(path: string): string {
  return `printf 'cannot write %s: no space left?\\n' ${quote(path)} >&2; df -P -- . >&2; false`;
}

/** Returns the steps that hold the old file by a second name, which nobody else can remove, and compare its digest. */
function old({ path, before, madeOf }: FileToWrite, room: Room): readonly string[] {
  if (before === undefined && madeOf === undefined) return [];
  const changed = `{ printf '%s has changed since it was looked at\\n' ${quote(path)} >&2; exit 1; }`;
  return [
    ...pinOld(room, undefined),
    ...(madeOf === undefined ? [] : [`[ "$(sha256sum <./old)" = ${quote(`${madeOf}  -`)} ] || ${changed}`]),
  ];
}

/** Returns the steps that set owner and mode of the new file and of its new directories, and check the file. */
function preparation(file: FileToWrite, room: Room, context: Context): readonly string[] {
  const { before, above = {} } = file;
  const kept = keeping(file.attributes, before);
  const mode = attributeCommands('"$t"', { mode: kept.mode }, undefined, 'file');
  const taken =
    before !== undefined && !isPlain(before)
      ? takeOver(file.attributes, kept, before)
      : ownerCommands(file.attributes, kept);
  const given = [...taken, ...mode];
  // The room is the working directory of the check, so that nobody can replace the file.
  const validated =
    file.validate === undefined
      ? []
      : [validation(file.validate, `/proc/self/cwd/${room.inside.slice(2)}`, context.preamble)];
  const directories = directoriesIn(room).flatMap((directory) => [
    ...attributeCommands(quote(directory), above, undefined, 'directory'),
    ...(above.mode === undefined ? [`chmod u=rwx,go=rx -- ${quote(directory)}`] : []),
  ]);
  const isClosed = before !== undefined && !isPlain(before) && isTighter(kept, before);
  return [...(isClosed ? [...validated, ...given] : [...given, ...validated]), ...directories];
}
