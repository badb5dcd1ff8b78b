import { createHash, randomBytes } from 'node:crypto';
import { quote } from '../../connection/base/quote.ts';
import type { UploadRoom } from '../../connection/shell/upload.ts';
import { nameOf } from '../../resources/file/file-state.ts';
import type { ForeignWay, Proof } from './way-to-path.ts';

/**
 * Shell text that works in a folder in which another user can change every name at any time. Three things make it safe:
 * - A shell that has gone into a directory stays in it, whatever becomes of its name. Where it stands it proves
 *   afterwards, by going up from there: `..` is no name that anybody could change. All of it needs `cd -P`: without it
 *   a shell makes a whole path of the step, also of `..`, and goes by the names that stood in it.
 * - Whatever is made is made in a room: a directory of the run's user with mode 0700, in the folder and so on its file
 *   system. Nobody else can reach a name in there, so these are used as any other.
 * - Into the room comes what is there by a second name (`ln`, which follows nothing), and out of it goes what is new by
 *   a rename onto the last name of the path (`mv -T`, which follows nothing).
 */

/** A room for one target: its path, and the unpredictable names in it. */
export interface Room {
  readonly way: ForeignWay;
  /** Of the room, in the folder. */
  readonly name: string;
  /** What is new, in the room; where directories are missing, the first of them. */
  readonly fresh: string;
  /** What the new thing is called in the room, with the directories that are made above it. */
  readonly inside: string;
  /** What of the folder is given the new thing: the last name, or the first directory that is missing. */
  readonly target: string;
  /** For messages. */
  readonly path: string;
}

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

/** Distinguishes the files for one target from files for others beside it. */
export function markOf(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 8);
}

/** 128 bits from the system. */
export function randomName(): string {
  return randomBytes(16).toString('hex');
}

/** Makes the room and goes into it. What an earlier run has left for the same target is cleared away. */
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
    // The default ACL of the folder may have opened it.
    `chmod u=rwx,go= . || exit 1`,
  ].join('\n');
}

/** A temporary place for an uploaded file that nobody else can reach. */
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

/** In the room: the directories that are missing, from the top. */
export function directoriesIn({ way, fresh }: Room): readonly string[] {
  const names = [fresh, ...way.missing.slice(1)];
  return way.missing.map((_, index) => ['.', ...names.slice(0, index + 1)].join('/'));
}

export function makeDirectories(room: Room): readonly string[] {
  const last = directoriesIn(room).at(-1);
  return last === undefined ? [] : [`mkdir -p -- ${quote(last)} || exit 1`];
}

/** Goes into a room that was made before. */
function enterRoom(room: Room): string {
  return `cd -P -- ${quote(`./${room.name}`)} && [ -O . ] && ${stands(room.way.proof, 1)} || ${refuse(room.way)}`;
}

/** Clears the room away, from within. */
export function leaveRoom(room: Room): string {
  return `${EMPTY}; cd -P .. && rmdir -- ${quote(`./${room.name}`)} 2>/dev/null`;
}

/** Nobody else can change a name in here, so that a pattern is safe. */
const EMPTY = 'set -- ./*; if [ -e "$1" ] || [ -L "$1" ]; then rm -rf -- "$@"; fi';

/** Goes into the folder, and nowhere else. */
export function goInto(way: ForeignWay): string {
  const folder = way.folder === '/' ? '/' : `${way.folder}/`;
  return `cd -P -- ${quote(folder)} && ${stands(way.proof, 0)} || ${refuse(way)}`;
}

/** Whether the directory this number of levels up is the folder. */
export function stands(proof: Proof, up: number): string {
  return standsBelow(proof, '../'.repeat(up));
}

/** The same for a number of levels that only the shell knows: a word with `../` for each level. */
export function standsBelow(proof: Proof, above: string): string {
  if (proof.kind === 'owner') return `[ "$(stat -c %u ${above}.)" = ${proof.uid} ]`;
  return `[ ${above}${'../'.repeat(proof.levels)}. -ef ${quote(proof.anchor)} ]`;
}

function refuse(way: ForeignWay): string {
  return `{ printf '%s is not where it was, or another directory is in its place: nothing was written\\n' ${quote(way.folder)} >&2; exit 1; }`;
}

/**
 * The steps in a room, with the room made around them. The steps run in the room, and their remains are removed.
 * `isMade`: the room was made before, for an uploaded file.
 */
export function inRoom(room: Room, isMade: boolean, steps: readonly string[]): string {
  return [
    '(',
    ...(isMade ? [goInto(room.way), 'umask 077', enterRoom(room)] : [makeRoom(room)]),
    `trap ${quote(leaveRoom(room))} EXIT`,
    "trap 'exit 1' HUP INT TERM",
    ...steps,
    ')',
  ].join('\n');
}

/** What is new takes its place. Nothing is followed, and a directory that is there stays. */
export function intoPlace(room: Room): string {
  return `mv -fT -- ${quote(`./${room.fresh}`)} ${quote(room.target)}`;
}

/**
 * The file under the last name, as `./old` in the room. It must be the file that was seen, and no second name of a file
 * elsewhere.
 */
export function pinOld(room: Room, identity: string | undefined): readonly string[] {
  const changed = `{ printf '%s is another file than the one that was looked at, or has names elsewhere\\n' ${quote(room.path)} >&2; exit 1; }`;
  const same = identity === undefined ? '[ -f ./old ] && ! [ -L ./old ]' : `[ "$1" = ${quote(identity)} ]`;
  return [
    `ln -- ${quote(room.target)} ./old || exit 1`,
    // The name that was found and ./old are two; of what the folder's owner has, there may be more.
    `seen=$(stat -c '%d:%i %h %u' -- ./old ..) && set -- $seen && ${same} && { [ "$2" = 2 ] || [ "$3" = "$6" ]; } || ${changed}`,
  ];
}

/** Makes something new, which the steps get as a word of the shell, and lets it take its place. */
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

/** Steps on the file at the path, which is `./old` for them. */
export function onPinned(
  way: ForeignWay,
  path: string,
  identity: string | undefined,
  steps: readonly string[],
): string {
  const room = roomFor(way, path);
  return inRoom(room, false, [...pinOld(room, identity), ...steps]);
}

/** Goes on into a directory below the folder, which must be the one that was seen. */
export function intoDirectory(way: ForeignWay, path: string, identity: string | undefined): string {
  const same = identity === undefined ? '' : ` && [ "$(stat -c %d:%i .)" = ${quote(identity)} ]`;
  return `${goInto(way)}\ncd -P -- ${quote(`./${nameOf(path)}`)} && ${stands(way.proof, 1)}${same} || ${refuse({ ...way, folder: path })}`;
}
