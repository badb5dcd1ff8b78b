import { quote } from '../../connection/base/quote.ts';
import type { Request, Seen } from '../../resources/base/resource.ts';
import { IN_OTHER_HANDS } from '../../resources/base/unhindered-read.ts';
import { file } from '../../resources/file.ts';
import type { FileDetail } from '../../resources/file/file-detail.ts';
import type { FileState } from '../../resources/file/file-state.ts';
import type { UserState } from '../../resources/system/account-state.ts';
import type { Context, Impossible, Observed } from '../base/module.ts';
import { lockedDirectory } from '../path/file-needs.ts';
import { inForeignHands, wayNeeds } from '../path/way-to-path.ts';
import type { UserArguments } from './user-arguments.ts';
import { movesHome } from './user-wish.ts';

/** Returns the requests for the home directory that can be known in advance, and for the way to it. */
export function homeNeeds(args: UserArguments): readonly Request[] {
  const home = homeOf(args);
  return [home, ...wayNeeds(home.id)];
}

function homeOf(args: UserArguments): Request<FileDetail, FileState> {
  return file(args.home ?? `/home/${args.name}`, 'target');
}

/** Returns the home directories that the task makes, moves or removes. */
export function touchedHomes(
  args: UserArguments,
  state: UserState,
  after: UserState,
  isThere: boolean,
): readonly string[] {
  if (!after.exists) return args.remove && state.home !== undefined ? [state.home] : [];
  const isMade = args.create_home && !isThere;
  const isMoved = movesHome(args, state);
  return [isMade || isMoved ? after.home : undefined, isMoved ? state.home : undefined].filter(
    (home) => home !== undefined,
  );
}

/**
 * Returns why a home directory cannot be made, moved or removed safely; undefined if it can: useradd and similar
 * programs use names, which others could replace meanwhile. The caller has observed `homeNeeds`.
 */
export function homeInForeignHands(
  args: UserArguments,
  homes: readonly string[],
  seen: Seen,
  context: Context,
): Impossible | undefined {
  const home = homeOf(args);
  return args.unsafe_path || !homes.includes(home.id) ? undefined : inForeignHands([home], seen, context);
}

/**
 * Returns the problem of a home directory that cannot be made where it would be, even by root; undefined if there is
 * none. The caller has observed `homeNeeds`.
 */
export function lockedHome(args: UserArguments, homes: readonly string[], observed: Observed): Impossible | undefined {
  const { id } = homeOf(args);
  return homes.includes(id) ? lockedDirectory(id, observed) : undefined;
}

/**
 * Returns shell text that ends the script if other users can change names on the way to a home directory that could not
 * be known in advance.
 */
export function refuseForeignHomes(args: UserArguments, homes: readonly string[]): string {
  const unseen = homes.filter((path) => path !== homeOf(args).id);
  if (args.unsafe_path || unseen.length === 0) return '';
  const said = quote(
    '%s: other users can change names on the way to it. Tell the module by home: %s, or set unsafe_path: true.\\n',
  );
  const checks = unseen.map(
    (path) => `! in_other_hands ${quote(path)} || { printf ${said} ${quote(path)} ${quote(path)} >&2; exit 1; }`,
  );
  return `${[IN_OTHER_HANDS, ...checks].join('\n')}\n`;
}
