import pLimit from 'p-limit';
import type { Place } from '../errors/problem.ts';
import type { Value } from '../values/value.ts';
import type { Batch } from './context.ts';
import { keyOf } from './context.ts';
import type { Stop } from './itinerary.ts';
import { wrongType } from './wrong-type.ts';

/** Does the work of a step when fewer than `most` hosts of the batch are at theirs; at once where there is no `throttle`. */
export async function throttled<Result>(
  batch: Batch,
  stop: Stop,
  most: Value | undefined,
  place: Place,
  work: () => Promise<Result>,
): Promise<Result> {
  if (most === undefined || most === 0) return await work();
  if (typeof most !== 'number' || !Number.isInteger(most)) throw wrongType('throttle', 'a whole number; 0 is no limit', place);
  const key = keyOf(stop);
  let limit = batch.throttles.get(key);
  if (limit === undefined) batch.throttles.set(key, (limit = pLimit(most)));
  return await limit(work);
}
