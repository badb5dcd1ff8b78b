import { closeSync, openSync } from 'node:fs';
import { Problem } from '../../errors/problem.ts';
import { systemReason } from '../../files/system-reason.ts';
import { writeAll } from '../../files/write-all.ts';
import type { RunEvent } from '../../run/base/events.ts';
import { eventJson } from '../run/event-json.ts';
import { mayWait } from '../run/may-wait.ts';

/** A file with the events of one run. */
export interface EventsFile {
  note(event: RunEvent, at: Date): void;
  /** Writes what is held back. */
  end(): void;
}

/** Characters that may be held back. */
const MOST_HELD = 65_536;

/**
 * Opens a file for the events of a run: one line of JSON for each, with secrets masked, after a line with the command.
 * What was in the file is replaced, and only its owner can read it. Results without a change may be held back; all
 * other events are written at once, so that the file has them even if the run is killed. Throws Problem if the file
 * cannot be opened. If a later write fails, `warn` is called once.
 */
export function openEvents(file: string, command: readonly string[], warn: (text: string) => void): EventsFile {
  let descriptor: number | undefined = open(file);
  let held = `${JSON.stringify({ type: 'command', arguments: command })}\n`;
  const write = (): void => {
    const text = held;
    held = '';
    if (descriptor === undefined || text === '') return;
    try {
      writeAll(descriptor, text);
    } catch (error) {
      descriptor = undefined;
      warn(`warning: the events cannot be written to ${file} any more: ${systemReason(error)}`);
    }
  };
  write();
  return {
    note(event, at) {
      held += `${eventJson(event, at)}\n`;
      if (!mayWait(event) || held.length > MOST_HELD) write();
    },
    end() {
      write();
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

function open(file: string): number {
  try {
    return openSync(file, 'w', 0o600);
  } catch (error) {
    throw new Problem({
      code: 'report-not-written',
      what: `The events cannot be written to ${file}`,
      why: systemReason(error),
      remedy: 'Name a file in an existing folder to which you may write.',
      cause: error,
    });
  }
}
