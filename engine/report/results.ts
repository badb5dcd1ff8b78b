import type { TaskFinished } from '../run/base/events.ts';
import { maskValue } from '../values/mask/mask.ts';
import { openJournal } from './journal/journal.ts';
import type { Report } from './report.ts';
import { eventLines } from './run/plain.ts';
import type { Renderer } from './run/renderer.ts';
import { stillRunning } from './run/still-running.ts';
import { terminal } from './run/terminal.ts';
import { differenceLines } from './text/differences.ts';
import { failureLines, unreachableLines } from './text/failure.ts';
import { isLive } from './text/is-live.ts';
import { type Output, openOutput } from './text/output.ts';
import { type Paint, paintFor } from './text/paint.ts';
import { type SourceReader, sourceReader } from './text/problems.ts';
import { shown, valueLines, wholeResultLines } from './text/result-value.ts';
import { safeLine } from './text/safe-text.ts';

export interface ResultOptions {
  readonly diff: boolean;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** The folder of all journals. */
  /** Number of -v options: 1 adds the run and the connections, 2 complete results. */
  readonly verbosity: number;
  readonly journal: string;
  readonly command: readonly string[];
}

interface Details {
  readonly diff: boolean;
  readonly verbosity: number;
  readonly paint: Paint;
  readonly read: SourceReader;
}

/** Shows the result of one task on each host: output of commands as it is, other results as JSON, without a recap. */
export function startResultReport(options: ResultOptions): Report {
  const journal = openJournal(options.journal, options.command, (text) =>
    openOutput(options.stderr).write(`${text}\n`),
  );
  const { stdout } = options;
  const details = { diff: options.diff, verbosity: options.verbosity, paint: paintFor(stdout), read: sourceReader() };
  const renderer = isLive(stdout)
    ? terminal(stdout, details.paint, (output) => results(output, details))
    : // What a command has printed stands on stdout, and nothing else.
      stillRunning((output) => results(output, details), openOutput(stdout), openOutput(options.stderr));
  return {
    emit: (event) => {
      const at = new Date();
      journal.note([{ event, at }]);
      renderer.show(event, at);
    },
    live: (event) => renderer.live?.(event),
    finish: () => renderer.finish(),
  };
}

function results(output: Output, details: Details): Renderer {
  const { verbosity } = details;
  return {
    show: (event) => {
      if (event.type === 'task_finished') output.write(lines(resultLines(event, details)));
      else if (event.type === 'message')
        output.write(lines([`[${safeLine(event.host)}] ${shown(maskValue(event.text))}`]));
      else if (verbosity > 0 && ['run_started', 'host_connected', 'task_retried'].includes(event.type))
        output.write(lines(eventLines(event, details)));
      else if (
        event.type === 'options_not_kept' ||
        event.type === 'settings_without_effect' ||
        (verbosity > 1 && event.type === 'ssh_patches')
      )
        output.write(lines(eventLines(event, details)));
      else if (event.type === 'host_unreachable') output.write(lines(unreachableLines(event, details)));
    },
    finish: () => output.drained(),
  };
}

function resultOf(event: TaskFinished, { verbosity }: Details): readonly string[] {
  return verbosity > 1 ? wholeResultLines(event) : valueLines(event);
}

function resultLines(event: TaskFinished, details: Details): readonly string[] {
  const { outcome } = event;
  const { paint } = details;
  const title = `[${safeLine(event.host)}]`;
  switch (outcome.kind) {
    case 'failed':
      return failureLines(event, details);
    case 'skipped':
      return [paint('cyan', `skipped: ${title} ${safeLine(outcome.why)}`)];
    case 'unknown':
      return [paint('magenta', `unknown: ${title} ${safeLine(outcome.because)}`)];
    case 'ok':
      return [paint('green', `ok: ${title}`), ...resultOf(event, details)];
    case 'changed': {
      const differences = details.diff
        ? outcome.differences.flatMap((difference) => differenceLines(difference, paint)).map(indented)
        : [];
      return [paint('yellow', `changed: ${title}`), ...differences, ...resultOf(event, details)];
    }
    default: {
      const never: never = outcome;
      throw new Error(`unknown outcome ${JSON.stringify(never)}`);
    }
  }
}

function indented(line: string): string {
  return `    ${line}`;
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
