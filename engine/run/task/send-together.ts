import { Problem } from '../../errors/problem.ts';
import type { Apply, Change } from '../../modules/base/module.ts';
import type { Request } from '../../resources/base/resource.ts';
import type { Companion, MadeChange } from '../context/made-together.ts';
import type { Applied } from '../machine/machine-change.ts';
import type { View } from '../machine/view.ts';
import type { ItemRun } from './item.ts';
import { inTurnOf } from './live-turn.ts';

/** The change whose turn it is. */
export interface FirstChange {
  readonly change: Change;
  readonly apply: Apply;
  readonly own: readonly Request[];
  readonly note: string;
  readonly proof: string;
  readonly begun: () => void;
}

/** The answer for the change whose turn it is; `earlier`: see `MadeChange`. */
export interface FirstAnswer extends Pick<MadeChange, 'earlier'> {
  readonly answer: Applied;
}

/**
 * Sends the change whose turn it is together with those of later turns. The answers for these are kept for their turns.
 * A change that the script did not reach is not made: it is planned again in its turn.
 */
export async function sendTogether(
  run: ItemRun,
  first: FirstChange,
  companions: readonly Companion[],
): Promise<FirstAnswer> {
  const { context, host, machine, prepared } = run;
  const all = [first, ...companions];
  const parts = all.map(({ change, apply, own, note, proof }) => {
    return { apply, before: note, own, touches: change.predictions, proof };
  });
  const sending = { privilege: prepared.privilege, parts, begun: first.begun };
  const [answer, ...answers] = await inTurnOf(run, 'changing', () => machine.changeTogether(sending)).catch(
    (error: unknown) => {
      throw error instanceof Problem ? withCompanions(error, companions) : error;
    },
  );
  if (answer === undefined) throw new Error('there is no answer for the first of several changes');
  const view = machine.view(prepared.privilege);
  const made = companions.flatMap((companion, index) => {
    const own = answers[index];
    return own === undefined ? [] : [{ ...companion, answer: own }];
  });
  context.together.add(
    host,
    made.map((one, index): MadeChange => ({ ...one, earlier: earlierStates(one, made.slice(index + 1), view) })),
  );
  return { answer, earlier: earlierStates(first, made, view) };
}

/** Returns the states after a change of the things that one of the later changes has changed again. */
function earlierStates(
  { change }: Pick<Companion, 'change'>,
  later: readonly Pick<Companion, 'change'>[],
  view: View,
): ReadonlyMap<string, unknown> {
  const again = new Set(later.flatMap((one) => one.change.predictions.map(({ request }) => request.key)));
  const states = new Map<string, unknown>();
  for (const { request, state } of change.predictions) {
    if (!again.has(request.key)) continue;
    states.set(request.key, request.kind.together?.earlier(state, view.seen.of(request)) ?? state);
  }
  return states;
}

/** Adds to an error, which is reported for the task whose turn it was, which other tasks it concerns. */
function withCompanions(error: Problem, companions: readonly Companion[]): Problem {
  if (error.constructor !== Problem) return error;
  const { code, what, why, place, remedy } = error;
  return new Problem({ code, what, place, remedy, cause: error, why: joined(why, alsoSent(companions)) });
}

/** Returns a sentence about the changes that were sent together with a failed one; undefined if there are none. */
export function alsoSent(companions: readonly Companion[]): string | undefined {
  if (companions.length === 0) return undefined;
  return `The changes of these tasks were sent together with it, and may be made: ${placesOf(companions).join(', ')}`;
}

/** Returns a sentence about the changes after a failed one that were made nevertheless; undefined if there are none. */
export function alsoMade(places: readonly string[]): string | undefined {
  return places.length === 0
    ? undefined
    : `The changes of these later tasks are made already, and no handler was called for them: ${places.join(', ')}`;
}

function placesOf(companions: readonly Companion[]): readonly string[] {
  return [...new Set(companions.map(({ stop }) => stop.step.id))];
}

/** Joins the sentences that there are. */
export function joined(...sentences: readonly (string | undefined)[]): string | undefined {
  const there = sentences.filter((one) => one !== undefined && one !== '');
  return there.length === 0 ? undefined : there.join('\n');
}
