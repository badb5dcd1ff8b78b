import type { Playbook } from '../playbook/play.ts';
import type { TagSelection } from '../playbook/select-tasks.ts';
import { walkSteps } from '../playbook/select-tasks.ts';
import { didYouMean } from '../values/suggest.ts';

/** Those that mean something without standing at a task. */
const SPECIAL: ReadonlySet<string> = new Set(['all', 'tagged', 'untagged', 'always', 'never']);

/** A warning for each tag of --tags and --skip-tags that no task has. What an include brings is not known yet, so with one there is none. */
export function unknownTags(playbook: Playbook, selection: TagSelection): readonly string[] {
  const steps = playbook.plays.flatMap((play) => play.sections.flatMap((section) => [...walkSteps(section.steps)]));
  if (steps.some((step) => step.kind === 'include')) return [];
  const known = new Set(steps.flatMap((step) => [...step.tags]));
  return (['tags', 'skipTags'] as const).flatMap((given) =>
    selection[given]
      .filter((tag) => !SPECIAL.has(tag) && !known.has(tag))
      .map((tag) => {
        const option = given === 'tags' ? '--tags' : '--skip-tags';
        return `warning: no task has the tag "${tag}" of ${option}. ${didYouMean(tag, known) ?? 'See --list-tags.'}`;
      }),
  );
}
