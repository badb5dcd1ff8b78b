import { basename } from 'node:path';
import { z } from 'zod';
import { quote } from '../../connection/base/quote.ts';
import { numbered, printRecords, recordsOf } from '../../resources/base/records.ts';
import { type Request, type ResourceKind, request } from '../../resources/base/resource.ts';

/**
 * The owner of owed handlers. Plays of one playbook run each other's owed handlers; the folder of the playbook does not
 * matter.
 */
export interface Debtor {
  readonly playbook: string;
  readonly plays: ReadonlySet<string>;
}

/**
 * Returns who owes handlers: the file name of the playbook, so that the folder of a checkout does not matter, and its
 * plays.
 */
export function debtorOf(playbookFile: string, plays: ReadonlySet<string>): Debtor {
  return { playbook: basename(playbookFile), plays };
}

/** A handler that was called for on a host and has not run, with its owner. */
export interface Debt {
  /** The file name of the playbook, without its folder; undefined if the list was written in a version before 2. */
  readonly playbook: string | undefined;
  readonly play: string | undefined;
  readonly handler: string;
}

/** One line of the list: since version 2, JSON `[2, playbook, play, handler]`; before, the name of the handler. */
const line = z.tuple([z.literal(2), z.string(), z.string(), z.string()]);

/**
 * Handlers that are owed are written to a list on the host before the change that owes them, and removed after they
 * have run. If a run ends in between, they stay there, and a later run of the same playbook runs them.
 */
const owedKind: ResourceKind<null, readonly Debt[]> = {
  name: 'owed',
  observe: (requests) =>
    printRecords(
      requests
        .map(
          // Another run may rename the list and begin a new one at any moment.
          ({ id }, index) =>
            `( ${goInto(id)} || exit 0; for g in ./owed ./owed.[0-9]*; do if [ -r "$g" ]; then printf %s "\${b}n${index}:"; cat -- "$g" || [ ! -e "$g" ] || cat -- "$g" || [ ! -e "$g" ] || exit; fi; done ) || exit`,
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

/** The request for the list of a user on the host. */
export function owedBy(user: string): Request<null, readonly Debt[]> {
  return request(owedKind, user, null);
}

/** Returns shell text that writes handlers to the list. It fails if it cannot. */
export function writeDown(user: string, debts: readonly Debt[]): string {
  if (debts.length === 0) return '';
  const lines = debts.map((debt) => quote(lineOf(debt))).join(' ');
  const foreign = `{ printf '%s is not a folder of the user alone\\n' "$d" >&2; exit 1; }`;
  return `( ${folderOf(user)}; [ -d "$d" ] || { umask 077; mkdir -p -- "$d" || exit; }; ${GO_INTO} || ${foreign}; printf '%s\\n' ${lines} >>./owed )`;
}

/**
 * Returns shell text that removes a handler from the list. It first renames the list, so that lines which another run
 * writes meanwhile are not lost: a play on a local connection takes no lock. A renamed list that a dead run left more
 * than a minute ago is put back.
 */
export function crossOut(user: string, debt: Debt): string {
  const others = `grep -vxF -e ${quote(lineOf(debt))} -- "$g"`;
  const steps = [
    `${goInto(user)} || exit 0`,
    'n=$$; while [ -e "./owed.$n" ]; do n=$((n+1)); done',
    '[ ! -e ./owed ] || mv -f ./owed "./owed.$n"',
    'for g in ./owed.[0-9]*; do [ -e "$g" ] || continue',
    '[ "$g" = "./owed.$n" ] || [ -n "$(find "$g" -mmin +1)" ] || continue',
    // A renamed list that cannot be read or put back stays: it counts as part of the list.
    `k=$(${others}); [ $? -le 1 ] || continue; { [ -z "$k" ] || printf '%s\\n' "$k" >>./owed; } && rm -f "$g"; done`,
  ];
  return `( ${steps.join('; ')} )`;
}

/**
 * A user without a home, or with a home that belongs to another user, has a folder below /var/tmp, which survives a
 * reboot.
 */
function folderOf(user: string): string {
  if (user === 'root') return 'd=/var/lib/runbook';
  return 'if [ -O "$HOME" ]; then d="$HOME/.local/state/runbook"; else d=/var/tmp/runbook-$(id -u); fi';
}

/** The shell stays in the folder that it has entered, even if another user renames it. */
const GO_INTO = 'cd -P -- "$d/" 2>/dev/null && [ -O . ] && { [ "${d%/*}" != /var/tmp ] || [ .. -ef /var/tmp ]; }';

function goInto(user: string): string {
  return `${folderOf(user)}; ${GO_INTO}`;
}

function lineOf({ playbook, play, handler }: Debt): string {
  return playbook === undefined || play === undefined ? handler : JSON.stringify([2, playbook, play, handler]);
}

/** Parses a line; undefined if it is empty, or if a later version has written it. */
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
