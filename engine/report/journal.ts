import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../errors/problem.ts';
import type { RunEvent } from '../run/events.ts';
import { mask } from '../values/mask.ts';
import { eventJson } from './event-json.ts';
import { ownProcess } from './own-process.ts';

/** Writes down what a run does: one line an event, there before the event is shown. */
export interface Journal {
  note(event: RunEvent): void;
}

/**
 * `FOLDER/RUN/journal.jsonl`, for nobody else to read. It begins with the command that was given; events before `run_started` are not
 * noted. Throws Problem `no-journal` where it cannot be begun. Where it cannot be gone on with, `warn` is told once: to end a run amid
 * a change would be worse. `inputs` is a digest of the files and variables that the run rests on: who goes on with it must rest on the same.
 */
export function openJournal(folder: string, command: readonly string[], warn: (text: string) => void, inputs?: string): Journal {
  let file: string | undefined;
  return {
    note(event) {
      if (event.type === 'run_started') file = begin(join(folder, event.runId), command, inputs);
      if (file === undefined) return;
      try {
        appendFileSync(file, `${eventJson(event)}\n`);
      } catch (error) {
        warn(`The journal ${file} cannot be written any more: ${reasonOf(error)}`);
        file = undefined;
      }
    },
  };
}

function begin(folder: string, command: readonly string[], inputs: string | undefined): string {
  const file = join(folder, 'journal.jsonl');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const first = { type: 'command', arguments: command.map(mask), process: ownProcess(), inputs };
    appendFileSync(file, `${JSON.stringify(first)}\n`, { mode: 0o600 });
    return file;
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
