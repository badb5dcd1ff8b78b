import { quote } from '../connection/quote.ts';
import { isUndeclaredPackage } from './package.ts';
import type { Request, ResourceKind } from './resource.ts';
import { request } from './resource.ts';

/** The crontab of a user. */
export interface CrontabState {
  /** Whether the host has the command crontab. */
  readonly available: boolean;
  readonly text: string;
}

/** Ids are names of users. */
export const crontabs: ResourceKind<undefined, CrontabState> = {
  name: 'crontab',
  observe: (requests) => `if command -v crontab >/dev/null; then
  for user in ${requests.map((one) => quote(one.id)).join(' ')}; do
    printf 'user %s\\n' "$user"
    if [ "$user" = "$(id -un)" ]; then crontab -l; else crontab -u "$user" -l; fi 2>/dev/null | sed 's/^/+/'
  done
fi
`,
  decode(output, requests) {
    const lines = output.toString('utf8').split('\n');
    return new Map(
      requests.map(({ id }): [string, CrontabState] => {
        const start = lines.indexOf(`user ${id}`);
        if (start < 0) return [id, { available: false, text: '' }];
        const end = lines.findIndex((line, index) => index > start && !line.startsWith('+'));
        const own = lines.slice(start + 1, end < 0 ? undefined : end);
        return [id, { available: true, text: own.map((line) => `${line.slice(1)}\n`).join('') }];
      }),
    );
  },
  merge: () => undefined,
  disagreement: (predicted, seen) => (predicted.text === seen.text ? undefined : 'is not as it was written'),
  after: (state, _id, effect) => (!state.available && isUndeclaredPackage(effect) ? 'stale' : undefined),
};

export function crontabRequest(user: string): Request<undefined, CrontabState> {
  return request(crontabs, user, undefined);
}
