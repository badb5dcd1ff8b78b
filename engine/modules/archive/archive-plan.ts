import type { ArchiveState, Entry } from '../../resources/archive.ts';
import type { Member } from '../../resources/archive/archive-member.ts';
import { type Prediction, predict } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import type { FileState } from '../../resources/file/file-state.ts';
import type { Value } from '../../values/base/value.ts';
import { applyMode, formatMode } from '../base/file-mode.ts';
import type { Difference } from '../base/module.ts';
import type { WantedAttributes } from '../path/file-attributes.ts';
import type { UnpackOptions } from './archive-options.ts';

/** The wanted state of one member at its place, and the state that was seen there. */
export interface Unpacking {
  /** The type of the member in the archive. */
  readonly type: Entry['type'];
  readonly wanted: Entry;
  readonly seen: Entry | undefined;
  /** True if the existing file stays, because it is newer than the member. */
  readonly isKept: boolean;
  readonly differences: readonly Difference[];
}

export interface UnpackAs {
  readonly dest: string;
  readonly options: UnpackOptions;
  readonly attributes: WantedAttributes;
  readonly keepNewer: boolean;
  /** True if root unpacks the archive: then owners are kept, and no bits are masked. */
  readonly byRoot: boolean;
  /** True if the folder gives its group to what is made in it, and the set-group-id bit to new folders. */
  readonly setsGroup: boolean;
  readonly isZip: boolean;
}

export const SET_GROUP = 0o2000;

/** Compares each member with the state of its place. If a name occurs twice, the last member counts. */
export function compareMembers(members: readonly Member[], state: ArchiveState, how: UnpackAs): readonly Unpacking[] {
  const entries = new Map(state.entries.map((entry) => [entry.name, entry]));
  const byName = new Map(members.map((member) => [member.name, member]));
  const [users, groups] = [new Set(state.users), new Set(state.groups)];
  return [...byName.values()].map((member) => {
    const content = member.type === 'hard_link' ? linkedMember(member, byName) : member;
    const seen = entries.get(member.name);
    const fresh = wantedEntry({ member, content, seen, how, users, groups });
    const isKept = seen !== undefined && staysAsItIs(seen, fresh.type, member, how);
    const wanted = isKept ? keptEntry(seen, fresh.type, how.attributes) : fresh;
    return { type: fresh.type, wanted, seen, isKept, differences: differencesOf(wanted, seen, how) };
  });
}

/** Returns the content of a hard link: the member that it links to, or an unknown file. */
function linkedMember(member: Member, byName: ReadonlyMap<string, Member>): Member {
  const other = member.target === undefined ? undefined : byName.get(member.target);
  if (other?.type === 'file') return other;
  return { ...member, type: 'file', size: undefined, mode: undefined, modified: undefined };
}

/**
 * Returns whether tar or unzip skips the member: with keep_newer, if the existing file is not older; with
 * --keep-directory-symlink, if a link is in the place of a folder.
 */
function staysAsItIs(
  seen: Entry,
  type: Entry['type'],
  { modified }: Member,
  { keepNewer, options, isZip }: UnpackAs,
): boolean {
  if (options.keepsLinkedFolders && seen.type === 'link' && type === 'directory') return true;
  if (
    !keepNewer ||
    seen.type === 'directory' ||
    modified === undefined ||
    (isZip && (seen.type !== 'file' || type === 'directory'))
  )
    return false;
  if (modified.kind === 'local') return seen.modifiedThere !== undefined && seen.modifiedThere >= modified.digits;
  return seen.modified !== undefined && seen.modified >= modified.seconds;
}

/** Returns the state of a skipped member. Owner and mode are still set if the task gives them. */
function keptEntry(seen: Entry, type: Entry['type'], { owner, group, mode }: WantedAttributes): Entry {
  return {
    ...seen,
    ...(owner === undefined ? {} : { owner: owner.name, uid: owner.id }),
    ...(group === undefined ? {} : { group: group.name, gid: group.id }),
    ...(mode === undefined || type === 'link' || seen.mode === undefined
      ? {}
      : { mode: applyMode(mode, seen.mode, 'file') }),
  };
}

