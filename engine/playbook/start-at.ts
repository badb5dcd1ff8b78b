import { wildcards } from '../connection/base/wildcards.ts';
import { Problem } from '../errors/problem.ts';
import { didYouMean, listNames } from '../values/language/suggest.ts';
import type { Play, Playbook, Step } from './base/play.ts';
import { type TagSelection, hasSelected, isSelected, walkSteps } from './base/select-tasks.ts';
import { writtenName, writtenTitle } from './base/written-title.ts';

type Fits = (step: Step) => boolean;

/**
 * Returns the playbook from a task on, like `--start-at-task` of ansible-playbook. The task is the first one, in the
 * order of the plays, whose name or `role : name` equals `name` or matches it as a pattern (`*`, `?`, `[abc]`). Names
 * are compared as they are written, without variables. Steps before the task are left out, even with the tag `always`;
 * of a surrounding block, the remaining steps, the rescue and the `always` stay. Handlers stay. Throws Problem
 * `unknown-task` if no task matches.
 */
export function startingAt(playbook: Playbook, name: string, selection: TagSelection): Playbook {
  const pattern = wildcards(name, { classes: true, ignoreCase: false });
  const fits: Fits = (step) =>
    step.kind !== 'meta' &&
    [writtenName(step), writtenTitle(step)].some((title) => title === name || pattern.test(title));
  for (const [index, play] of playbook.plays.entries()) {
    const rest = playFrom(play, fits, selection);
    if (rest !== undefined) return { ...playbook, plays: [rest, ...playbook.plays.slice(index + 1)] };
  }
  throw unknownTask(playbook, name, { fits, selection });
}

function playFrom(play: Play, fits: Fits, selection: TagSelection): Play | undefined {
  for (const [index, section] of play.sections.entries()) {
    const steps = stepsFrom(section.steps, fits, selection);
    if (steps === undefined) continue;
    const sections = [{ ...section, steps }, ...play.sections.slice(index + 1)];
    const used = new Set(sections.flatMap((one) => [...walkSteps(one.steps)].map((step) => step.role)));
    return { ...play, sections, roles: play.roles.filter((role) => used.has(role)) };
  }
  return undefined;
}

function stepsFrom(steps: readonly Step[], fits: Fits, selection: TagSelection): readonly Step[] | undefined {
  for (const [index, step] of steps.entries()) {
    const first = stepFrom(step, fits, selection);
    if (first !== undefined) return [first, ...steps.slice(index + 1)];
  }
  return undefined;
}

function stepFrom(step: Step, fits: Fits, selection: TagSelection): Step | undefined {
  if (step.kind !== 'block') return fits(step) && isSelected(step.tags, selection) ? step : undefined;
  if (fits(step) && step.name !== undefined && hasSelected(step.block, selection)) return step;
  const block = stepsFrom(step.block, fits, selection);
  if (block !== undefined) return { ...step, block };
  // A rescue runs only after a failure, so a run cannot begin in it.
  const always = stepsFrom(step.always, fits, selection);
  return always === undefined ? undefined : { ...step, block: [], rescue: [], always };
}

interface Search {
  readonly fits: Fits;
  readonly selection: TagSelection;
}

function unknownTask(playbook: Playbook, name: string, { fits, selection }: Search): Problem {
  const steps = playbook.plays.flatMap((play) => play.sections.flatMap((section) => [...walkSteps(section.steps)]));
  const names = [
    ...new Set(
      steps
        .filter((step) => step.kind !== 'meta' && step.kind !== 'block' && isSelected(step.tags, selection))
        .map(writtenTitle),
    ),
  ];
  // A task of this very name may exist, and not be one to start at.
  const others = [...names, ...steps.map(writtenName)].filter((other) => other !== name);
  const near = didYouMean(name, others);
  return new Problem({
    code: 'unknown-task',
    what: `there is no task "${name}" to start at`,
    why: whyNot(playbook, steps, { fits, selection }),
    remedy: `${near === undefined ? '' : `${near} `}The tasks are: ${listNames(names)}. See --list-tasks.`,
  });
}

/** Returns why a run cannot begin at a task that has this name; undefined if there is no such task. */
function whyNot({ plays }: Playbook, steps: readonly Step[], { fits, selection }: Search): string | undefined {
  const named = steps.find(fits);
  if (named !== undefined && named.kind !== 'block' && !isSelected(named.tags, selection))
    return 'The tags of the command line leave it out.';
  if (named !== undefined) return 'It stands in a rescue, which runs only after a failure.';
  if (plays.some((play) => play.handlers.some((handler) => fits(handler.step))))
    return 'It is a handler, which runs where a task calls for it.';
  return steps.some((step) => step.kind === 'include')
    ? 'What include_tasks and include_role bring is not known before the run: start at the include.'
    : undefined;
}
