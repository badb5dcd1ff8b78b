import { basename } from 'node:path';
import { z } from 'zod';
import { quote } from '../../connection/base/quote.ts';
import { numbered, printRecords, recordsOf } from '../../resources/base/records.ts';
import { type Request, type ResourceKind, request } from '../../resources/base/resource.ts';

/** The plays that pay each other's debts: those of one playbook, wherever its file lies. */
export interface Debtor {
  readonly playbook: string;
  readonly plays: ReadonlySet<string>;
}

export function debtorOf(playbookFile: string, plays: ReadonlySet<string>): Debtor {
  return { playbook: basename(playbookFile), plays };
}

/** A handler that was called for on a host and has not run, with who owes it. */
export interface Debt {
  /**
   * The name of the playbook's file, without its folder; undefined where a version before 2 of the list has written it
   * down.
   */
  readonly playbook: string | undefined;
  readonly play: string | undefined;
  readonly handler: string;
}

/** One line of the list: since version 2 JSON, `[2, playbook, play, handler]`; before that the handler's name. */
const line = z.tuple([z.literal(2), z.string(), z.string(), z.string()]);

/**
 * Handlers that are owed are written down on the host before the change that owes them, and crossed out when they
 * have run. A run that dies in between leaves them there, and a later run of the same playbook pays them.
 */
const owedKind: ResourceKind<null, readonly Debt[]> = {
  name: 'owed',
  observe: (requests) =>
    printRecords(
      requests
        .map(
          (one, index) =>
            `${fileOf(one.id)}; for g in "$f" "$f".[0-9]*; do if [ -r "$g" ]; then printf %s "\${b}n${index}:"; cat -- "$g" || exit; fi; done`,
        )
        .join('\n'),
    ),
  decode(output, requests) {
    const lists = new Map<number, Set<string>>();
    for (const { index, rest } of recordsOf(output).map(numbered))
      lists.set(index, new Set([...(lists.get(index) ?? []), ...rest.toString('utf8').split('\n')]));
    return new Map(
      requests.map(({ id }, index) => [id, [...(lists.get(index) ?? [])].flatMap((one) => debtOf(one) ?? [])]),
    );
  },
  merge: () => null,
  disagreement: () => undefined,
};

/** What the user of that name owes on the host. */
export function owedBy(user: string): Request<null, readonly Debt[]> {
  return request(owedKind, user, null);
}

/** Shell text that writes handlers down. It fails if that cannot be done. */
export function writeDown(user: string, debts: readonly Debt[]): string {
  if (debts.length === 0) return '';
  return `${fileOf(user)}; mkdir -p -m 0700 "\${f%/*}" && printf '%s\\n' ${debts.map((debt) => quote(lineOf(debt))).join(' ')} >>"$f"`;
}

/**
 * Shell text that crosses a handler out. The list is taken away under another name first, so that what another run
 * writes down meanwhile is not lost: a play on a local connection takes no lock. What a run that died has left under
 * such a name a minute ago is put back.
 */
export function crossOut(user: string, debt: Debt): string {
  const others = `grep -vxF -e ${quote(lineOf(debt))} -- "$g"`;
  const steps = [
    fileOf(user),
    'n=$$; while [ -e "$f.$n" ]; do n=$((n+1)); done',
    '[ ! -e "$f" ] || mv -f "$f" "$f.$n"',
    'for g in "$f".[0-9]*; do [ -e "$g" ] || continue',
    '[ "$g" = "$f.$n" ] || [ -n "$(find "$g" -mmin +1)" ] || continue',
    // What cannot be read, or not be put back, stays under the other name: that is part of the list.
    `k=$(${others}); [ $? -le 1 ] || continue; { [ -z "$k" ] || printf '%s\\n' "$k" >>"$f"; } && rm -f "$g"; done`,
  ];
  return `( ${steps.join('; ')} )`;
}

function fileOf(user: string): string {
  return user === 'root' ? 'f=/var/lib/runbook/owed' : 'f="$HOME/.local/state/runbook/owed"';
}

function lineOf({ playbook, play, handler }: Debt): string {
  return playbook === undefined || play === undefined ? handler : JSON.stringify([2, playbook, play, handler]);
}

/** Undefined where nothing is owed, or a later version has written what is not understood. */
function debtOf(text: string): Debt | undefined {
  if (text === '') return undefined;
  if (!/^\[\d+,"/.test(text)) return { playbook: undefined, play: undefined, handler: text };
  try {
    const [, playbook, play, handler] = line.parse(JSON.parse(text));
    return { playbook, play, handler };
  } catch {
    return undefined;
  }
}
