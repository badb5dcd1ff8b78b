import type { PlanDocument, PlanStep } from '../../run/saved-plan/plan-document.ts';
import { marksIn, OwnNames, type OwnMark } from '../text/own-names.ts';
import { mappedStep } from './mapped-step.ts';
import { operationOf, type Operation } from './operation.ts';

type Plays = PlanDocument['plays'];

/** A step with all hosts for which it is equal, apart from the host's own name. */
export interface ReviewedStep {
  /** With marks in place of a host's own name, if there are several hosts. */
  readonly step: PlanStep;
  readonly hosts: readonly string[];
  readonly marks: readonly OwnMark[];
  /** Undefined if nothing changes. */
  readonly operation: Operation | undefined;
}

/** A task with the results of all its items and hosts, in the order of the plan. */
export interface ReviewedTask {
  readonly play: Plays[number];
  readonly steps: readonly ReviewedStep[];
}

/**
 * Groups the plan by tasks. A task that is in the plan at two points, such as a handler that runs twice, appears twice.
 */
export function review(plays: Plays, names: OwnNames = new OwnNames()): readonly ReviewedTask[] {
  return plays.flatMap((play) => runsOf(play.steps).map((steps) => reviewed(play, steps, names)));
}

/** Groups adjacent steps of one task. */
function runsOf(steps: readonly PlanStep[]): readonly (readonly PlanStep[])[] {
  const runs: PlanStep[][] = [];
  for (const step of steps) {
    const last = runs.at(-1);
    if (last?.[0]?.task.id === step.task.id) last.push(step);
    else runs.push([step]);
  }
  return runs;
}

function reviewed(play: Plays[number], steps: readonly PlanStep[], names: OwnNames): ReviewedTask {
  const groups = new Map<string, { readonly first: PlanStep; readonly marked: PlanStep; readonly hosts: string[] }>();
  for (const step of steps) {
    const [host, ...others] = step.hosts;
    // The common text of several hosts contains no name of one host.
    const marked = host === undefined || others.length > 0 ? step : mappedStep(step, names.marking(host));
    const { hosts: _, ...rest } = marked;
    const key = JSON.stringify(rest);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: step, marked, hosts: [...step.hosts] });
    else group.hosts.push(...step.hosts);
  }
  return {
    play,
    steps: [...groups.values()].map(({ first, marked, hosts }) => {
      const isAlone = hosts.length === first.hosts.length;
      const shown = isAlone ? first : marked;
      return {
        step: { ...shown, hosts },
        hosts,
        marks: isAlone ? [] : marksIn(JSON.stringify(marked)),
        operation: first.outcome.kind === 'change' ? operationOf(first.outcome) : undefined,
      };
    }),
  };
}

/** Returns the marks in any of the steps. */
export function marksOf(tasks: readonly ReviewedTask[]): ReadonlySet<OwnMark> {
  return new Set(tasks.flatMap(({ steps }) => steps.flatMap(({ marks }) => marks)));
}
