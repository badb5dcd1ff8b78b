import { driftJson, driftJunit, driftMarkdown } from './drift/drift-formats.ts';
import { driftLines } from './drift/drift-text.ts';
import { type Drift, DriftRecorder } from './drift/drift.ts';
import type { PlaceLink } from './plan/forge-links.ts';
import type { Report } from './report.ts';
import type { Renderer } from './run/renderer.ts';
import { terminal } from './run/terminal.ts';
import { isLive } from './text/is-live.ts';
import { type Output, openOutput } from './text/output.ts';
import { type Paint, paintFor } from './text/paint.ts';

export const DRIFT_FORMATS = ['text', 'json', 'markdown', 'junit'] as const;
export type DriftFormat = (typeof DRIFT_FORMATS)[number];

export interface DriftReportOptions {
  readonly format: DriftFormat;
  /** True if a terminal may show the current activities. */
  readonly live: boolean;
  readonly verbosity: number;
  readonly stdout: NodeJS.WritableStream;
  readonly link: PlaceLink;
}

/** Shows a plan as drift, at its end. */
export interface DriftReport extends Report {
  /** Returns the drift; undefined if the plan has not ended. */
  readonly drift: () => Drift | undefined;
}

/**
 * Starts to listen to a plan. When the plan ends, prints its drift to `stdout` in the wanted format. On a terminal,
 * shows the current activities before that.
 */
export function startDriftReport(options: DriftReportOptions): DriftReport {
  const { stdout, format, live } = options;
  const recorder = new DriftRecorder();
  const paint = paintFor(stdout);
  const linesOn = (output: Output): Renderer => ({
    show(event) {
      recorder.note(event);
      const drift = event.type === 'run_finished' ? recorder.drift() : undefined;
      if (drift !== undefined) output.write(written(drift, options, paint));
    },
    finish: () => output.drained(),
  });
  const renderer =
    live && format === 'text' && isLive(stdout) ? terminal(stdout, paint, linesOn) : linesOn(openOutput(stdout));
  return {
    emit: (event) => renderer.show(event, new Date()),
    live: (event) => renderer.live?.(event),
    finish: () => renderer.finish(),
    drift: () => recorder.drift(),
  };
}

function written(drift: Drift, { format, verbosity, link }: DriftReportOptions, paint: Paint): string {
  switch (format) {
    case 'text':
      return driftLines(drift, { paint, verbosity })
        .map((line) => `${line}\n`)
        .join('');
    case 'json':
      return driftJson(drift);
    case 'markdown':
      return driftMarkdown(drift, link);
    case 'junit':
      return driftJunit(drift);
    default:
      throw new Error(`unknown format ${String(format satisfies never)}`);
  }
}
