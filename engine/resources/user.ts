import { createHash } from 'node:crypto';
import { quote } from '../connection/quote.ts';
import type { Prediction, Request, ResourceKind } from './resource.ts';
import { predictedOf, request } from './resource.ts';
import { isUndeclaredPackage } from './package.ts';

/** An account. Fields that a prediction cannot know are undefined. */
export interface UserState {
  readonly exists: boolean;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** The name of the primary group; its number where it has no name. */
  readonly group?: string | undefined;
  /** The other groups that the user is a member of, sorted. */
  readonly groups?: readonly string[] | undefined;
  readonly comment?: string | undefined;
  readonly home?: string | undefined;
  readonly homeExists?: boolean | undefined;
  readonly shell?: string | undefined;
  /** SHA-256 of the field in /etc/shadow, as the field itself must not be kept. Empty where it cannot be read; only where asked for. */
  readonly password?: string | undefined;
}

/** The kind of groups, which asks this one about users that are removed. */
const GROUPS = 'group';

export interface UserDetail {
  readonly password: boolean;
}

export const users: ResourceKind<UserDetail, UserState> = {
  name: 'user',
  observe(requests) {
    const names = requests.map((one) => quote(one.id));
    const secret = requests.filter((one) => one.detail.password).map((one) => quote(one.id));
    return `accounts() {
  while IFS=: read -r name password uid gid comment home shell || [ -n "$name" ]; do
    case $name in
      ${names.join('|')}) [ -d "$home" ] && there=1 || there=0; printf 'user:%s:%s:%s:%s:%s:%s:%s\\n' "$name" "$uid" "$gid" "$there" "$home" "$shell" "$comment" ;;
    esac
  done
}
if command -v getent >/dev/null; then getent passwd ${names.join(' ')} | accounts; else accounts </etc/passwd; fi
while IFS=: read -r name password gid members || [ -n "$name" ]; do printf 'group:%s:%s:%s\\n' "$name" "$gid" "$members"; done </etc/group
${secret.length === 0 ? '' : shadow(secret.join('|'))}`;
  },
  decode(output, requests) {
    const lines = output
      .toString('utf8')
      .split('\n')
      .map((line) => line.split(':'));
    const groups = lines.filter(([kind]) => kind === 'group');
    const passwords = new Map(
      lines
        .filter(([kind]) => kind === 'shadow')
        .toReversed()
        .map(([, name, hash]) => [name, hash ?? '']),
    );
    const seen = new Map<string, UserState>();
    for (const [kind, name, uid, gid, there, home, shell, ...comment] of lines) {
      // Of two lines for one name the first one counts, as for the system.
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
    return new Map(
      requests.map(({ id, detail }) => {
        const state = seen.get(id) ?? { exists: false };
        const hash = passwords.get(id);
        return [id, detail.password && state.exists ? { ...state, password: hash === undefined ? '' : passwordDigest(hash) } : state];
      }),
    );
  },
  merge: (one, other) => ({ password: one.password || other.password }),
  disagreement(predicted, seen) {
    if (predicted.exists !== seen.exists) return seen.exists ? 'still exists' : 'does not exist';
    for (const field of ['uid', 'group', 'comment', 'home', 'shell'] as const) {
      if (predicted[field] !== undefined && seen[field] !== undefined && predicted[field] !== seen[field]) {
        return `${field} is ${seen[field]}, should be ${predicted[field]}`;
      }
    }
    if (predicted.groups !== undefined && seen.groups !== undefined && predicted.groups.join() !== seen.groups.join()) {
      return `groups are ${seen.groups.join(', ')}, should be ${predicted.groups.join(', ')}`;
    }
    if (predicted.homeExists === true && seen.homeExists === false) return 'has no home directory';
    if (predicted.password !== undefined && seen.password !== undefined && predicted.password !== seen.password) {
      return 'has another password than the one that was set';
    }
    return undefined;
  },
  after(state, _id, effect) {
    if (!state.exists) return isUndeclaredPackage(effect) ? 'stale' : undefined;
    const other = effect.request;
    // Its number, or that it is one of the account's groups, may have changed with it.
    const isOwn = other.kind.name === GROUPS && (other.id === state.group || state.groups?.includes(other.id) === true);
    return isOwn ? 'stale' : undefined;
  },
};

export function userRequest(name: string, detail: UserDetail = { password: false }): Request<UserDetail, UserState> {
  return request(users, name, detail);
}

export function passwordDigest(hash: string): string {
  return createHash('sha256').update(hash).digest('hex');
}

/** Whether a user of this name has gone: its group of the same name may have gone with it. */
export function isRemovedUser(effect: Prediction, name: string): boolean {
  const state: UserState | undefined = predictedOf(users, effect);
  return state !== undefined && effect.request.id === name && !state.exists;
}

function shadow(pattern: string): string {
  return `if [ -r /etc/shadow ]; then
  while IFS=: read -r name hash rest || [ -n "$name" ]; do case $name in ${pattern}) printf 'shadow:%s:%s\\n' "$name" "$hash" ;; esac; done </etc/shadow
fi
`;
}
