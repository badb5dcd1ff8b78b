import type { Step } from '../../playbook/base/play.ts';
import type { PlayScope } from '../host/variables.ts';

/**
 * A step with its number in the order of the play: `at` increases from step to step, through blocks and their rescues.
 */
export interface Stop {
  readonly step: Step;
  readonly at: number;
  /** End of the range for steps that are known only during the run: those of an include, the handlers of a flush. */
  readonly until: number;
  readonly block: readonly Stop[];
  readonly rescue: readonly Stop[];
  readonly always: readonly Stop[];
}

/** Returns the number of steps, including those inside: the size of their range in the order of a play. */
export function size(steps: readonly Step[]): number {
  let sum = 0;
  for (const step of steps)
    sum += step.kind === 'block' ? 1 + size(step.block) + size(step.rescue) + size(step.always) : 1;
  return sum;
}

/** Numbers the steps within [from, until); without `until`, with consecutive numbers. */
export function itinerary(steps: readonly Step[], from: number, until: number = from + size(steps)): readonly Stop[] {
  const total = size(steps);
  const width = total === 0 ? 0 : (until - from) / total;
  let next = 0;
  const number = (of: readonly Step[]): readonly Stop[] =>
    of.map((step) => {
      const at = from + next * width;
      next += 1;
      const inner = step.kind === 'block' ? step : undefined;
      return {
        step,
        at,
        until: at + width,
        block: number(inner?.block ?? []),
        rescue: number(inner?.rescue ?? []),
        always: number(inner?.always ?? []),
      };
    });
  return number(steps);
}

/** The position of a host: `index` in `stops`, and the route that follows them. */
export interface Route {
  readonly stops: readonly Stop[];
  readonly index: number;
  readonly behind: Route | undefined;
  /** The play of the stops, if it is not the current one. */
  readonly play: PlayScope | undefined;
}

/**
 * Yields the stops after the current one, with blocks resolved and without rescues: the steps that run if nothing
 * fails.
 */
export function* ahead(
  route: Route | undefined,
): Generator<{ readonly stop: Stop; readonly play: PlayScope | undefined }> {
  for (let part = route; part !== undefined; part = part.behind) {
    for (let index = part.index + 1; index < part.stops.length; index += 1) {
      for (const stop of opened(part.stops[index])) yield { stop, play: part.play };
    }
  }
}

/** Yields one stop, or the stops in it if it is a block. */
export function* opened(stop: Stop | undefined): Generator<Stop> {
  if (stop === undefined) return;
  if (stop.step.kind !== 'block') {
    yield stop;
    return;
  }
  for (const inner of stop.block) yield* opened(inner);
  for (const inner of stop.always) yield* opened(inner);
}
