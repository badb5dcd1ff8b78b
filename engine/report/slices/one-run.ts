import { Problem } from '../../errors/problem.ts';
import { isSliceOption } from '../../run/base/slice.ts';
import { safeLine } from '../text/safe-text.ts';
import type { SliceRun } from './slice-run.ts';

/**
 * Returns the runs that are slices of one run. Throws Problem if there are none, or if they do not fit together: slices
 * of several runs, of different playbooks or options, or with different files.
 */
export function oneRun(
  folder: string,
  runs: readonly SliceRun[],
  name: string | undefined,
): readonly [SliceRun, ...SliceRun[]] {
  const named = name === undefined ? runs : runs.filter(({ started }) => started.slice.run === name);
  const [first, ...others] = named;
  if (first === undefined) throw noSlices(folder, runs, name);
  for (const other of others) {
    const unequal = EQUAL.find(({ of }) => differs(of(first), of(other)));
    if (unequal !== undefined) throw unfit(first, other, unequal);
  }
  return [first, ...others];
}

function noSlices(folder: string, runs: readonly SliceRun[], name: string | undefined): Problem {
  const names = [...new Set(runs.map(({ started }) => started.slice.run ?? 'no name'))].toSorted();
  return new Problem({
    code: 'no-slices',
    what:
      name === undefined ? `${folder} contains no run of a slice` : `${folder} contains no slice of the run ${name}`,
    why:
      runs.length === 0
        ? 'Looked for journal.jsonl and other files *.jsonl in it and in its folders.'
        : `It has slices of: ${names.map(safeLine).join(', ')}.`,
    remedy:
      runs.length === 0
        ? 'Name the folder with the journals of the slices (.runbook/runs of each), or with their files of --events.'
        : 'Give one of these names to --slice-run.',
  });
}

/** A value that must be equal in all slices of one run, with the words for a message. */
interface Equal {
  readonly what: string;
  readonly of: (run: SliceRun) => string | number | undefined;
}

const EQUAL: readonly Equal[] = [
  { what: 'the run of --slice-run', of: ({ started }) => started.slice.run },
  { what: 'the playbook', of: ({ started }) => started.playbook },
  { what: 'the command', of: ({ started }) => started.mode },
  { what: 'the number of slices', of: ({ started }) => started.slice.of },
  { what: '--slice-by', of: ({ started }) => started.slice.by },
  { what: 'the number of hosts', of: ({ started }) => started.slice.hosts },
  { what: 'the options that leave something out', of: ({ started }) => partialOf(started.partial) },
  { what: 'the files of the playbook and the inventory', of: ({ inputs }) => inputs },
];

/** A value that one of the files does not have is not a difference. */
function differs(one: string | number | undefined, other: string | number | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

function partialOf(partial: readonly string[]): string {
  return partial.filter((reason) => !isSliceOption(reason)).join(' ');
}

function unfit(one: SliceRun, other: SliceRun, { what, of }: Equal): Problem {
  const shown = (run: SliceRun): string => `${run.file}: ${safeLine(String(of(run)))}`;
  return new Problem({
    code: 'slices-of-other-runs',
    what: `The slices are not of one run: ${what} differs`,
    why: `${shown(one)}\n${shown(other)}`,
    remedy: 'Give --slice-run NAME if the run has a name, or a folder with the slices of one run alone.',
  });
}
