import pLimit from 'p-limit';
import { type Value, Omitted } from '../../values/base/value.ts';
import { wrongType } from '../base/wrong-type.ts';
import { type Batch, keyOf } from '../context/context.ts';
import type { Stop } from '../order/itinerary.ts';

export interface Throttled {
  readonly batch: Batch;
  readonly stop: Stop;
  /** The value of `throttle`; undefined, `omit` or 0: no limit. */
  readonly most: Value | undefined;
}

/** Runs the work of a step while fewer than `most` hosts of the batch are at theirs; immediately without `throttle`. */
export async function throttled<Result>(
  { batch, stop, most }: Throttled,
  work: () => Promise<Result>,
): Promise<Result> {
  if (most === undefined || most === 0 || most instanceof Omitted) return await work();
  if (typeof most !== 'number' || !Number.isInteger(most))
    throw wrongType('throttle', 'a whole number; 0 is no limit', stop.step.place);
  const key = keyOf(stop);
  let limit = batch.throttles.get(key);
  if (limit === undefined) batch.throttles.set(key, (limit = pLimit(most)));
  return await limit(work);
}
