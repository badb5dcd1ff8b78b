import { quote } from '../connection/quote.ts';
import { isUndeclaredPackage } from './package.ts';
import type { Request, ResourceKind } from './resource.ts';
import { request } from './resource.ts';
import { isRemovedUser } from './user.ts';

/** A group of accounts. */
export interface GroupState {
  readonly exists: boolean;
  /** Undefined where a prediction cannot know it. */
  readonly gid?: number | undefined;
}

export const groups: ResourceKind<undefined, GroupState> = {
  name: 'group',
  observe(requests) {
    const names = requests.map((one) => quote(one.id));
    return `if command -v getent >/dev/null; then
  getent group ${names.join(' ')} || :
else
  while IFS= read -r line || [ -n "$line" ]; do case $line in ${names.map((name) => `${name}:*`).join('|')}) printf '%s\\n' "$line" ;; esac; done </etc/group
fi
`;
  },
  decode(output, requests) {
    const lines = output
      .toString('utf8')
      .split('\n')
      .map((line) => line.split(':'));
    return new Map(
      requests.map(({ id }) => {
        const line = lines.find(([name]) => name === id);
        return [id, line === undefined ? { exists: false } : { exists: true, gid: Number(line[2]) }];
      }),
    );
  },
  merge: () => undefined,
  disagreement(predicted, seen) {
    if (predicted.exists !== seen.exists) return seen.exists ? 'still exists' : 'does not exist';
    if (predicted.gid !== undefined && seen.gid !== undefined && predicted.gid !== seen.gid)
      return `gid is ${seen.gid}, should be ${predicted.gid}`;
    return undefined;
  },
  after(state, id, effect) {
    if (!state.exists) return isUndeclaredPackage(effect) ? 'stale' : undefined;
    return isRemovedUser(effect, id) ? 'stale' : undefined;
  },
};

export function groupRequest(name: string): Request<undefined, GroupState> {
  return request(groups, name, undefined);
}
