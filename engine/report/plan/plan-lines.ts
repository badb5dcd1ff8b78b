import type { PlanDocument, PlanStep, PlanSummary } from '../../run/saved-plan/plan-document.ts';
import { plannedChangeLines, type Extent } from '../text/differences.ts';
import { hostNames } from '../text/host-names.ts';
import { legendOf, type OwnNames } from '../text/own-names.ts';
import type { Paint } from '../text/paint.ts';
import { safeLine } from '../text/safe-text.ts';
import { SECTIONS, highlightsOf, type Highlight } from './highlights.ts';
import { OPERATIONS, SIGNS, type Operation } from './operation.ts';
import { marksOf, review, type ReviewedStep, type ReviewedTask } from './review.ts';
import { certaintyOf, stepTitle } from './step-title.ts';

/** The part of a plan that is shown, for saved and other plans. */
export type ShownPlan = Pick<PlanDocument, 'partial' | 'summary' | 'plays'>;

export interface PlanLineOptions {
  readonly paint: Paint;
  /** Show the differences. */
  readonly diff: boolean;
  /** From 1: also tasks in sync and skipped tasks. */
  readonly verbosity: number;
  readonly extent: Extent;
  readonly names?: OwnNames;
}

/** A plan with more lines, which does not fit a small terminal, begins with its highlights. */
const LINES_AT_A_GLANCE = 20;

/**
 * Returns the line with the numbers of a plan: `Plan: 3 to change, 40 in sync, 1 unknown on 2 hosts`. `failed` is the
 * number of tasks that could not be planned.
 */
export function summaryLine(summary: PlanSummary, failed = 0): string {
  const parts = [
    `${summary.change} to change`,
    `${summary.inSync} in sync`,
    `${summary.unknown} unknown`,
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  return `Plan: ${parts.join(', ')} on ${summary.hosts} ${summary.hosts === 1 ? 'host' : 'hosts'}`;
}

/** Returns the number of changes per operation, counted per host; undefined if there are none. */
export function operationsLine(
  tasks: readonly ReviewedTask[],
  signed: (sign: string) => string = (sign) => sign,
): string | undefined {
  const counts = new Map<Operation, number>();
  for (const { operation, hosts } of tasks.flatMap((task) => task.steps))
    if (operation !== undefined) counts.set(operation, (counts.get(operation) ?? 0) + hosts.length);
  const parts = OPERATIONS.toReversed().flatMap((operation) => {
    const count = counts.get(operation);
    return count === undefined ? [] : [`${signed(SIGNS[operation])} ${count} ${operation}`];
  });
  return parts.length === 0 ? undefined : parts.join('   ');
}

/** Returns the line that says what a partial plan leaves out. */
export function partialLine(partial: readonly string[]): string {
  return `This is only a part of the playbook: ${partial.map(safeLine).join(', ')}`;
}

/**
 * Returns the numbers of operations, the highlights, and the plays with their tasks. Each task is shown once, with all
 * hosts for which it is equal.
 */
export function playLines(plan: ShownPlan, options: PlanLineOptions): readonly string[] {
  const tasks = review(plan.plays, options.names);
  const { paint } = options;
  const operations = operationsLine(tasks);
  const details = detailLines(plan, tasks, options);
  const legend = legendOf(marksOf(tasks));
  return [
    ...(operations === undefined ? [] : [operations]),
    ...(details.length > LINES_AT_A_GLANCE ? highlightLines(highlightsOf(tasks), paint) : []),
    ...(legend.length === 0 ? [] : ['', ...legend]),
    ...details,
  ];
}

function highlightLines(highlights: readonly Highlight[], paint: Paint): readonly string[] {
  return SECTIONS.flatMap((section) => {
    const of = highlights.filter((one) => one.section === section);
    return of.length === 0 ? [] : ['', paint('bold', section), ...of.map((one) => `  ${highlightLine(one)}`)];
  });
}

function highlightLine({ sign, title, hosts, all, order, details, isCertain }: Highlight): string {
  const said = [`${sign} ${title} [${hostNames(hosts, all)}]`, order, details].filter((part) => part !== '').join(', ');
  return isCertain ? said : `${said} (may happen)`;
}

function detailLines(plan: ShownPlan, tasks: readonly ReviewedTask[], options: PlanLineOptions): readonly string[] {
  return plan.plays.flatMap((play) => {
    const lines = tasks.filter((task) => task.play === play).flatMap((task) => taskLines(task, options));
    if (lines.length === 0) return [];
    return [
      '',
      options.paint('bold', `Play: ${safeLine(play.name)}`),
      ...lines.map((line) => (line === '' ? '' : `  ${line}`)),
    ];
  });
}

/** Without differences, more steps of a task are equal: they are merged. */
function taskLines({ play, steps }: ReviewedTask, options: PlanLineOptions): readonly string[] {
  const shown = new Map<string, { readonly lines: (hosts: string) => readonly string[]; readonly hosts: string[] }>();
  for (const reviewed of steps) {
    const lines = (hosts: string): readonly string[] => stepLines(reviewed, hosts, options);
    const text = lines('').join('\n');
    if (text === '') continue;
    const same = shown.get(text);
    if (same === undefined) shown.set(text, { lines, hosts: [...reviewed.hosts] });
    else same.hosts.push(...reviewed.hosts);
  }
  return [...shown.values()].flatMap(({ lines, hosts }) => lines(hostNames(hosts, play.hosts)));
}

function stepLines({ step, operation }: ReviewedStep, hosts: string, options: PlanLineOptions): readonly string[] {
  const { paint, verbosity, diff, extent } = options;
  const { outcome } = step;
  const title = `${stepTitle(step)} [${onHosts(step, hosts)}]`;
  const place = paint('dim', `  ${placeOf(step)}`);
  switch (outcome.kind) {
    case 'ok':
      return verbosity > 0 ? [paint('green', `in sync: ${title}`)] : [];
    case 'skipped':
      return verbosity > 0 ? [paint('cyan', `skipped: ${title} (${safeLine(outcome.why)})`)] : [];
    case 'unknown':
      return [`${paint('magenta', `? unknown: ${title} (known after apply: ${safeLine(outcome.because)})`)}${place}`];
    case 'change': {
      const { word, doubt } = certaintyOf(outcome);
      const sign = operation === undefined ? ' ' : SIGNS[operation];
      const details = [
        ...(diff ? plannedChangeLines(outcome, paint, extent) : []),
        ...outcome.notifies.map((name) => `then the handler ${safeLine(name)}`),
      ];
      return [
        `${paint(COLOURS[operation ?? 'change'], `${sign} ${word}: ${title}${doubt === '' ? '' : ` (${doubt})`}`)}${place}`,
        ...details.map((line) => `    ${line}`),
      ];
    }
    default: {
      const never: never = outcome;
      throw new Error(`unknown outcome ${JSON.stringify(never)}`);
    }
  }
}

const COLOURS = { create: 'green', change: 'yellow', remove: 'red', run: 'yellow', restart: 'yellow' } as const;

function onHosts({ delegatedTo }: PlanStep, hosts: string): string {
  return delegatedTo === null ? hosts : `${hosts} -> ${safeLine(delegatedTo)}`;
}

/** file:line of the task. */
export function placeOf({ task }: PlanStep): string {
  return safeLine(task.id.replace(/:\d+$/, ''));
}
