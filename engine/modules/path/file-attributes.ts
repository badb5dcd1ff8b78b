import { quote } from '../../connection/base/quote.ts';
import {
  type Attributes,
  type Directory,
  type FileState,
  UNKNOWN_ATTRIBUTES,
} from '../../resources/file/file-state.ts';
import { type Value, type ValueMap, Unknown } from '../../values/base/value.ts';
import { type Account, account, boolean, mode } from '../base/arguments.ts';
import { applyMode, formatMode, shownMode, type Mode } from '../base/file-mode.ts';
import type { Difference } from '../base/module.ts';

/** Owner and permissions that a task sets. Attributes that it does not set stay as they are. */
export interface WantedAttributes {
  readonly mode?: Mode | undefined;
  readonly owner?: Account | undefined;
  readonly group?: Account | undefined;
}

/** The arguments that modules for files share. */
export const attributeArguments = {
  owner: account().optional().describe('The owner: name or number of a user.'),
  group: account().optional().describe('The group: name or number.'),
  mode: mode().optional().describe('Permission bits in quotes ("0644"), or as chmod takes them ("u=rw,go=r").'),
  unsafe_path: unsafePath(),
};

/** Returns the only argument that lets a task write on a path that another user can change. */
export function unsafePath(): ReturnType<typeof booleanDefault> {
  return booleanDefault();
}

function booleanDefault() {
  return boolean()
    .default(false)
    .describe(
      'Whether the task trusts other users of the host who can change names on the path. Such a user could make the task write to another place.',
    );
}

/** Returns the attributes of a new file, with the umask 022 of changes. */
export function newAttributes(wanted: WantedAttributes, user: string): Attributes {
  return changedAttributes(wanted, { ...UNKNOWN_ATTRIBUTES, mode: 0o644, owner: user }, 'file');
}

/**
 * Returns the attributes of a new directory. It inherits set-group-id and the group of its parent directory. A default
 * ACL of the parent, which is not seen, may give it another mode: so the mode is only expected if the task gives none.
 */
export function newDirectory(wanted: WantedAttributes, parent: Attributes | undefined, user: string): Directory {
  const handsOn = ((parent?.mode ?? 0) & 0o2000) !== 0;
  const group = handsOn ? { gid: parent?.gid, group: parent?.group } : {};
  const plain: Attributes = { ...UNKNOWN_ATTRIBUTES, ...group, mode: 0o755 | (handsOn ? 0o2000 : 0), owner: user };
  const after = changedAttributes(wanted, plain, 'directory');
  return { type: 'directory', ...after, ...(wanted.mode === undefined ? { modeIsExpected: true } : {}) };
}

/** Returns the attributes after the change. */
export function changedAttributes(
  wanted: WantedAttributes,
  before: Attributes,
  type: 'file' | 'directory',
): Attributes {
  const { owner, group } = wanted;
  return {
    mode: modeAfter(wanted.mode, modeKept(wanted, before, type), type),
    ...(before.modeIsExpected === true ? { modeIsExpected: wanted.mode?.kind !== 'octal' } : {}),
    ...(owner === undefined || isSame(owner, before.owner, before.uid)
      ? { owner: before.owner, uid: before.uid }
      : { owner: owner.name, uid: owner.id }),
    ...(group === undefined || isSame(group, before.group, before.gid)
      ? { group: before.group, gid: before.gid }
      : { group: group.name, gid: group.id }),
  };
}

/**
 * Returns the mode before the mode of the task is set: the kernel removes set-id bits from a file whose owner or group
 * changes, even if root changes them.
 */
export function modeKept(
  { owner, group }: WantedAttributes,
  before: Attributes,
  type: 'file' | 'directory',
): number | undefined {
  const { mode } = before;
  const staysItsOwn =
    (owner === undefined || isSame(owner, before.owner, before.uid)) &&
    (group === undefined || isSame(group, before.group, before.gid));
  if (mode === undefined || type === 'directory' || staysItsOwn) return mode;
  return mode & ~((mode & 0o010) === 0 ? 0o4000 : 0o6000);
}

function modeAfter(
  wanted: Mode | undefined,
  before: number | undefined,
  type: 'file' | 'directory',
): number | undefined {
  if (wanted === undefined) return before;
  if (wanted.kind === 'octal') return wanted.bits;
  return before === undefined ? undefined : applyMode(wanted, before, type);
}

/**
 * Returns whether the wanted account is the one with this name and number. A wanted name is compared with the name, and
 * a wanted number with the number.
 */
