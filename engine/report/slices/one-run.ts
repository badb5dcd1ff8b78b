import { Problem } from '../../errors/problem.ts';
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
    const difference = differenceOf(first, other);
    if (difference !== undefined) throw unfit(first, other, difference);
  }
  return [first, ...others];
}

function noSlices(folder: string, runs: readonly SliceRun[], name: string | undefined): Problem {
  const names = [...new Set(runs.map(({ started }) => started.slice.run ?? 'no name'))].toSorted();
  return new Problem({
    code: 'no-slices',
    what: name === undefined ? `${folder} holds no run of a slice` : `${folder} holds no slice of the run ${name}`,
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

/** What must be equal in all slices of one run, each with the words for a message. */
const EQUAL: readonly (readonly [what: string, of: (run: SliceRun) => string | number | undefined])[] = [
  ['the run of --slice-run', ({ started }) => started.slice.run],
  ['the playbook', ({ started }) => started.playbook],
  ['the command', ({ started }) => started.mode],
  ['the number of slices', ({ started }) => started.slice.of],
  ['--slice-by', ({ started }) => started.slice.by],
  ['the number of hosts', ({ started }) => started.slice.hosts],
  ['the options that leave something out', ({ started }) => partialOf(started.partial)],
  ['the files of the playbook and the inventory', ({ inputs }) => inputs],
];

function differenceOf(one: SliceRun, other: SliceRun): string | undefined {
  return EQUAL.find(([, of]) => of(one) !== undefined && of(other) !== undefined && of(one) !== of(other))?.[0];
}

function partialOf(partial: readonly string[]): string {
  return partial.filter((reason) => !reason.startsWith('--slice ')).join(' ');
}

function unfit(one: SliceRun, other: SliceRun, what: string): Problem {
  const values = EQUAL.find(([title]) => title === what)?.[1];
  const shown = (run: SliceRun): string => `${run.file}: ${safeLine(String(values?.(run)))}`;
  return new Problem({
    code: 'slices-of-other-runs',
    what: `The slices are not of one run: ${what} differs`,
    why: `${shown(one)}\n${shown(other)}`,
    remedy: 'Give --slice-run NAME if the run has a name, or a folder with the slices of one run alone.',
  });
}
