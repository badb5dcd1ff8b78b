import { fstatSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../errors/problem.ts';
import type { RunEvent } from '../../run/base/events.ts';
import { eventJson } from '../run/event-json.ts';
import { ownProcess } from './own-process.ts';

/** An event, and when it happened. */
export interface TimedEvent {
  readonly event: RunEvent;
  readonly at: Date;
}

/** Writes down what a run does: one line an event, there before the event is shown. */
export interface Journal {
  note(events: readonly TimedEvent[]): void;
}

/**
 * `FOLDER/RUN/journal.jsonl`, for nobody else to read. It begins with the command that was given, as it may be shown;
 * events before `run_started` are not noted. Throws Problem `no-journal` where it cannot be begun. Where it cannot be
 * gone on with, `warn` is told once: to end a run amid a change would be worse. `inputs` is a digest of the files and
 * variables that the run rests on: who goes on with it must rest on the same.
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
        if (begun !== undefined) lines.push(`${eventJson(event, at)}\n`);
      }
      if (begun === undefined) return;
      try {
        append(begun, lines.join(''));
      } catch (error) {
        warn(`The journal ${begun.file} cannot be written any more: ${reasonOf(error)}`);
        begun = undefined;
      }
    },
  };
}

/** Kept open until the program ends: opening it for each event costs more than writing. */
interface OpenFile {
  readonly file: string;
  readonly descriptor: number;
}

/** Whole lines, in one system call. The kernel may take only a part at once. */
function append({ descriptor }: OpenFile, lines: string): void {
  if (fstatSync(descriptor).nlink === 0) throw new Error('it was removed');
  let rest = Buffer.from(lines);
  while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
}

function begin(folder: string, command: readonly string[], inputs: string | undefined): OpenFile {
  const file = join(folder, 'journal.jsonl');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const first = { type: 'command', arguments: command, process: ownProcess(), inputs };
    // A file that is there already, or a link, is somebody else's.
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
