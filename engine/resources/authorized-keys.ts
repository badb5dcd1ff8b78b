import { quote } from '../connection/quote.ts';
import { files } from './file.ts';
import type { Request, ResourceKind } from './resource.ts';
import { predictedOf, request } from './resource.ts';
import { users } from './user.ts';

/** The public keys that may log in as a user. */
export interface AuthorizedKeysState {
  /** Whether there is such a user. */
  readonly exists: boolean;
  readonly gid?: number | undefined;
  readonly home?: string | undefined;
  /** The lines of the file; null where there is none. */
  readonly lines: readonly string[] | null;
}

/** Ids are names of users: the file is the one in their home directory. */
export const authorizedKeys: ResourceKind<undefined, AuthorizedKeysState> = {
  name: 'authorized_keys',
  observe: (requests) => `for user in ${requests.map((one) => quote(one.id)).join(' ')}; do
  if command -v getent >/dev/null; then line=$(getent passwd "$user"); else line=$(grep "^$user:" /etc/passwd); fi
  IFS=: read -r name password uid gid comment home shell <<end
$line
end
  printf 'user:%s:%s:%s\\n' "$user" "$gid" "$home"
  [ -n "$home" ] || continue
  if [ -e "$home/.ssh/authorized_keys" ]; then echo file && sed 's/^/+/' "$home/.ssh/authorized_keys" || exit; fi
done
`,
  decode(output, requests) {
    const found = new Map<string, AuthorizedKeysState & { lines: string[] | null }>();
    let current: { lines: string[] | null } | undefined;
    for (const line of output.toString('utf8').split('\n')) {
      const [, user, gid, home] = /^user:([^:]*):([^:]*):(.*)$/.exec(line) ?? [];
      if (user !== undefined && home !== undefined) {
        const state = { exists: home !== '', gid: Number(gid), home, lines: null };
        current = state;
        found.set(user, state);
      } else if (line === 'file' && current !== undefined) current.lines = [];
      else if (line.startsWith('+')) current?.lines?.push(line.slice(1));
    }
    return new Map(requests.map(({ id }) => [id, found.get(id) ?? { exists: false, lines: null }]));
  },
  merge: () => undefined,
  disagreement(predicted, seen) {
    if (predicted.lines?.join('\n') === seen.lines?.join('\n')) return undefined;
    return 'holds other keys than those that were written';
  },
  after(state, id, effect) {
    const user = predictedOf(users, effect);
    if (user !== undefined && effect.request.id === id) {
      if (user.exists && !state.exists) return { exists: true, gid: user.gid, home: user.home, lines: null };
      return user.exists && (user.home === undefined || user.home === state.home) ? undefined : 'stale';
    }
    const isFile =
      predictedOf(files, effect) !== undefined &&
      state.home !== undefined &&
      `${state.home}/.ssh/authorized_keys`.startsWith(effect.request.id);
    return isFile ? 'stale' : undefined;
  },
};

export function authorizedKeysRequest(user: string): Request<undefined, AuthorizedKeysState> {
  return request(authorizedKeys, user, undefined);
}
