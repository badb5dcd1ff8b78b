import { Problem } from '../../errors/problem.ts';
import { BATCH_SIZES, batchSizeOf } from '../../playbook/base/batch-size.ts';
import type { BatchSize, Play } from '../../playbook/base/play.ts';
import { amountOf } from '../../values/base/amount.ts';
import { type Scope, type Value, Unknown } from '../../values/base/value.ts';
import { flagOf } from '../base/flag.ts';
import { wrongType } from '../base/wrong-type.ts';

/** The batches of a play, and the failures that end it for all. */
export interface Pace {
  /** Sizes of the batches; the last one repeats. Empty: one batch of all hosts. */
  readonly serial: readonly BatchSize[];
  readonly maxFailPercentage: number | undefined;
  readonly anyErrorsFatal: boolean;
}

/** Evaluates the keywords of the play with the variables that exist before it has hosts. Throws Problem. */
export function paceOf(play: Play, scope: Scope): Pace {
  const fatal = flagOf('any_errors_fatal', play.anyErrorsFatal, scope);
  if (fatal instanceof Unknown)
    throw wrongType('any_errors_fatal', 'known before the play begins', play.anyErrorsFatal?.place ?? play.place);
  const most = play.maxFailPercentage?.resolve(scope);
  const percentage = amountOf(most);
  if (most !== undefined && (percentage === undefined || percentage > 100))
    throw wrongType('max_fail_percentage', 'a number from 0 to 100', play.maxFailPercentage?.place ?? play.place);
  return {
    serial: play.serial.flatMap((size) => sizesOf(size, scope)),
    maxFailPercentage: percentage,
    anyErrorsFatal: fatal,
  };
}

function sizesOf(given: Play['serial'][number], scope: Scope): readonly BatchSize[] {
  if (given.kind !== 'template') return [given];
  const value = given.value.resolve(scope);
  const values: readonly Value[] = Array.isArray(value) ? value : [value];
  return values.map((one) => {
    const size = batchSizeOf(one);
    if (size !== undefined) return size;
    throw new Problem({
      code: 'wrong-type',
      what: `serial cannot be ${JSON.stringify(one)}`,
      place: given.value.place,
      remedy: BATCH_SIZES,
    });
  });
}
