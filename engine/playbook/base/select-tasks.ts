import type { Play, Step } from './play.ts';

export interface TagSelection {
  /** The value of --tags. Empty: all. `tagged`, `untagged` and `all` have their special meaning. */
  readonly tags: readonly string[];
  /** The value of --skip-tags. */
  readonly skipTags: readonly string[];
}

/**
 * Returns whether a step with these tags runs, by the rules of ansible-core: `always` runs unless it is skipped by
 * name, `never` runs only if one of the step's tags is requested by name.
 */
export function isSelected(tags: ReadonlySet<string>, selection: TagSelection): boolean {
  return isWanted(tags, selection.tags) && !isSkipped(tags, selection.skipTags);
}

function isWanted(tags: ReadonlySet<string>, wanted: readonly string[]): boolean {
  if (tags.has('always')) return true;
  if (wanted.some((tag) => tags.has(tag))) return true;
  if (tags.has('never')) return false;
  if (wanted.length === 0 || wanted.includes('all')) return true;
  return wanted.includes(tags.size === 0 ? 'untagged' : 'tagged');
}

function isSkipped(tags: ReadonlySet<string>, skipped: readonly string[]): boolean {
  if (skipped.some((tag) => tags.has(tag))) return true;
  if (skipped.includes('all')) return !tags.has('always');
  return skipped.includes(tags.size === 0 ? 'untagged' : 'tagged');
}

/** Yields all steps in the order in which they would run, including those of blocks and their rescues. */
export function* walkSteps(steps: readonly Step[]): Generator<Step> {
  for (const step of steps) {
    yield step;
    if (step.kind === 'block') yield* walkSteps([...step.block, ...step.rescue, ...step.always]);
  }
}

/** Returns all outermost steps of a play: those of its sections, then its handlers. */
export function stepsOf(play: Play): readonly Step[] {
  return [...play.sections.flatMap((section) => section.steps), ...play.handlers.map((handler) => handler.step)];
}

/** Returns whether any of the steps, or of the steps in them, runs. */
export function hasSelected(steps: readonly Step[], selection: TagSelection): boolean {
  return [...walkSteps(steps)].some((step) => step.kind !== 'block' && isSelected(step.tags, selection));
}

/** Returns the steps of a play that would run: tasks, includes and meta actions. */
export function listTasks(play: Play, selection: TagSelection): readonly Step[] {
  return play.sections.flatMap((section) =>
    [...walkSteps(section.steps)].filter((step) => step.kind !== 'block' && isSelected(step.tags, selection)),
  );
}

/** Returns the tags of all steps that would run, sorted. */
export function listTags(play: Play, selection: TagSelection): readonly string[] {
  return [...new Set(listTasks(play, selection).flatMap((step) => [...step.tags]))].toSorted();
}
