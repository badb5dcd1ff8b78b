import { openOutput } from '../text/output.ts';
import { type Paint, paintFor } from '../text/paint.ts';
import { safeLine } from '../text/safe-text.ts';
import type { Merged } from './merge-slices.ts';

/** Maximal number of slices that a sentence names. */
const MOST_NAMED = 20;

/** Prints the state of the slices of a run. */
export function printSlices(merged: Merged, output: NodeJS.WritableStream): void {
  openOutput(output).write(`${slicesLines(merged, paintFor(output)).join('\n')}\n`);
}

/** Returns the lines about the slices of a run: which are there, which are missing or were killed, and what to do. */
export function slicesLines(merged: Merged, paint: Paint): readonly string[] {
  const { slices, of, missing, repeated, hosts } = merged;
  const { run } = slices[0].started.slice;
  const name = run === undefined ? '' : ` of run ${safeLine(run)}`;
  const killed = slices.filter(({ end }) => end.kind === 'killed').map(({ started }) => started.slice.index);
  const again = [...missing, ...killed].toSorted((one, other) => one - other);
  return [
    `Slices${name}: ${slices.length} of ${of}, with ${hosts.here} of ${hosts.all} hosts`,
    ...[...repeated].map(
      ([index, count]) => `Slice ${index}/${of} was run ${count} times: the last run of a slice counts`,
    ),
    ...(missing.length === 0
      ? []
      : [paint('red', `Missing: ${named(missing, of)}, with ${hosts.all - hosts.here} hosts`)]),
    ...(killed.length === 0 ? [] : [paint('red', `Killed, or still running: ${named(killed, of)}`)]),
    ...(again.length === 0
      ? []
      : [
          `Next: run them again, such as with --slice ${again[0] ?? 1}/${of}; what is so already is not changed again.`,
        ]),
  ];
}

function named(indices: readonly number[], of: number): string {
  const shown = indices.slice(0, MOST_NAMED).map((index) => `${index}/${of}`);
  const left = indices.length - shown.length;
  return left > 0 ? `${shown.join(', ')} and ${left} more` : shown.join(', ');
}
