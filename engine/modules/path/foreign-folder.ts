import { createHash, randomBytes } from 'node:crypto';
import { quote } from '../../connection/base/quote.ts';
import type { UploadRoom } from '../../connection/shell/upload.ts';
import { nameOf } from '../../resources/file/file-state.ts';
import type { ForeignWay, Proof } from './way-to-path.ts';

/**
 * Shell text that works in a folder in which another user can change every name at any time. Three rules make it safe:
 * - A shell that has entered a directory stays in it, even if its name changes. It then proves where it is by going up:
 *   nobody can change the name `..`. Every step needs `cd -P`: without it, a shell joins the step (also `..`) to its
 *   whole path, and follows the names in that path.
 * - Everything new is made in a room: a directory of the user of the run with mode 0700, inside the folder and so on
 *   the same file system. Nobody else can reach the names in a room, so the usual commands are safe there.
 * - An existing file enters the room by a second name (`ln`, which follows no link). A new file leaves the room by a
 *   rename to the last name of the path (`mv -T`, which follows no link).
 */

/** A room for one target: its path, and the unpredictable names in it. */
export interface Room {
  readonly way: ForeignWay;
  /** The name of the room in the folder. */
  readonly name: string;
  /** The name of the new thing in the room; if directories are missing, the name of the first of them. */
  readonly fresh: string;
  /** The path of the new thing in the room, including the directories that are made above it. */
  readonly inside: string;
  /**
   * The name in the folder that the new thing gets, seen from the room: the last name of the path, or the first missing
   * directory.
   */
  readonly target: string;
  /** The target, for messages. */
  readonly path: string;
}

/**
 * Returns a new room for the path, with unpredictable names. Missing directories above the path are made in the room
 * too.
 */
export function roomFor(way: ForeignWay, path: string): Room {
  const [first, ...more] = [...way.missing, nameOf(path)];
  const fresh = `new-${randomName()}`;
  return {
    way,
    name: `.runbook-${randomName()}-${markOf(path)}`,
    fresh,
    inside: ['.', fresh, ...more].join('/'),
    target: `../${first ?? ''}`,
    path,
  };
}

/** Returns a mark that distinguishes the files for one target from files for others in the same folder. */
export function markOf(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 8);
}

/** Returns 128 random bits of the system as hexadecimal digits. */
export function randomName(): string {
  return randomBytes(16).toString('hex');
}

/** Makes the room and enters it. Rooms of earlier runs for the same target are removed. */
export function makeRoom(room: Room): string {
  const name = quote(`./${room.name}`);
  const left = `./.runbook-*-${markOf(room.path)}`;
  const clear = `if [ -d "$left" ]; then (cd -P -- "$left" && [ -O . ] && ${stands(room.way.proof, 1)} && { ${EMPTY}; }); rmdir -- "$left"; fi`;
  return [
    goInto(room.way),
    `for left in ${left}; do { ${clear}; } 2>/dev/null; done`,
    'umask 077',
    `mkdir -- ${name} || exit 1`,
    enterRoom(room),
    // A default ACL of the folder may have opened the room.
    `chmod u=rwx,go= . || exit 1`,
  ].join('\n');
}

/** Returns a temporary place for an uploaded file, which nobody else can reach. */
export function temporaryRoom(): { readonly path: string; readonly room: UploadRoom; readonly remove: string } {
  const name = `.runbook-${randomName()}`;
  const folder = `/tmp/${name}`;
  const enter = [
    'cd -P /tmp/ || exit 1',
    `mkdir -- ./${name} && cd -P -- ./${name} && [ -O . ] && [ .. -ef /tmp ] && chmod u=rwx,go= . || { printf '%s cannot be made\\n' ${folder} >&2; exit 1; }`,
  ].join('\n');
  const remove = `rm -rf -- ${folder}`;
  return { path: `${folder}/brought`, room: { enter, leave: `cd /; ${remove}` }, remove };
}

/** Returns the paths in the room of the missing directories, from the top. */
export function directoriesIn({ way, fresh }: Room): readonly string[] {
  const names = [fresh, ...way.missing.slice(1)];
  return way.missing.map((_, index) => ['.', ...names.slice(0, index + 1)].join('/'));
}

/**
 * Returns shell text that makes the missing directories above the path in the room; none if no directory is missing.
 */
export function makeDirectories(room: Room): readonly string[] {
  const last = directoriesIn(room).at(-1);
  return last === undefined ? [] : [`mkdir -p -- ${quote(last)} || exit 1`];
}

/** Enters an existing room. */
function enterRoom(room: Room): string {
  return `cd -P -- ${quote(`./${room.name}`)} && [ -O . ] && ${stands(room.way.proof, 1)} || ${refuse(room.way)}`;
}

