import { createHash } from 'node:crypto';
import { quote } from '../connection/base/quote.ts';
import { type Prediction, type Request, type ResourceKind, predictedOf, request } from './base/resource.ts';
import { isUndeclaredPackage } from './package.ts';
import { decodeProcess, listProcesses } from './system/account-process.ts';
import type { AccountDefaults, Aging, GroupState, UserState } from './system/account-state.ts';

export interface UserDetail {
  /** True to read its line in /etc/shadow. */
  readonly shadow: boolean;
  /** Numbers for which `holders` names the account. */
  readonly uids: readonly number[];
  /** True to look for a process of the account. */
  readonly processes: boolean;
}

export const users: ResourceKind<UserDetail, UserState> = {
  name: 'user',
  observe(requests) {
    const names = requests.map((one) => quote(one.id));
    const uids = requests.flatMap((one) => one.detail.uids).map(String);
    const secret = requests.filter((one) => one.detail.shadow).map((one) => quote(one.id));
    const busy = requests.filter((one) => one.detail.processes).map((one) => one.id);
    const holders =
      uids.length === 0
        ? ''
        : `    [ "$1" = names ] || case $uid in ${uids.join('|')}) printf 'uid:%s:%s\\n' "$uid" "$name" ;; esac
`;
    return `accounts() {
  while IFS=: read -r name password uid gid comment home shell || [ -n "$name" ]; do
    [ "$1" = numbers ] || case $name in
      ${names.join('|')}) [ -e "$home" ] && there=1 || there=0; printf 'user:%s:%s:%s:%s:%s:%s:%s\\n' "$name" "$uid" "$gid" "$there" "$home" "$shell" "$comment" ;;
    esac
${holders}  done
}
if command -v getent >/dev/null; then
  getent passwd ${names.join(' ')} | accounts names
${uids.length === 0 ? '' : `  getent passwd ${uids.join(' ')} | accounts numbers\n`}else accounts both </etc/passwd; fi
while IFS=: read -r name password gid members || [ -n "$name" ]; do printf 'group:%s:%s:%s\\n' "$name" "$gid" "$members"; done </etc/group
${defaultsOf(names)}${secret.length === 0 ? '' : shadow(secret.join('|'))}${listProcesses(busy)}`;
  },
  decode(output, requests) {
    const lines = output
      .toString('utf8')
      .split('\n')
      .map((line) => line.split(':'));
    const accounts = decodeAccounts(lines);
    // If a name has two lines, the first one counts, as in the system.
    const shadows = new Map(
      lines
        .filter(([kind]) => kind === 'shadow')
        .toReversed()
        .map(([, name = '', ...fields]) => [name, fields]),
    );
    const holders = new Map(
      lines
        .filter(([kind]) => kind === 'uid')
        .toReversed()
        .map(([, uid = '', name = '']) => [uid, name]),
    );
    return new Map(
      requests.map(({ id, detail }): [string, UserState] => {
        const account = accounts.get(id);
        const asked = {
          ...(detail.uids.length === 0 ? {} : { holders: holdersOf(detail.uids, holders) }),
          ...(detail.processes ? { process: decodeProcess(id, lines) } : {}),
        };
        if (account === undefined) return [id, { exists: false, defaults: defaultsFor(id, lines), ...asked }];
        return [id, { ...account, ...asked, ...(detail.shadow ? decodeShadow(shadows.get(id)) : {}) }];
      }),
    );
  },
  merge(one, other) {
    const shadow = one.shadow || other.shadow;
    const uids = other.uids.every((uid) => one.uids.includes(uid))
      ? one.uids
      : [...new Set([...one.uids, ...other.uids])];
    const processes = one.processes || other.processes;
    return shadow === one.shadow && uids === one.uids && processes === one.processes
      ? one
      : { shadow, uids, processes };
  },
  disagreement,
  after(state, id, effect) {
    if (!state.exists && isUndeclaredPackage(effect)) return 'stale';
    return afterGroup(state, effect) ?? afterHolder(state, id, effect) ?? afterUnit(state, effect);
  },
};

