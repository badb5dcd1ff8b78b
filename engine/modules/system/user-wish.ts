import type { FileState } from '../../resources/file/file-state.ts';
import type { GroupState, UserState } from '../../resources/system/account-state.ts';
import { otherGroups, passwordDigest } from '../../resources/user.ts';
import { Unknown, type Value } from '../../values/base/value.ts';
import type { Difference } from '../base/module.ts';
import { type UserArguments, asksForShadow } from './user-arguments.ts';
import { wantedAging, wantedPassword } from './user-password.ts';

/** Seen states besides that of the account itself. */
export interface Surroundings {
  /** The state of `home`, if the task gives it. */
  readonly home: FileState | undefined;
  /** The state of the wanted primary group, if the task gives one. */
  readonly group: GroupState | undefined;
}

/** Returns the state of the account after the task. */
export function wantedState(args: UserArguments, state: UserState, around: Surroundings): UserState {
  const primary = wantedGroup(args, state, around);
  return {
    exists: true,
    uid: args.uid ?? state.uid,
    ...primary,
    groups: wantedGroups(args, state, primary.group),
    ...wantedFields(args, state),
    homeExists: args.create_home || movesHome(args, state) ? true : homeIsThere(args, state, around),
    ...(asksForShadow(args)
      ? { ...wantedPassword(args, state), aging: wantedAging(args, state) ?? state.aging }
      : keptShadow(state)),
    ...wantedHolders(args, state),
  };
}

function wantedFields(args: UserArguments, state: UserState): Pick<UserState, 'comment' | 'home' | 'shell'> {
  const usual = state.exists ? state : { comment: '', home: state.defaults?.home, shell: state.defaults?.shell };
  return {
    comment: args.comment ?? usual.comment,
    home: args.home ?? usual.home,
    shell: args.shell ?? usual.shell,
  };
}

function wantedHolders({ name, uid }: UserArguments, { holders }: UserState): Pick<UserState, 'holders'> {
  if (holders === undefined) return {};
  return { holders: uid === undefined ? holders : { ...holders, [uid]: name } };
}

/**
 * Returns the data of /etc/shadow that the task does not change, if another task has requested them. A new account has
 * no password and is locked.
 */
function keptShadow({ exists, password, locked, aging }: UserState): Partial<UserState> {
  if (!exists) return { password: passwordDigest(''), locked: true };
  return locked !== undefined ? { password, locked, aging } : {};
}

/** Returns whether the home directory already exists at its wanted path. Undefined: not known. */
export function homeIsThere(args: UserArguments, state: UserState, around: Surroundings): boolean | undefined {
  if (args.home !== undefined && (!state.exists || args.home !== state.home)) {
    const there = around.home?.type === 'link' ? around.home.to?.state : around.home;
    return there !== undefined && there.type !== 'absent';
  }
  return state.exists ? state.homeExists : state.defaults?.homeExists;
}

function wantedGroup(
  { name, group }: UserArguments,
  state: UserState,
  around: Surroundings,
): Pick<UserState, 'group' | 'gid'> {
  if (group === undefined)
    return state.exists ? { group: state.group, gid: state.gid } : { group: name, gid: undefined };
  if (state.exists && isOfGroup(group, state, around)) return { group: state.group, gid: state.gid };
  return /^[0-9]+$/.test(group) ? { group: around.group?.name, gid: Number(group) } : { group, gid: around.group?.gid };
}

/** Returns whether the group (a name or a number) is the primary group of the account. */
export function isOfGroup(group: string, state: UserState, around: Surroundings): boolean {
  const isNumbered = around.group?.gid !== undefined && around.group.gid === state.gid;
  return group === state.group || group === String(state.gid) || isNumbered;
}

function wantedGroups(args: UserArguments, state: UserState, primary: string | undefined): UserState['groups'] {
  const current = state.exists ? state.groups : [];
  if (args.groups === undefined) return current;
  if (args.append && current === undefined) return undefined;
  const all = [...(args.append ? (current ?? []) : []), ...args.groups].filter((name) => name !== primary);
  return [...new Set(all)].toSorted();
}