/** Removes the room from inside. */
export function leaveRoom(room: Room): string {
  return `${EMPTY}; cd -P .. && rmdir -- ${quote(`./${room.name}`)} 2>/dev/null`;
}

/** A pattern is safe here, because nobody else can change a name in the room. */
const EMPTY = 'set -- ./*; if [ -e "$1" ] || [ -L "$1" ]; then rm -rf -- "$@"; fi';

/** Enters the folder, or ends the shell if another directory is in its place. */
export function goInto(way: ForeignWay): string {
  const folder = way.folder === '/' ? '/' : `${way.folder}/`;
  return `cd -P -- ${quote(folder)} && ${stands(way.proof, 0)} || ${refuse(way)}`;
}

/** Returns a test whether the directory `up` levels above the working directory is the folder. */
export function stands(proof: Proof, up: number): string {
  return standsBelow(proof, '../'.repeat(up));
}

/** Like `stands`, for a number of levels that only the shell knows: `above` is a word with `../` for each level. */
export function standsBelow(proof: Proof, above: string): string {
  if (proof.kind === 'owner') return `[ "$(stat -c %u ${above}.)" = ${proof.uid} ]`;
  return `[ ${above}${'../'.repeat(proof.levels)}. -ef ${quote(proof.anchor)} ]`;
}

function refuse(way: ForeignWay): string {
  return `{ printf '%s is not where it was, or another directory is in its place: nothing was written\\n' ${quote(way.folder)} >&2; exit 1; }`;
}

/**
 * Returns shell text that makes the room, runs the steps in it, and removes it with everything that is left in it. It
 * ends its shell if a step has ended the room with a failure.
 * `isMade`: the room already exists, because a file was uploaded into it.
 */
export function inRoom(room: Room, isMade: boolean, steps: readonly string[]): string {
  return [
    '(',
    ...(isMade ? [goInto(room.way), 'umask 077', enterRoom(room)] : [makeRoom(room)]),
    `trap ${quote(leaveRoom(room))} EXIT`,
    "trap 'exit 1' HUP INT TERM",
    ...steps,
    ')',
    // Not `|| exit`: with that, `set -e` would have no effect in the steps.
    'left=$?; [ "$left" = 0 ] || exit "$left"',
  ].join('\n');
}

/** Moves the new thing into its place. No link is followed, and an existing directory stays. */
export function intoPlace(room: Room): string {
  return `mv -fT -- ${quote(`./${room.fresh}`)} ${quote(room.target)}`;
}

/**
 * Gives the existing file the second name `./old` in the room. It must be the seen file, and must have no further names
 * elsewhere.
 */
export function pinOld(room: Room, identity: string | undefined): readonly string[] {
  const changed = `{ printf '%s is another file than the one that was looked at, or has names elsewhere\\n' ${quote(room.path)} >&2; exit 1; }`;
  const same = identity === undefined ? '[ -f ./old ] && ! [ -L ./old ]' : `[ "$1" = ${quote(identity)} ]`;
  return [
    `ln -- ${quote(room.target)} ./old || exit 1`,
    // Two names are right: the target and ./old. A file of the owner of the folder may have more.
    `seen=$(stat -c '%d:%i %h %u' -- ./old ..) && set -- $seen && ${same} && { [ "$2" = 2 ] || [ "$3" = "$6" ]; } || ${changed}`,
  ];
}

/** Makes something new in a room and moves it into its place. The steps get its path as a word of the shell. */
export function makeInRoom(
  way: ForeignWay,
  path: string,
  steps: (word: string, room: Room) => readonly string[],
): string {
  const room = roomFor(way, path);
  const all = [...steps(quote(room.inside), room), intoPlace(room)];
  return inRoom(
    room,
    false,
    all.map((step) => `${step} || exit 1`),
  );
}

/** Runs steps on the existing file at the path, which is `./old` for them. */
export function onPinned(
  way: ForeignWay,
  path: string,
  identity: string | undefined,
  steps: readonly string[],
): string {
  const room = roomFor(way, path);
  return inRoom(room, false, [...pinOld(room, identity), ...steps]);
}

/** Enters a directory in the folder, which must be the seen directory. */
export function intoDirectory(way: ForeignWay, path: string, identity: string | undefined): string {
  const same = identity === undefined ? '' : ` && [ "$(stat -c %d:%i .)" = ${quote(identity)} ]`;
  return `${goInto(way)}\ncd -P -- ${quote(`./${nameOf(path)}`)} && ${stands(way.proof, 1)}${same} || ${refuse({ ...way, folder: path })}`;
}