/**
 * Asks for an account by its name. `detail` adds the data of /etc/shadow, the names of accounts with certain numbers, or
 * a process of the account.
 */
export function userRequest(name: string, detail: Partial<UserDetail> = {}): Request<UserDetail, UserState> {
  return request(users, name, { shadow: false, uids: [], processes: false, ...detail });
}

/** Returns the SHA-256 (hex) of a password hash. The hash must not have the ! of a locked account. */
export function passwordDigest(hash: string): string {
  return createHash('sha256').update(hash).digest('hex');
}

/** True if a user of this name was removed: its group of the same name may be gone too. */
export function isRemovedUser(effect: Prediction, name: string): boolean {
  const state: UserState | undefined = predictedOf(users, effect);
  return state !== undefined && effect.request.id === name && !state.exists;
}

/** Returns the groups of an account without its primary group. */
export function otherGroups({ groups, group }: Pick<UserState, 'groups' | 'group'>): readonly string[] {
  return (groups ?? []).filter((name) => name !== group);
}

function disagreement(predicted: UserState, seen: UserState): string | undefined {
  if (predicted.exists !== seen.exists) return seen.exists ? 'still exists' : 'does not exist';
  return (
    fieldDisagreement(predicted, seen) ??
    groupDisagreement(predicted, seen) ??
    (predicted.homeExists === true && seen.homeExists === false ? 'has no home directory' : undefined) ??
    (differ(predicted.password, seen.password) ? 'has another password than the one that was set' : undefined) ??
    (differ(predicted.locked, seen.locked) ? (seen.locked ? 'is still locked' : 'is not locked') : undefined) ??
    agingDisagreement(predicted.aging, seen.aging)
  );
}

/** True if both are known and differ. */
function differ(
  predicted: string | number | boolean | undefined,
  seen: string | number | boolean | undefined,
): boolean {
  return predicted !== undefined && seen !== undefined && predicted !== seen;
}

function fieldDisagreement(predicted: UserState, seen: UserState): string | undefined {
  // Two groups may have the same number: then the name says nothing.
  const group = predicted.gid === undefined ? 'group' : 'gid';
  const field = (['uid', group, 'comment', 'home', 'shell'] as const).find((one) => differ(predicted[one], seen[one]));
  return field === undefined ? undefined : `${field} is ${seen[field]}, should be ${predicted[field]}`;
}

function groupDisagreement(predicted: UserState, seen: UserState): string | undefined {
  if (predicted.groups === undefined || seen.groups === undefined) return undefined;
  const [wanted, found] = [predicted, seen].map((state) => otherGroups(state).join(', '));
  return wanted === found ? undefined : `groups are ${found}, should be ${wanted}`;
}

function agingDisagreement(predicted: Aging | undefined, seen: Aging | undefined): string | undefined {
  if (predicted === undefined || seen === undefined) return undefined;
  for (const field of ['min', 'max', 'warn', 'inactive', 'expires'] as const) {
    if (predicted[field] !== undefined && predicted[field] !== seen[field])
      return `the days of "${field}" are ${seen[field] ?? 'without a limit'}, should be ${predicted[field] ?? 'without a limit'}`;
  }
  return undefined;
}

function decodeAccounts(lines: readonly (readonly string[])[]): ReadonlyMap<string, UserState> {
  const groups = lines.filter(([kind]) => kind === 'group');
  const seen = new Map<string, UserState>();
  for (const [kind, name, uid, gid, there, home, shell, ...comment] of lines) {
    if (kind !== 'user' || name === undefined || seen.has(name)) continue;
    seen.set(name, {
      exists: true,
      uid: Number(uid),
      gid: Number(gid),
      group: groups.find((group) => group[2] === gid)?.[1] ?? gid,
      groups: groups
        .filter((group) => group[3]?.split(',').includes(name))
        .map((group) => group[1] ?? '')
        .toSorted(),
      comment: comment.join(':'),
      home,
      homeExists: there === '1',
      shell,
    });
  }
  return seen;
}

