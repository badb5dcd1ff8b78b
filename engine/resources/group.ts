import { quote } from '../connection/base/quote.ts';
import { type Request, type ResourceKind, predictedOf, request } from './base/resource.ts';
import { isUndeclaredPackage } from './package.ts';
import type { GroupState, UserState } from './system/account-state.ts';
import { isRemovedUser, users } from './user.ts';

export interface GroupDetail {
  /** Numbers for which `holders` names the group. */
  readonly gids: readonly number[];
  /** True to look for accounts with this primary group. */
  readonly accounts: boolean;
}

/** Ids are names or numbers. */
export const groups: ResourceKind<GroupDetail, GroupState> = {
  name: 'group',
  observe(requests) {
    const ids = [...new Set(requests.flatMap(({ id, detail }) => [id, ...detail.gids.map(String)]))];
    const patterns = ids.map((id) => (isNumber(id) ? `*:*:${id}:*` : `${quote(id)}:*`));
    return `if command -v getent >/dev/null; then
  getent group ${ids.map(quote).join(' ')} || :
else
  while IFS= read -r line || [ -n "$line" ]; do case $line in ${patterns.join('|')}) printf '%s\\n' "$line" ;; esac; done </etc/group
fi
${requests.some(({ detail }) => detail.accounts) ? ACCOUNTS : ''}`;
  },
  decode(output, requests) {
    const all = output
      .toString('utf8')
      .split('\n')
      .map((line) => line.split(':'));
    const accounts = all.filter(([kind]) => kind === ACCOUNT);
    const goesWithUser = all.some(([kind, value]) => kind === SETTING && value === 'yes');
    const lines = all.filter(([kind]) => kind !== ACCOUNT && kind !== SETTING);
    const holder = (gid: string): string | null => lines.find((line) => line[2] === gid)?.[0] ?? null;
    return new Map(
      requests.map(({ id, detail }): [string, GroupState] => {
        const line = lines.find(([name, , gid]) => (isNumber(id) ? gid === id : name === id));
        const asked =
          detail.gids.length === 0
            ? {}
            : { holders: Object.fromEntries(detail.gids.map((gid) => [gid, holder(String(gid))])) };
        if (line === undefined) return [id, { exists: false, ...asked }];
        const primaryOf = accounts.flatMap(([, gid, name = '']) => (gid === line[2] ? [name] : []));
        const named = isNumber(id) ? { name: line[0] } : {};
        const members = (line[3] ?? '').split(',').filter((name) => name !== '');
        const state = { exists: true, gid: Number(line[2]), members, ...named, ...asked };
        return [id, detail.accounts ? { ...state, primaryOf, goesWithUser } : state];
      }),
    );
  },
  merge(one, other) {
    const accounts = one.accounts || other.accounts;
    const gids = other.gids.every((gid) => one.gids.includes(gid))
      ? one.gids
      : [...new Set([...one.gids, ...other.gids])];
    return accounts === one.accounts && gids === one.gids ? one : { accounts, gids };
  },
  disagreement(predicted, seen) {
    if (predicted.exists !== seen.exists) return seen.exists ? 'still exists' : 'does not exist';
    if (predicted.gid !== undefined && seen.gid !== undefined && predicted.gid !== seen.gid)
      return `gid is ${seen.gid}, should be ${predicted.gid}`;
    return undefined;
  },
  after(state, id, effect) {
    const other = predictedOf(groups, effect);
    if (other !== undefined) return afterOther(state, id, effect.request.id, other);
    if (!state.exists) return isUndeclaredPackage(effect) ? 'stale' : undefined;
    if (isRemovedUser(effect, id)) return 'stale';
    const account = predictedOf(users, effect);
    return account === undefined ? undefined : afterUser(state, id, effect.request.id, account);
  },
};

/**
 * Asks for a group by its name or number. `detail` adds the names of groups with certain numbers, or the accounts with
 * this primary group.
 */
export function groupRequest(name: string, detail: Partial<GroupDetail> = {}): Request<GroupDetail, GroupState> {
  return request(groups, name, { gids: [], accounts: false, ...detail });
}

/** No group can have this name. */
const ACCOUNT = '/account';
const SETTING = '/setting';

const ACCOUNTS = `while IFS=: read -r name password uid gid rest || [ -n "$name" ]; do printf '${ACCOUNT}:%s:%s\\n' "$gid" "$name"; done </etc/passwd
if [ -r /etc/login.defs ]; then
  while read -r key value rest || [ -n "$key" ]; do [ "$key" != USERGROUPS_ENAB ] || printf '${SETTING}:%s\\n' "$value"; done </etc/login.defs
fi
`;

function isNumber(id: string): boolean {
  return /^[0-9]+$/.test(id);
}

/** Returns the members of a group after a change of an account. */
function afterUser(state: GroupState, id: string, name: string, account: UserState): GroupState | undefined {
  const isListed =
    account.exists && (account.groups === undefined ? state.members?.includes(name) : account.groups.includes(id));
  const isPrimary =
    account.exists && (account.gid === undefined ? account.group === (state.name ?? id) : account.gid === state.gid);
  const members = listing(state.members, name, isListed === true);
  const primaryOf = listing(state.primaryOf, name, isPrimary);
  return members === state.members && primaryOf === state.primaryOf ? undefined : { ...state, members, primaryOf };
}

function listing(names: readonly string[] | undefined, name: string, isListed: boolean): readonly string[] | undefined {
  if (names === undefined || names.includes(name) === isListed) return names;
  return isListed ? [...names, name] : names.filter((one) => one !== name);
}

/** Returns the state after another group takes a number, or gives it up. */
function afterOther(state: GroupState, id: string, name: string, other: GroupState): GroupState | 'stale' | undefined {
  if (name === id) return undefined;
  if (isNumber(id)) {
    if (other.exists && other.gid === undefined) return state.exists ? undefined : 'stale';
    if (other.exists && String(other.gid) === id) return { ...state, exists: true, gid: Number(id), name };
    return state.name === name ? { ...state, exists: false, gid: undefined, name: undefined } : undefined;
  }
  const { holders } = state;
  if (holders === undefined) return undefined;
  if (other.exists && other.gid === undefined) return Object.values(holders).includes(null) ? 'stale' : undefined;
  const after = Object.fromEntries(
    Object.entries(holders).map(([gid, holder]) => {
      if (other.exists && String(other.gid) === gid) return [gid, holder ?? name];
      return [gid, holder === name ? null : holder];
    }),
  );
  return Object.keys(after).some((gid) => after[gid] !== holders[gid]) ? { ...state, holders: after } : undefined;
}
