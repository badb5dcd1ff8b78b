import { quote } from '../connection/quote.ts';
import { numbered, printRecords, recordsOf } from '../resources/records.ts';
import type { Request, ResourceKind } from '../resources/resource.ts';
import { request } from '../resources/resource.ts';

/**
 * Handlers that are owed are written down on the host before the change that owes them, and crossed out when they
 * have run. A run that dies in between leaves them there, and any later run pays them.
 */
const owedKind: ResourceKind<null, readonly string[]> = {
  name: 'owed',
  observe: (requests) =>
    printRecords(
      requests
        .map((one, index) => `${fileOf(one.id)}; if [ -r "$f" ]; then printf %s "\${b}n${index}:"; cat -- "$f" || exit; fi`)
        .join('\n'),
    ),
  decode(output, requests) {
    const names = new Map(
      recordsOf(output)
        .map(numbered)
        .map(({ index, rest }) => [index, new Set(rest.toString('utf8').split('\n'))]),
    );
    return new Map(requests.map(({ id }, index) => [id, [...(names.get(index) ?? [])].filter((line) => line !== '')]));
  },
  merge: () => null,
  disagreement: () => undefined,
};

/** What the user of that name owes on the host. */
export function owedBy(user: string): Request<null, readonly string[]> {
  return request(owedKind, user, null);
}

/** Shell text that writes a handler down. It fails if that cannot be done. */
export function writeDown(user: string, handlers: readonly string[]): string {
  if (handlers.length === 0) return '';
  return `${fileOf(user)}; mkdir -p -m 0700 "\${f%/*}" && printf '%s\\n' ${handlers.map(quote).join(' ')} >>"$f"`;
}

/** Shell text that crosses a handler out. */
export function crossOut(user: string, handler: string): string {
  return `( ${fileOf(user)}; [ -e "$f" ] || exit 0; grep -vxF -e ${quote(handler)} -- "$f" >"$f.new"; if [ -s "$f.new" ]; then mv -f "$f.new" "$f"; else rm -f "$f" "$f.new"; fi )`;
}

function fileOf(user: string): string {
  return user === 'root' ? 'f=/var/lib/runbook/owed' : 'f="$HOME/.local/state/runbook/owed"';
}