export function isSame(wanted: Account, name: string | undefined, id: number | undefined): boolean {
  return wanted.name === undefined ? wanted.id === id : wanted.name === name;
}

/** Returns the differences between `before` and the wanted attributes, one for each attribute. */
export function attributeDifferences(
  path: string,
  wanted: WantedAttributes,
  before: Attributes,
  type: 'file' | 'directory',
): readonly Difference[] {
  const mode = modeAfter(wanted.mode, modeKept(wanted, before, type), type);
  const differences: Difference[] = [];
  if (before.mode === undefined ? wanted.mode !== undefined : before.mode !== mode) {
    differences.push({
      kind: 'field',
      of: path,
      field: 'mode',
      before: modeOrUnknown(before.mode),
      after: modeOrUnknown(mode),
    });
  }
  if (wanted.owner === undefined && wanted.group === undefined) return differences;
  for (const [field, account, name, id] of [
    ['owner', wanted.owner, before.owner, before.uid],
    ['group', wanted.group, before.group, before.gid],
  ] as const) {
    if (account === undefined || isSame(account, name, id)) continue;
    differences.push({
      kind: 'field',
      of: path,
      field,
      before: name ?? id ?? notKnown(field),
      after: account.name ?? account.id ?? null,
    });
  }
  return differences;
}

function modeOrUnknown(mode: number | undefined): Value {
  return mode === undefined ? notKnown('mode') : shownMode(mode);
}

/**
 * Returns shell lines that set owner and mode of a path (shell text, already quoted). `chown` comes first, because it
 * removes set-id bits.
 */
export function attributeCommands(
  path: string,
  wanted: WantedAttributes,
  before: Attributes | undefined,
  type: 'file' | 'directory',
): readonly string[] {
  const account = newAccount(wanted, before);
  const kept = before === undefined ? undefined : modeKept(wanted, before, type);
  const mode = modeAfter(wanted.mode, kept ?? (type === 'file' ? 0o644 : 0o755), type);
  return [
    ...(account === undefined ? [] : [`chown -h ${quote(account)} -- ${path}`]),
    // chmod removes the set-id bits of a directory only if the mode has five digits.
    ...(wanted.mode === undefined || mode === undefined
      ? []
      : [`chmod ${type === 'directory' ? '0' : ''}${formatMode(mode)} -- ${path}`]),
  ];
}

/** Returns the account for chown, without the parts that are already right; undefined if both are. */
function newAccount({ owner, group }: WantedAttributes, before: Attributes | undefined): string | undefined {
  const isOwned = owner === undefined || (before !== undefined && isSame(owner, before.owner, before.uid));
  const isGrouped = group === undefined || (before !== undefined && isSame(group, before.group, before.gid));
  if (isGrouped) return isOwned ? undefined : accountText(owner);
  return `${isOwned ? '' : accountText(owner)}:${accountText(group)}`;
}

/** Returns the name of the account, or its number if it has no name. An empty text without an account. */
export function accountText(account: Account | undefined): string {
  return account === undefined ? '' : (account.name ?? String(account.id));
}

/** Returns the attributes for `register`. */
export function attributeResult(attributes: Attributes): ValueMap {
  return {
    mode: modeOrUnknown(attributes.mode),
    owner: attributes.owner ?? notKnown('owner'),
    group: attributes.group ?? notKnown('group'),
    uid: attributes.uid ?? notKnown('uid'),
    gid: attributes.gid ?? notKnown('gid'),
  };
}

/**
 * Returns whether a plan cannot know if the mode changes, because an earlier task makes the file with the default mode
 * of the host.
 */
export function isModeOpen(wanted: WantedAttributes, there: FileState): boolean {
  const behind = there.type === 'link' ? (there.to?.state ?? there) : there;
  return wanted.mode !== undefined && 'modeIsExpected' in behind && behind.modeIsExpected === true;
}

/** Returns the seen attributes; those of the link itself if it is a link. */
export function attributesOf(state: FileState): Partial<Attributes> {
  if (state.type === 'absent' || state.type === 'hidden') return {};
  const { mode, uid, gid, owner, group } = state;
  return { mode, uid, gid, owner, group };
}

/** Returns the seen attributes of a path, or those of its target if the path is a link that was followed. */
export function attributesBehind(state: FileState): Partial<Attributes> {
  return attributesOf(state.type === 'link' ? (state.to?.state ?? state) : state);
}

function notKnown(field: string): Unknown {
  return new Unknown(`the ${field} is known after the change`);
}
