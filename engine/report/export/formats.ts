import type { RunEvent } from '../../run/base/events.ts';
import { parseLine } from '../journal/journal-line.ts';
import { type RunRecord, RunRecorder } from '../journal/run-record.ts';
import type { PlaceLink } from '../plan/forge-links.ts';
import { planMarkdown } from '../plan/plan-markdown.ts';
import { RecordedPlan, summaryOf } from '../plan/recorded-plan.ts';
import { eventJson } from '../run/event-json.ts';
import { OwnNames } from '../text/own-names.ts';
import { type RepositoryPath, problemAnnotations, runAnnotations } from './annotations.ts';
import { problemsJunit, runJunit } from './junit.ts';
import { failuresMarkdown, problemsMarkdown, runMarkdown } from './run-markdown.ts';
import { type Finish, runSummary, summaryJson } from './run-summary.ts';

export type ExportFormat = 'github' | 'json' | 'junit' | 'markdown';

export interface ExportOptions {
  readonly link: PlaceLink;
  readonly path: RepositoryPath;
}

/** Collects the events of a run for the reports at its end. Secrets are masked like in the journal. */
export class RunListener {
  readonly #recorder = new RunRecorder();
  readonly #plan = new RecordedPlan();
  #inventory: readonly string[] = [];
  readonly #keepsPlan: boolean;

  /** `keepsPlan`: true if `planMarkdown` will be called at the end. */
  constructor(keepsPlan: boolean) {
    this.#keepsPlan = keepsPlan;
  }

  note(event: RunEvent, at: Date): void {
    const line = parseLine(eventJson(event, at));
    if (line !== undefined) this.#recorder.note(line);
    if (event.type === 'run_started') this.#inventory = event.inventory;
    if (this.#keepsPlan) this.#plan.note(event);
  }

  record(): RunRecord | undefined {
    return this.#recorder.record();
  }

  /** Returns the plan like `runbook show` does for a saved plan, followed by the failures. */
  planMarkdown(record: RunRecord, engine: string, link: PlaceLink): string {
    const plays = this.#plan.plays();
    const { hosts, partial, addresses } = this.#plan;
    const plan = { summary: summaryOf(plays, hosts.length), playbook: record.playbook, engine, partial, plays };
    const options = { file: undefined, link, names: new OwnNames(addresses) };
    return planMarkdown({ ...plan, inventory: this.#inventory }, options) + failuresMarkdown(record, link);
  }
}

/** Returns a recorded run in one of the formats. */
function exportRun(record: RunRecord, format: Exclude<ExportFormat, 'json'>, { link, path }: ExportOptions): string {
  switch (format) {
    case 'junit':
      return runJunit(record);
    case 'markdown':
      return runMarkdown(record, { link });
    case 'github':
      return runAnnotations(record, path);
    default:
      throw new Error(`unknown format ${String(format satisfies never)}`);
  }
}

/** Returns the end of a command in one of the formats, also if it ended with mistakes only. */
export function exportFinish(finish: Finish, format: ExportFormat, options: ExportOptions): string {
  const { record, playbook, problems } = finish;
  if (format === 'json') return summaryJson(runSummary(finish));
  if (record !== undefined) return exportRun(record, format, options);
  switch (format) {
    case 'junit':
      return problemsJunit(playbook, problems, new Date());
    case 'markdown':
      return problemsMarkdown(playbook, problems, options.link);
    case 'github':
      return problemAnnotations(problems, options.path);
    default:
      throw new Error(`unknown format ${String(format satisfies never)}`);
  }
}
