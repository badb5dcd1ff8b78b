import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../errors/problem.ts';
import { linesOf } from '../../files/read-lines.ts';
import { systemReason } from '../../files/system-reason.ts';
import { type NoSlice, type SliceRun, readSliceRun } from './slice-run.ts';

/** The runs of slices in a folder, and the number of whole runs there, which are left out. */
export interface FoundSlices {
  readonly runs: readonly SliceRun[];
  readonly whole: number;
}

/**
 * Reads all journals and files of events in a folder and its folders. Links are not followed. Throws Problem if the
 * folder or a file cannot be read.
 */
export function findSlices(folder: string): FoundSlices {
  const runs: SliceRun[] = [];
  let whole = 0;
  for (const file of filesOf(folder)) {
    const found = readSlice(file);
    if (found === 'a whole run') whole += 1;
    else if (found !== 'no run') runs.push(found);
  }
  return { runs, whole };
}

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.jsonl'))
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted();
  } catch (error) {
    throw unreadable(folder, error);
  }
}

function readSlice(file: string): SliceRun | NoSlice {
  try {
    return readSliceRun(file, linesOf(file));
  } catch (error) {
    throw error instanceof Problem ? error : unreadable(file, error);
  }
}

function unreadable(path: string, error: unknown): Problem {
  return new Problem({
    code: 'file-not-found',
    what: `${path} cannot be read`,
    why: systemReason(error),
    remedy: 'Name the folder with the journals of the slices, or with their files of --events.',
  });
}
