import { type Command, InvalidArgumentError } from 'commander';
import { Problem } from '../../errors/problem.ts';
import type { Slice } from '../../run/base/slice.ts';

/** The options of `addSliceOptions`. */
export interface SliceFlags {
  readonly slice?: Pick<Slice, 'index' | 'of'>;
  readonly sliceBy?: string;
  readonly sliceRun?: string;
}

/** More slices than hosts of any run known. A larger number is most likely a mistake. */
const MOST_SLICES = 10_000;

/** Adds the options for a part of the hosts. */
export function addSliceOptions(command: Command): Command {
  return command
    .option(
      '--slice <I/N>',
      'only part I of N equal parts of the hosts, such as 2/7; other runs do the other parts',
      slicePart,
    )
    .option('--slice-by <variable>', 'with --slice: hosts with the same value of this variable go into one part')
    .option('--slice-run <name>', 'with --slice: a name that all parts of one run have, for `runbook runs merge`');
}

/** Returns the slice that the options ask for. Throws Problem for options that have no effect without --slice. */
export function sliceOf({ slice, sliceBy: by, sliceRun: run }: SliceFlags): Slice | undefined {
  const alone = by === undefined ? (run === undefined ? undefined : '--slice-run') : '--slice-by';
  if (slice !== undefined) return { ...slice, by, run };
  if (alone === undefined) return undefined;
  throw new Problem({
    code: 'options-together',
    what: `${alone} has no effect without --slice`,
    remedy: 'Say which part this run does, such as --slice 1/2.',
  });
}

function slicePart(value: string): Pick<Slice, 'index' | 'of'> {
  const [, index = 0, of = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(value) ?? []).map(Number);
  if (of < 1) throw new InvalidArgumentError('It must be a part and the number of parts, such as 2/7.');
  if (of > MOST_SLICES) throw new InvalidArgumentError(`There are at most ${MOST_SLICES} parts.`);
  if (index < 1 || index > of)
    throw new InvalidArgumentError(
      `The first part is 1/${of} and the last one is ${of}/${of}.${index === 0 ? ' Add 1 to a number that counts from 0.' : ''}`,
    );
  return { index, of };
}