interface ToUnpack {
  readonly member: Member;
  readonly content: Member;
  readonly seen: Entry | undefined;
  readonly how: UnpackAs;
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

function wantedEntry({ member, content, seen, how, users, groups }: ToUnpack): Entry {
  const { options, attributes, byRoot, isZip } = how;
  const type = content.type === 'hard_link' ? 'file' : content.type;
  const folder = type === 'directory' ? untouchedFolder(seen, how) : undefined;
  const keepsOwner = byRoot && !isZip && options.keepsOwner && folder === undefined;
  const owner = accountOf(attributes.owner, keepsOwner ? [content.owner, content.uid] : [], users, options.byName);
  const group = accountOf(attributes.group, keepsOwner ? [content.group, content.gid] : [], groups, options.byName);
  return {
    name: member.name,
    type,
    mode: folder === undefined ? modeOf(type, content.mode, how) : modeOfFolder(folder, how),
    uid: owner.id,
    owner: owner.name,
    gid: group.id,
    group: group.name,
    size: type === 'file' ? content.size : undefined,
    ...timeOf(type === 'file' && options.keepsTime ? content.modified : undefined),
    target: type === 'link' ? content.target : undefined,
  };
}

/**
 * Returns the existing folder if its attributes stay. unzip leaves an existing folder unchanged, and so does tar with
 * --no-overwrite-dir, or with keep_newer if something is in the folder.
 */
function untouchedFolder(seen: Entry | undefined, { options, keepNewer, isZip }: UnpackAs): Entry | undefined {
  return seen?.type === 'directory' && (isZip || options.keepsFolders || keepNewer) ? seen : undefined;
}

function timeOf(modified: Member['modified']): Pick<Entry, 'modified' | 'modifiedThere'> {
  return {
    modified: modified?.kind === 'seconds' ? modified.seconds : undefined,
    modifiedThere: modified?.kind === 'local' ? modified.digits : undefined,
  };
}

/** Returns the account that a member gets. A name that the host does not know is ignored: the number counts. */
function accountOf(
  asked: WantedAttributes['owner'],
  told: readonly [string | undefined, number | undefined] | readonly [],
  known: ReadonlySet<string>,
  byName: boolean,
): { readonly name: string | undefined; readonly id: number | undefined } {
  if (asked !== undefined) return asked;
  const [name, id] = told;
  return byName && name !== undefined && known.has(name) ? { name, id: undefined } : { name: undefined, id };
}

function modeOfFolder(folder: Entry, { attributes: { mode }, keepNewer, isZip }: UnpackAs): number | undefined {
  if (mode === undefined) return keepNewer && !isZip ? undefined : folder.mode;
  return folder.mode === undefined ? undefined : applyMode(mode, folder.mode, 'directory');
}

/** Returns whether unzip makes a folder that gets the set-group-id bit of the folder above it, perhaps. tar takes it away. */
function isOpenFolder(type: Entry['type'], { attributes, isZip, setsGroup }: UnpackAs): boolean {
  return isZip && setsGroup && type === 'directory' && attributes.mode?.kind !== 'octal';
}

function modeOf(type: Entry['type'], told: number | undefined, how: UnpackAs): number | undefined {
  if (type === 'link' || isOpenFolder(type, how)) return undefined;
  const { attributes, options, byRoot, isZip } = how;
  const unmasked = byRoot || options.keepsMode;
  const usual = told === undefined || isZip || unmasked ? told : told & 0o755;
  const { mode } = attributes;
  if (mode === undefined) return type === 'other' ? undefined : usual;
  if (mode.kind === 'octal') return mode.bits;
  return usual === undefined || type === 'other' ? undefined : applyMode(mode, usual, type);
}

function differencesOf(wanted: Entry, seen: Entry | undefined, how: UnpackAs): readonly Difference[] {
  const of = pathOf(how.dest, wanted.name);
  if (seen === undefined) return [{ kind: 'field', of, field: 'content', before: null, after: described(wanted) }];
  if (seen.type !== wanted.type)
    return [{ kind: 'field', of, field: 'type', before: described(seen), after: described(wanted) }];
  return FIELDS.flatMap((field): readonly Difference[] => {
    const [before, after] = [seen[field], wanted[field]];
    if (after === undefined || before === after) return [];
    const name = NAMES[field];
    return [{ kind: 'field', of, field: name, before: shown(field, before), after: shown(field, after) }];
  });
}

const FIELDS = ['mode', 'owner', 'uid', 'group', 'gid', 'size', 'modified', 'modifiedThere', 'target'] as const;
type Field = (typeof FIELDS)[number];
const NAMES: Readonly<Record<Field, string>> = {
  mode: 'mode',
  owner: 'owner',
  uid: 'owner',
  group: 'group',
  gid: 'group',
  size: 'size',
  modified: 'modified',
  modifiedThere: 'modified',
  target: 'target',
};

function shown(field: Field, value: string | number | undefined): Value {
  if (value === undefined) return null;
  if (field === 'mode') return typeof value === 'number' ? formatMode(value) : value;
  return field === 'modified' && typeof value === 'number' ? new Date(value * 1000).toISOString().slice(0, 19) : value;
}

/** Describes an entry in words for a difference, such as `a file of 12 bytes` or `a link to /etc/app`. */
export function described({ type, size, target }: Entry): string {
  switch (type) {
    case 'file':
      return size === undefined ? 'a file' : `a file of ${size} bytes`;
    case 'directory':
      return 'a directory';
    case 'link':
      return target === undefined ? 'a link' : `a link to ${target}`;
    case 'other':
      return 'a device or pipe';
  }
}

/** Returns the path of a member that is unpacked into `dest`. An empty name stands for `dest` itself. */
export function pathOf(dest: string, name: string): string {
  if (name === '') return dest;
  return dest === '/' ? `/${name}` : `${dest}/${name}`;
}

/** Predicts the file states that later tasks may request; undefined if there are too many of them. */
export function predictionsOf(
  unpackings: readonly Unpacking[],
  dest: string,
  there: FileState,
): readonly Prediction[] | undefined {
  const changed = unpackings.filter(({ differences }) => differences.length > 0);
  if (changed.length > MOST_PREDICTIONS) return undefined;
  return changed.flatMap(({ wanted }) => {
    const state = fileState(wanted);
    if (state === undefined) return [];
    const isBehindLink =
      wanted.name === '' && state.type === 'directory' && there.type === 'link' && there.to !== undefined;
    return [predict(file(pathOf(dest, wanted.name)), isBehindLink ? { ...there, to: { ...there.to, state } } : state)];
  });
}

const MOST_PREDICTIONS = 200;

function fileState(wanted: Entry): FileState | undefined {
  const attributes = {
    mode: wanted.mode,
    uid: wanted.uid,
    gid: wanted.gid,
    owner: wanted.owner,
    group: wanted.group,
  };
  switch (wanted.type) {
    case 'file':
      return { type: 'file', ...attributes, size: wanted.size, sha256: undefined, content: undefined };
    case 'directory':
      return { type: 'directory', ...attributes };
    case 'link':
      return wanted.target === undefined
        ? undefined
        : { type: 'link', ...attributes, mode: undefined, target: wanted.target };
    case 'other':
      return undefined;
  }
}
