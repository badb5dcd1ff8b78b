import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '../run/events.ts';
import { eventJson } from './event-json.ts';

/** Writes down what a run does: one line an event, there before the event is shown. */
export interface Journal {
  note(event: RunEvent): void;
}

/** `FOLDER/RUN/journal.jsonl`, for nobody else to read. It begins with the command that was given. Events before `run_started` are not noted. */
export function openJournal(folder: string, command: readonly string[]): Journal {
  let file: string | undefined;
  return {
    note(event) {
      if (event.type === 'run_started') {
        const own = join(folder, event.runId);
        mkdirSync(own, { recursive: true, mode: 0o700 });
        file = join(own, 'journal.jsonl');
        appendFileSync(file, `${JSON.stringify({ type: 'command', arguments: command })}\n`, { mode: 0o600 });
      }
      if (file !== undefined) appendFileSync(file, `${eventJson(event)}\n`, { mode: 0o600 });
    },
  };
}
