import { linesOf } from '../../files/read-lines.ts';
import { parseLine } from './journal-line.ts';
import { type RunHistory, journalFile } from './run-history.ts';
import { type RunRecord, RunRecorder } from './run-record.ts';

/**
 * Reads the complete record of a run from its journal. `folder` is the folder of all journals. Returns undefined if the
 * journal has no event `run_started`.
 */
export function readRecord(folder: string, { id }: RunHistory): RunRecord | undefined {
  const recorder = new RunRecorder();
  for (const text of linesOf(journalFile(folder, id))) {
    const line = parseLine(text);
    if (line !== undefined) recorder.note(line);
  }
  return recorder.record();
}
