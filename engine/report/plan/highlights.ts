import { nameInRole } from '../../playbook/base/handler-names.ts';
import type { PlannedDifference } from '../../run/saved-plan/plan-document.ts';
import { safeLine } from '../text/safe-text.ts';
import { SIGNS, kindOf } from './operation.ts';
import type { ReviewedStep, ReviewedTask } from './review.ts';
import { stepTitle } from './step-title.ts';

/** The sections that a reviewer must see first. They are always shown, even if there is little room. */
export const SECTIONS = ['Handlers and restarts', 'Removed', 'Commands'] as const;
export type Section = (typeof SECTIONS)[number];

export interface Highlight {
  readonly section: Section;
  readonly sign: string;
  readonly title: string;
  readonly hosts: readonly string[];
  /** The hosts of the play. */
  readonly all: readonly string[];
  /** `one by one`, `2 at once`, or a text that says that there is no limit. Empty if the order does not matter. */
  readonly order: string;
  /** The tasks that notify the handler, or what the task removes or runs. Empty if there is nothing to add. */
  readonly details: string;
  /** True if it is certain to happen. */
  readonly isCertain: boolean;
}

/** Maximal number of things in a list. Longer lists and commands are cut; the step below shows them completely. */
const MOST_THINGS = 5;
const MOST_CHARACTERS = 120;

type Dangerous = 'restart' | 'remove' | 'run';

/**
 * Returns the changes that a reviewer must see first: handlers and restarts, removals, and commands. Each handler is
 * listed once per play, with its callers.
 */
export function highlightsOf(tasks: readonly ReviewedTask[]): readonly Highlight[] {
  const callers = callersOf(tasks);
  const handlers = new Map<string, Highlight>();
  const others: Highlight[] = [];
  for (const task of tasks) {
    for (const reviewed of task.steps) {
      const { step, operation } = reviewed;
      if (operation === undefined) continue;
      if (step.task.handler) {
        const highlight = handlerOf(task.play, reviewed, callers);
        const key = JSON.stringify([task.play.place, highlight.title]);
        handlers.set(key, joined(handlers.get(key), highlight));
      } else if (operation === 'restart' || operation === 'remove' || operation === 'run')
        others.push(highlightOf(task.play, reviewed, operation));
    }
  }
  const all = [...handlers.values(), ...others];
  return SECTIONS.flatMap((section) => all.filter((one) => one.section === section));
}

/** Returns the titles of tasks by the handlers that they notify. */
function callersOf(tasks: readonly ReviewedTask[]): ReadonlyMap<string, readonly string[]> {
  const callers = new Map<string, string[]>();
  for (const { play, steps } of tasks) {
    for (const { step } of steps) {
      if (step.outcome.kind !== 'change') continue;
      const title = stepTitle({ ...step, item: null });
      for (const name of step.outcome.notifies) {
        const key = JSON.stringify([play.place, name]);
        const known = callers.get(key) ?? [];
        if (!known.includes(title)) callers.set(key, [...known, title]);
      }
    }
  }
  return callers;
}

function handlerOf(
  play: ReviewedTask['play'],
  { step, hosts }: ReviewedStep,
  callers: ReadonlyMap<string, readonly string[]>,
): Highlight {
  const { task } = step;
  const name = task.within ?? task.name;
  const names = [name, ...(task.role === null ? [] : [nameInRole(task.role, name)])];
  const because = names.flatMap((one) => callers.get(JSON.stringify([play.place, one])) ?? []);
  return {
    section: 'Handlers and restarts',
    sign: SIGNS.restart,
    title: `${task.role === null ? '' : `${safeLine(task.role)} : `}${safeLine(name)}`,
    hosts,
    all: play.hosts,
    order: orderOf(task.throttle),
    details: because.length === 0 ? '' : `after ${listed(because)}`,
    isCertain: isCertain(step),
  };
}

function joined(one: Highlight | undefined, other: Highlight): Highlight {
  if (one === undefined) return other;
  return {
    ...one,
    hosts: [...new Set([...one.hosts, ...other.hosts])],
    isCertain: one.isCertain && other.isCertain,
  };
}

function highlightOf(play: ReviewedTask['play'], { step, hosts }: ReviewedStep, operation: Dangerous): Highlight {
  const { outcome } = step;
  const differences = outcome.kind === 'change' ? outcome.differences : [];
  return {
    section: { restart: SECTIONS[0], remove: SECTIONS[1], run: SECTIONS[2] }[operation],
    sign: SIGNS[operation],
    title: stepTitle(step),
    hosts,
    all: play.hosts,
    order: operation === 'restart' ? orderOf(step.task.throttle) : '',
    details: outcome.kind === 'change' && outcome.hidden === true ? '' : detailsOf(operation, differences),
    isCertain: isCertain(step),
  };
}

function isCertain({ outcome }: ReviewedStep['step']): boolean {
  return outcome.kind === 'change' && outcome.certainty !== 'after_change';
}

function orderOf(throttle: number | undefined): string {
  if (throttle === undefined) return 'not throttled';
  return throttle === 1 ? 'one by one' : `${throttle} at once`;
}

function detailsOf(operation: Dangerous, differences: readonly PlannedDifference[]): string {
  switch (operation) {
    case 'run':
      return listed(differences.flatMap((one) => (one.kind === 'command' ? [commandLine(one.text)] : [])));
    case 'remove':
      return listed(differences.filter((one) => kindOf(one) === 'remove').map(nameOf));
    case 'restart':
      return listed(
        differences.flatMap((one) => (one.kind === 'field' ? [`${safeLine(one.of)} ${safeLine(one.after)}`] : [])),
      );
    default: {
      const never: never = operation;
      throw new Error(`unknown operation ${String(never)}`);
    }
  }
}

function nameOf(difference: PlannedDifference): string {
  switch (difference.kind) {
    case 'text':
    case 'content':
      return safeLine(difference.path);
    case 'field':
      return safeLine(difference.of);
    case 'command':
      return commandLine(difference.text);
    default: {
      const never: never = difference;
      throw new Error(`unknown difference ${JSON.stringify(never)}`);
    }
  }
}

function commandLine(text: string): string {
  const [first = '', ...more] = text.split('\n');
  const line = safeLine(first);
  const isCut = more.length > 0 || line.length > MOST_CHARACTERS;
  return `$ ${line.slice(0, MOST_CHARACTERS)}${isCut ? ' …' : ''}`;
}

function listed(things: readonly string[]): string {
  const shown = [...new Set(things)];
  if (shown.length <= MOST_THINGS) return shown.join(', ');
  return `${shown.slice(0, MOST_THINGS).join(', ')} and ${shown.length - MOST_THINGS} more`;
}
