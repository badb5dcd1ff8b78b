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
          ({ id }, index) =>
            `( ${goInto(id)} || exit 0; for g in ./owed ./owed.[0-9]*; do if [ -r "$g" ]; then printf %s "\${b}n${index}:"; cat -- "$g" || [ ! -e "$g" ] || exit; fi; done ) || exit`,
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
  const lines = debts.map((debt) => quote(lineOf(debt))).join(' ');
  const foreign = `{ printf '%s is not a folder of the user alone\\n' "$d" >&2; exit 1; }`;
  return `( ${folderOf(user)}; [ -d "$d" ] || { umask 077; mkdir -p -- "$d" || exit; }; ${GO_INTO} || ${foreign}; printf '%s\\n' ${lines} >>./owed )`;
}

/**
 * Shell text that crosses a handler out. The list is taken away under another name first, so that what another run
 * writes down meanwhile is not lost: a play on a local connection takes no lock. What a run that died has left under
 * such a name a minute ago is put back.
 */
export function crossOut(user: string, debt: Debt): string {
  const others = `grep -vxF -e ${quote(lineOf(debt))} -- "$g"`;
  const steps = [
    `${goInto(user)} || exit 0`,
    'n=$$; while [ -e "./owed.$n" ]; do n=$((n+1)); done',
    '[ ! -e ./owed ] || mv -f ./owed "./owed.$n"',
    'for g in ./owed.[0-9]*; do [ -e "$g" ] || continue',
    '[ "$g" = "./owed.$n" ] || [ -n "$(find "$g" -mmin +1)" ] || continue',
    // What cannot be read, or not be put back, stays under the other name: that is part of the list.
    `k=$(${others}); [ $? -le 1 ] || continue; { [ -z "$k" ] || printf '%s\\n' "$k" >>./owed; } && rm -f "$g"; done`,
  ];
  return `( ${steps.join('; ')} )`;
}

/** A user whose home is nowhere, or in the hands of another, has a folder below /var/tmp, which outlives a reboot. */
function folderOf(user: string): string {
  if (user === 'root') return 'd=/var/lib/runbook';
  return 'if [ -O "$HOME" ]; then d="$HOME/.local/state/runbook"; else d=/var/tmp/runbook-$(id -u); fi';
}

/** What the shell has gone into stays the same, whoever changes its name. */
const GO_INTO = 'cd -P -- "$d/" 2>/dev/null && [ -O . ] && { [ "${d%/*}" != /var/tmp ] || [ .. -ef /var/tmp ]; }';

function goInto(user: string): string {
  return `${folderOf(user)}; ${GO_INTO}`;
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
