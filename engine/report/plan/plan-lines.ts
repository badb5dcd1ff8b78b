import type { PlanDocument, PlanStep, PlanSummary, PlannedChange } from '../../run/saved-plan/plan-document.ts';
import { type Extent, plannedChangeLines } from '../text/differences.ts';
import type { Paint } from '../text/paint.ts';
import { safeLine } from '../text/safe-text.ts';
import { taskTitle } from '../text/task-title.ts';

/** What there is to show of a plan, whether it is saved or not. */
export type ShownPlan = Pick<PlanDocument, 'partial' | 'summary' | 'plays'>;

export interface PlanLineOptions {
  readonly paint: Paint;
  /** Show the differences. */
  readonly diff: boolean;
  /** From 1: what is in sync, and what is skipped. */
  readonly verbosity: number;
  readonly extent: Extent;
}

/** Beyond so many names the rest is counted. */
const MOST_NAMES = 8;

export function hostNames(hosts: readonly string[]): string {
  const names = [...new Set(hosts)];
  const shown = names.length > MOST_NAMES ? names.slice(0, MOST_NAMES - 2) : names;
  return `${shown.map(safeLine).join(', ')}${shown.length < names.length ? ` and ${names.length - shown.length} more` : ''}`;
}

export function summaryLine(summary: PlanSummary, failed = 0): string {
  const parts = [
    `${summary.change} to change`,
    `${summary.inSync} in sync`,
    `${summary.unknown} unknown`,
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  return `Plan: ${parts.join(', ')} on ${summary.hosts} ${summary.hosts === 1 ? 'host' : 'hosts'}`;
}

export function partialLine(partial: readonly string[]): string {
  return `This is only a part of the playbook: ${partial.map(safeLine).join(', ')}`;
}

/** The plays with their tasks, each with the hosts that have it in common. */
export function playLines(plan: ShownPlan, options: PlanLineOptions): readonly string[] {
  return plan.plays.flatMap((play) => {
    const lines = play.steps.length === 0 ? [] : stepsLines(play.steps, options);
    if (lines.length === 0) return [];
    return [
      '',
      options.paint('bold', `Play: ${safeLine(play.name)}`),
      ...lines.map((line) => (line === '' ? '' : `  ${line}`)),
    ];
  });
}

/** Without the differences, more steps look the same: those of one task are shown as one. */
function stepsLines(steps: readonly PlanStep[], options: PlanLineOptions): readonly string[] {
  const shown = new Map<string, { readonly lines: (hosts: string) => readonly string[]; readonly hosts: string[] }>();
  let before = '';
  let run = 0;
  for (const step of steps) {
    const lines = (hosts: string): readonly string[] => stepLines(step, hosts, options);
    const text = lines('').join('\n');
    if (text === '') continue;
    if (step.task.id !== before) run += 1;
    before = step.task.id;
    const key = `${run} ${text}`;
    const same = shown.get(key);
    if (same === undefined) shown.set(key, { lines, hosts: [...step.hosts] });
    else same.hosts.push(...step.hosts);
  }
  return [...shown.values()].flatMap(({ lines, hosts }) => lines(hostNames(hosts)));
}

function stepLines(step: PlanStep, hosts: string, options: PlanLineOptions): readonly string[] {
  const { paint, verbosity, diff, extent } = options;
  const { outcome } = step;
  const on = step.delegatedTo === null ? hosts : `${hosts} -> ${safeLine(step.delegatedTo)}`;
  const title = `${stepTitle(step)} [${on}]`;
  switch (outcome.kind) {
    case 'ok':
      return verbosity > 0 ? [paint('green', `in sync: ${title}`)] : [];
    case 'skipped':
      return verbosity > 0 ? [paint('cyan', `skipped: ${title} (${safeLine(outcome.why)})`)] : [];
    case 'unknown':
      return [paint('magenta', `unknown: ${title} (known after apply: ${safeLine(outcome.because)})`)];
    case 'change': {
      const { word, doubt } = certaintyOf(outcome);
      const details = [
        ...(diff ? plannedChangeLines(outcome, paint, extent) : []),
        ...outcome.notifies.map((name) => `then the handler ${safeLine(name)}`),
      ];
      return [
        paint('yellow', `${word}: ${title}${doubt === '' ? '' : ` (${doubt})`}`),
        ...details.map((line) => `    ${line}`),
      ];
    }
    default: {
      const never: never = outcome;
      throw new Error(`unknown outcome ${JSON.stringify(never)}`);
    }
  }
}

export function stepTitle({ task, item }: PlanStep): string {
  return taskTitle({ ...task, role: task.role ?? undefined }, item ?? undefined);
}

/** How a change is marked: what it is called, and what is not certain of it. */
export function certaintyOf({ certainty, doubt }: PlannedChange): { readonly word: string; readonly doubt: string } {
  const { word, doubt: usual } = CERTAINTY[certainty];
  return { word, doubt: safeLine(doubt ?? usual) };
}

const CERTAINTY: Readonly<Record<PlannedChange['certainty'], { readonly word: string; readonly doubt: string }>> = {
  certain: { word: 'would change', doubt: '' },
  after_change: { word: 'may change', doubt: 'an earlier change decides' },
  opaque: { word: 'would run', doubt: 'nothing tells whether it is needed' },
};
