import { fstatSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../errors/problem.ts';
import { writeAll } from '../../files/write-all.ts';
import type { RunEvent } from '../../run/base/events.ts';
import { eventJson } from '../run/event-json.ts';
import { ownProcess } from './own-process.ts';

/** An event and its time. */
export interface TimedEvent {
  readonly event: RunEvent;
  readonly at: Date;
}

/** Records a run: one line per event, written before the event is shown. */
export interface Journal {
  note(events: readonly TimedEvent[]): void;
}

/**
 * Opens `FOLDER/RUN/journal.jsonl`, which only its owner can read. It begins with the command line, with secrets
 * masked; events before `run_started` are not recorded. Throws Problem `no-journal` if it cannot be created. If a later
 * write fails, `warn` is called once: ending a run during a change would be worse. `inputs` is a digest of the files
 * and variables of the run: a run that resumes it must have the same.
 */
export function openJournal(
  folder: string,
  command: readonly string[],
  warn: (text: string) => void,
  inputs?: string,
): Journal {
  let begun: OpenFile | undefined;
  return {
    note(events) {
      const lines: string[] = [];
      for (const { event, at } of events) {
        if (event.type === 'run_started') begun = begin(join(folder, event.runId), command, inputs);
        if (begun !== undefined) lines.push(eventJson(event, at));
      }
      if (begun === undefined || lines.length === 0) return;
      try {
        append(begun, `${lines.join('\n')}\n`);
      } catch (error) {
        warn(`The journal ${begun.file} cannot be written any more: ${reasonOf(error)}`);
        begun = undefined;
      }
    },
  };
}

/** Kept open until the program ends: opening the file for each event costs more than writing. */
interface OpenFile {
  readonly file: string;
  readonly descriptor: number;
}

function append({ descriptor }: OpenFile, lines: string): void {
  if (fstatSync(descriptor).nlink === 0) throw new Error('it was removed');
  writeAll(descriptor, lines);
}

function begin(folder: string, command: readonly string[], inputs: string | undefined): OpenFile {
  const file = join(folder, 'journal.jsonl');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const first = { type: 'command', arguments: command, process: ownProcess(), inputs };
    // An existing file, or a link, belongs to somebody else, so it is an error.
    const begun = { file, descriptor: openSync(file, 'ax', 0o600) };
    append(begun, `${JSON.stringify(first)}\n`);
    return begun;
  } catch (error) {
    throw new Problem({
      code: 'no-journal',
      what: `The journal of the run cannot be written to ${file}`,
      why: reasonOf(error),
      remedy: 'Make the folder writable, or name another one in RUNBOOK_STATE.',
      cause: error,
    });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
