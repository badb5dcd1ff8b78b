import { quote } from '../connection/base/quote.ts';
import { numbered, printRecords, recordsOf } from './base/records.ts';
import { type Request, type ResourceKind, predictedOf, request } from './base/resource.ts';
import { isUndeclaredPackage } from './package.ts';
import { users } from './user.ts';

/** The crontab of a user. */
export interface CrontabState {
  /** True if the host has the command crontab. */
  readonly available: boolean;
  /** The bytes of the crontab; empty if there is no crontab. */
  readonly content: Buffer;
  /** The reason why the command did not show the crontab: the user does not exist, or may not have one. */
  readonly failure?: string | undefined;
}

/** Ids are names of users. */
export const crontabs: ResourceKind<undefined, CrontabState> = {
  name: 'crontab',
  observe: (requests) =>
    printRecords(`if command -v crontab >/dev/null; then
  i=0 me=$(id -un)
  for user in ${requests.map((one) => quote(one.id)).join(' ')}; do
    printf %s "\${b}c$i:"
    # What it says goes to a variable, what it shows to stdout.
    { said=$({ if [ "$user" = "$me" ]; then crontab -l; else crontab -u "$user" -l; fi; } 2>&1 >&3 3>&-) || printf %s "\${b}f$i:$said"; } 3>&1
    i=$((i + 1))
  done
fi`),
  decode(output, requests) {
    const contents = new Map<number, Buffer>();
    const failures = new Map<number, string>();
    for (const record of recordsOf(output)) {
      const { index, rest } = numbered(record);
      if (record.letter === 'c') contents.set(index, rest);
      if (record.letter === 'f' && !isNone(rest.toString('utf8'))) failures.set(index, rest.toString('utf8').trim());
    }
    return new Map(
      requests.map(({ id }, index): [string, CrontabState] => {
        const content = contents.get(index);
        const failure = failures.get(index);
        const available = content !== undefined;
        return [id, { available, content: content ?? Buffer.alloc(0), ...(failure === undefined ? {} : { failure }) }];
      }),
    );
  },
  merge: () => undefined,
  disagreement: (predicted, seen) => (predicted.content.equals(seen.content) ? undefined : 'is not as it was written'),
  after(state, id, effect) {
    if (!state.available && isUndeclaredPackage(effect)) return 'stale';
    return predictedOf(users, effect) !== undefined && effect.request.id === id ? 'stale' : undefined;
  },
};

/** Most versions of cron say `no crontab for root`. busybox says that it cannot open the file. */
function isNone(said: string): boolean {
  return /no crontab for /.test(said) || /can't open '[^']*': No such file or directory/.test(said);
}

/** Asks for the crontab of a user. */
export function crontabRequest(user: string): Request<undefined, CrontabState> {
  return request(crontabs, user, undefined);
}
