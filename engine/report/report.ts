import { WriteStream } from 'node:tty';
import type { Emit, Mode, RunEvent } from '../run/base/events.ts';
import { type TimedEvent, openJournal } from './journal/journal.ts';
import { plan } from './plan/plan.ts';
import { jsonLines } from './run/json-lines.ts';
import { plain } from './run/plain.ts';
import type { Renderer } from './run/renderer.ts';
import { terminal } from './run/terminal.ts';
import { type Output, openOutput } from './text/output.ts';
import { paintFor } from './text/paint.ts';
import { sourceReader } from './text/problems.ts';

export interface ReportOptions {
  readonly format: 'auto' | 'plain' | 'json';
  readonly mode: Mode;
  /** Show the differences. */
  readonly diff: boolean;
  /** How often -v was given. */
  readonly verbosity: number;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** The folder of all journals. Only plays are written down. */
  readonly journal: string;
  /** The arguments that the program was called with, as a journal may hold them. */
  readonly command: readonly string[];
  /** Digest of what the run rests on, for the journal. */
  readonly inputs?: string | undefined;
  /** Tell at the end how long each task took. */
  readonly profile?: boolean;
  /** Whether questions come in between, so that nothing may be put off. */
  readonly asks?: boolean;
}

export interface Report {
  readonly emit: Emit;
  /** Resolves when everything is written. */
  readonly finish: () => Promise<void>;
}

/** So many events are put off at most. */
const MOST_WAITING = 500;

/**
 * Shows a run. What happens is in the journal before it is on the screen. That a task has changed nothing is put off to
 * the end of the turn of the event loop, and then told with the others of that turn: with many hosts there are
 * thousands of those. Everything else is told at once, behind what was put off.
 */
export function startReport(options: ReportOptions): Report {
  const journal =
    options.mode === 'play'
      ? openJournal(
          options.journal,
          options.command,
          (text) => openOutput(options.stderr).write(`${text}\n`),
          options.inputs,
        )
      : undefined;
  const renderer = chooseRenderer(options);
  let waiting: TimedEvent[] = [];
  const tell = (): void => {
    const events = waiting;
    waiting = [];
    journal?.note(events);
    for (const { event, at } of events) renderer.show(event, at);
  };
  return {
    emit: (event) => {
      waiting.push({ event, at: new Date() });
      if (!mayWait(event) || waiting.length === MOST_WAITING) tell();
      else if (waiting.length === 1) setImmediate(tell);
    },
    finish: () => {
      tell();
      return renderer.finish();
    },
  };
}

function mayWait(event: RunEvent): boolean {
  return event.type === 'task_finished' && (event.outcome.kind === 'ok' || event.outcome.kind === 'skipped');
}

function chooseRenderer(options: ReportOptions): Renderer {
  const { stdout, format, mode } = options;
  if (format === 'json') return jsonLines(openOutput(stdout));
  const details = {
    diff: options.diff,
    verbosity: options.verbosity,
    // `--resume` compares them.
    isResumable: options.inputs !== undefined,
    profile: options.profile === true,
    mayPutOff: options.asks !== true,
    paint: paintFor(stdout),
    read: sourceReader(),
  };
  const linesOn = (output: Output): Renderer => (mode === 'plan' ? plan(output, details) : plain(output, details));
  return format === 'auto' && isLive(stdout) ? terminal(stdout, details.paint, linesOn) : linesOn(openOutput(stdout));
}

/** A terminal that can move its cursor, and no build server that only pretends to be one. */
function isLive(stream: NodeJS.WritableStream): stream is WriteStream {
  return (
    stream instanceof WriteStream && stream.isTTY && process.env['TERM'] !== 'dumb' && (process.env['CI'] ?? '') === ''
  );
}