/** Returns one difference for each field that is not as wanted. */
export function findDifferences(
  args: UserArguments,
  state: UserState,
  after: UserState,
  around: Surroundings,
): readonly Difference[] {
  const isMissing = state.exists && homeIsThere(args, state, around) === false;
  const fields: readonly (Field | undefined)[] = [
    state.exists ? undefined : ['account', 'absent', 'present'],
    ...(['uid', 'comment', 'home', 'shell'] as const).map((field) => plainField(field, args, state)),
    args.group === undefined || (state.exists && isOfGroup(args.group, state, around))
      ? undefined
      : ['group', state.group, args.group],
    groupsField(args, state, after),
    args.create_home && isMissing && !movesHome(args, state) ? ['home directory', 'absent', 'present'] : undefined,
    passwordField(args, state, after),
    state.exists && after.locked !== undefined && after.locked !== state.locked
      ? ['locked', state.locked, after.locked]
      : undefined,
    ...agingFields(args, state),
  ];
  return fields.flatMap((field): readonly Difference[] => {
    if (field === undefined) return [];
    const [name, before = null, wanted] = field;
    return [{ kind: 'field', of: `user ${args.name}`, field: name, before, after: wanted }];
  });
}

type Field = readonly [name: string, before: Value | undefined, after: Value];

function plainField(
  field: 'uid' | 'comment' | 'home' | 'shell',
  args: UserArguments,
  state: UserState,
): Field | undefined {
  const wanted = args[field];
  return wanted === undefined || (state.exists && wanted === state[field]) ? undefined : [field, state[field], wanted];
}

function groupsField({ groups: wanted }: UserArguments, state: UserState, after: UserState): Field | undefined {
  if (wanted === undefined) return undefined;
  const isRight = state.exists ? sameGroups(state, after) : wanted.length === 0;
  return isRight ? undefined : ['groups', [...(state.groups ?? [])], [...(after.groups ?? wanted)]];
}

function sameGroups(state: UserState, after: UserState): boolean {
  return (
    state.groups !== undefined && otherGroups({ ...state, group: after.group }).join() === otherGroups(after).join()
  );
}

/** Returns whether the content of the old home directory is moved. */
export function movesHome(args: UserArguments, state: UserState): boolean {
  return (
    args.move_home && state.exists && args.home !== undefined && args.home !== state.home && state.homeExists !== false
  );
}

function passwordField(args: UserArguments, state: UserState, after: UserState): Field | undefined {
  const isKept = args.password === undefined || (state.exists && args.update_password === 'on_create');
  if (isKept || (state.exists && after.password !== undefined && after.password === state.password)) return undefined;
  const wanted = args.password instanceof Unknown ? args.password : 'the new one';
  return ['password', state.exists ? 'the old one' : null, wanted];
}

function agingFields(args: UserArguments, state: UserState): readonly Field[] {
  const wanted = wantedAging(args, { exists: true });
  return (['min', 'max', 'warn', 'inactive', 'expires'] as const).flatMap((field): readonly Field[] => {
    const days = wanted?.[field];
    const now = state.aging?.[field];
    if (days === undefined || (state.exists && now === days)) return [];
    return [[AGING_NAMES[field], shownDays(field, now), shownDays(field, days)]];
  });
}

const AGING_NAMES = {
  min: 'days before a new password',
  max: 'days of a password',
  warn: 'days of warning',
  inactive: 'days after the password',
  expires: 'last day',
} as const;

function shownDays(field: keyof typeof AGING_NAMES, days: number | null | undefined): string | number | null {
  if (days === undefined) return null;
  return field === 'expires' && days !== null ? dateOf(days) : (days ?? 'no limit');
}

/** Formats a number of days since 1970-01-01 as a date for chage. */
export function dateOf(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}
