import { owedBy } from '../base/owed.ts';
import { connectFor } from '../context/connect-host.ts';
import { requestsAhead } from '../lookahead/requests-ahead.ts';
import { NoSuchAccount } from '../machine/machine.ts';
import type { Route } from '../order/itinerary.ts';
import { resolveSettings } from '../preparation/step-settings.ts';
import { type Payer, callForOwed, learnOwed } from './owed-handlers.ts';

export interface Collecting extends Payer {
  /** The way ahead, for requests of later tasks. */
  readonly route: Route | undefined;
}

/**
 * Calls again for handlers that an earlier run left owed. The list of the play's own user is requested together with
 * the first window of requests.
 */
export async function collectOwed(payer: Collecting): Promise<void> {
  const { context, host, play, handlers, route } = payer;
  if (handlers.length === 0) return;
  const machine = await connectFor(context, host, undefined);
  const settings = resolveSettings(play.settings, play.place, host.variables.scope(undefined));
  if (settings.kind === 'unknown') return;
  const { privilege } = settings.settings;
  const user = machine.userOf(privilege);
  if (host.owedEarlier.has(user)) return callForOwed(payer);
  const view = machine.view(privilege);
  const owed = owedBy(user);
  const ahead = await requestsAhead(context, host, route, view);
  try {
    await context.turns.connected(() => machine.look(privilege, view.missing([owed, ...ahead]), context.mode));
  } catch (error) {
    // An account that does not exist has no list. A task that needs the account reports it.
    if (!(error instanceof NoSuchAccount)) throw error;
    return callForOwed(payer);
  }
  learnOwed(payer, user, view.seen.of(owed));
  view.release([owed]);
}