function holdersOf(
  uids: readonly number[],
  holders: ReadonlyMap<string, string>,
): Readonly<Record<string, string | null>> {
  return Object.fromEntries(uids.map((uid) => [uid, holders.get(String(uid)) ?? null]));
}

function defaultsFor(name: string, lines: readonly (readonly string[])[]): AccountDefaults {
  const value = (key: string): string | undefined =>
    lines.findLast(([kind, of]) => kind === 'default' && of === key)?.[2];
  const base = value('HOME') ?? '/home';
  const homeExists = lines.some(([kind, of]) => kind === 'there' && of === name);
  return { home: `${base.replace(/\/$/, '')}/${name}`, homeExists, shell: value('SHELL') };
}

function decodeShadow(fields: readonly string[] | undefined): Pick<UserState, 'password' | 'locked' | 'aging'> {
  const [hash = '', , min, max, warn, inactive, expires] = fields ?? [];
  const days = (text: string | undefined): number | null =>
    text === undefined || !/^[0-9]+$/.test(text) ? null : Number(text);
  const aging = { min: days(min), max: days(max), warn: days(warn), inactive: days(inactive), expires: days(expires) };
  return {
    password: passwordDigest(hash.replace(/^!+/, '')),
    locked: hash.startsWith('!'),
    ...(fields === undefined ? {} : { aging }),
  };
}

/** A removed group loses its members. A group with a new number keeps them. */
function afterGroup(state: UserState, effect: Prediction): UserState | undefined {
  if (effect.request.kind.name !== 'group' || !state.exists) return undefined;
  const { exists, gid } = effect.state as GroupState;
  const { id } = effect.request;
  if (exists) return state.group === id && gid !== state.gid ? { ...state, gid } : undefined;
  return state.groups?.includes(id) === true
    ? { ...state, groups: state.groups.filter((name) => name !== id) }
    : undefined;
}

/** Returns the state after another account takes a number, or gives it up. */
function afterHolder(state: UserState, id: string, effect: Prediction): UserState | 'stale' | undefined {
  const other = predictedOf(users, effect);
  const { holders } = state;
  const name = effect.request.id;
  if (other === undefined || holders === undefined || name === id) return undefined;
  if (other.exists && other.uid === undefined) return Object.values(holders).includes(null) ? 'stale' : undefined;
  const after = Object.fromEntries(
    Object.entries(holders).map(([uid, holder]) => {
      if (other.exists && String(other.uid) === uid) return [uid, holder ?? name];
      return [uid, holder === name ? null : holder];
    }),
  );
  return Object.keys(after).some((uid) => after[uid] !== holders[uid]) ? { ...state, holders: after } : undefined;
}

/** A unit that is started or stopped may begin or end processes of any account. */
function afterUnit(state: UserState, effect: Prediction): UserState | undefined {
  return state.process === undefined || effect.request.kind.name !== 'unit'
    ? undefined
    : { ...state, process: undefined };
}

function shadow(pattern: string): string {
  return `if [ -r /etc/shadow ]; then
  while IFS=: read -r name rest || [ -n "$name" ]; do case $name in ${pattern}) printf 'shadow:%s:%s\\n' "$name" "$rest" ;; esac; done </etc/shadow
fi
`;
}

/** Prints the defaults of useradd, and whether the default home directory exists. */
function defaultsOf(names: readonly string[]): string {
  return `base=/home
if [ -r /etc/default/useradd ]; then
  while IFS== read -r key value || [ -n "$key" ]; do
    case $key in HOME) base=$value ;; esac
    case $key in HOME|SHELL) printf 'default:%s:%s\\n' "$key" "$value" ;; esac
  done </etc/default/useradd
fi
for name in ${names.join(' ')}; do [ ! -e "$base/$name" ] || printf 'there:%s\\n' "$name"; done
`;
}
