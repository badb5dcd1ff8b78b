import type { Emit, Mode } from '../run/base/events.ts';
import type { HostActivity, TellLive } from '../run/base/live-events.ts';
import { type TimedEvent, openJournal } from './journal/journal.ts';
import { plan } from './plan/plan.ts';
import { jsonLines } from './run/json-lines.ts';
import { mayWait } from './run/may-wait.ts';
import { plain } from './run/plain.ts';
import type { Renderer } from './run/renderer.ts';
import { stillRunning } from './run/still-running.ts';
import { terminal } from './run/terminal.ts';
import { isLive } from './text/is-live.ts';
import { type Output, openOutput } from './text/output.ts';
import { paintFor } from './text/paint.ts';
import { sourceReader } from './text/problems.ts';

export interface ReportOptions {
  readonly format: 'auto' | 'plain' | 'json';
  readonly mode: Mode;
  /** Show the differences. */
  readonly diff: boolean;
  /** Number of -v options. */
  readonly verbosity: number;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** The folder of all journals. Only plays are recorded. */
  readonly journal: string;
  /** The arguments of the program, with secrets masked, for the journal. */
  readonly command: readonly string[];
  /** Digest of the inputs of the run, for the journal. */
  readonly inputs?: string | undefined;
  /** Report at the end how long each task took. */
  readonly profile?: boolean;
  /** True if questions are asked during the run, so that no line may be delayed. */
  readonly asks?: boolean;
}

export interface Report {
  readonly emit: Emit;
  /** Receives current activities. They are not recorded. */
  readonly live: TellLive;
  /** Resolves when everything is written. */
  readonly finish: () => Promise<void>;
}

/** Maximal number of delayed events. */
const MOST_WAITING = 500;

/**
 * Shows a run. Events are written to the journal before they are shown. Results without a change are delayed until the
 * end of the turn of the event loop, and then shown together: with many hosts there are thousands of them. All other
 * events are shown immediately, after the delayed ones.
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
  let waiting: (TimedEvent | HostActivity)[] = [];
  const tell = (): void => {
    const events = waiting;
    waiting = [];
    journal?.note(events.filter((one) => 'event' in one));
    for (const one of events)
      if ('event' in one) renderer.show(one.event, one.at);
      else renderer.live?.(one);
  };
  const put = (one: TimedEvent | HostActivity): void => {
    waiting.push(one);
    if (('event' in one && !mayWait(one.event)) || waiting.length === MOST_WAITING) tell();
    else if (waiting.length === 1) setImmediate(tell);
  };
  return {
    emit: (event, at = new Date()) => {
      put({ event, at });
    },
    // In the order of the events: a host finishes a task before it reaches the next one.
    live: renderer.live === undefined ? () => {} : put,
    finish: () => {
      tell();
      return renderer.finish();
    },
  };
}

function chooseRenderer(options: ReportOptions): Renderer {
  const { stdout, format, mode } = options;
  if (format === 'json') return jsonLines(openOutput(stdout));
  const details = {
    diff: options.diff,
    verbosity: options.verbosity,
    // `--resume` compares the inputs.
    isResumable: options.inputs !== undefined,
    profile: options.profile === true,
    mayPutOff: options.asks !== true,
    paint: paintFor(stdout),
    read: sourceReader(),
  };
  const linesOn = (output: Output): Renderer => (mode === 'plan' ? plan(output, details) : plain(output, details));
  if (format === 'auto' && isLive(stdout)) return terminal(stdout, details.paint, linesOn);
  const output = openOutput(stdout);
  // A periodic line would interrupt a question.
  if (options.asks === true) return linesOn(output);
  // A plan on stdout is a document; lines about progress are not part of it.
  return stillRunning(linesOn, output, mode === 'plan' ? openOutput(options.stderr) : output);
}

/** Shows the current activities of a run, and none of its results. */
export function startLiveReport({
  format,
  stdout,
  stderr,
}: Pick<ReportOptions, 'format' | 'stdout' | 'stderr'>): Report {
  const nothing: Renderer = { show: () => {}, finish: () => Promise.resolve() };
  const renderer = ((): Renderer => {
    if (format === 'json') return nothing;
    if (format === 'auto' && isLive(stdout)) return terminal(stdout, paintFor(stdout), () => nothing);
    return stillRunning(() => nothing, openOutput(stdout), openOutput(stderr));
  })();
  return {
    emit: (event) => {
      renderer.show(event, new Date());
    },
    live: (event) => renderer.live?.(event),
    finish: () => renderer.finish(),
  };
}
