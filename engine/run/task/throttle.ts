import pLimit from 'p-limit';
import { amountOf } from '../../values/base/amount.ts';
import { type Value, Omitted, Unknown } from '../../values/base/value.ts';
import { wrongType } from '../base/wrong-type.ts';
import { type Batch, type RunContext, keyOf } from '../context/context.ts';
import type { Stop } from '../order/itinerary.ts';

export interface Throttled {
  readonly context: Pick<RunContext, 'underWay'>;
  readonly batch: Batch;
  readonly stop: Stop;
  /** The value of `throttle`; undefined, `omit` or 0: no limit. A plan may not know it. */
  readonly most: Value | undefined;
}

/** Runs the work of a step while fewer than `most` hosts of the batch are at theirs; immediately without `throttle`. */
export async function throttled<Result>(
  { context, batch, stop, most }: Throttled,
  work: () => Promise<Result>,
): Promise<Result> {
  if (most === undefined || most instanceof Omitted || most instanceof Unknown) return await work();
  const count = amountOf(most);
  if (count === 0) return await work();
  if (count === undefined || !Number.isInteger(count))
    throw wrongType('throttle', 'a whole number; 0 is no limit', stop.step.place);
  const key = keyOf(stop);
  let limit = batch.throttles.get(key);
  if (limit === undefined) batch.throttles.set(key, (limit = pLimit(count)));
  const goOn = context.underWay.aside();
  return await limit(() => {
    goOn();
    return work();
  });
}
