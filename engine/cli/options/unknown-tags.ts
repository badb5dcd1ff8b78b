import { Problem, Problems } from '../../errors/problem.ts';
import { broughtBy } from '../../playbook/base/brings.ts';
import type { Playbook } from '../../playbook/base/play.ts';
import type { TagSelection } from '../../playbook/base/select-tasks.ts';
import { didYouMean } from '../../values/language/suggest.ts';

/** Tags that have a meaning even if no task has them. */
const SPECIAL: ReadonlySet<string> = new Set(['all', 'tagged', 'untagged', 'always', 'never']);

/**
 * Throws Problems for tags of --tags and --skip-tags that no task has: a misspelled one would leave out everything, or
 * run tasks that must be left out. Returns warnings instead if an include may add tasks that are not known yet.
 */
export function refuseUnknownTags(playbook: Playbook, selection: TagSelection): readonly string[] {
  const brought = broughtBy(playbook.plays.flatMap((play) => play.sections.flatMap((section) => section.steps)));
  const unknown = (['tags', 'skipTags'] as const).flatMap((given) =>
    selection[given]
      .filter((tag) => !SPECIAL.has(tag) && !brought.tags.has(tag))
      .map((tag) => ({
        tag,
        option: given === 'tags' ? '--tags' : '--skip-tags',
        remedy: didYouMean(tag, brought.tags),
      })),
  );
  if (!brought.isWhole)
    return unknown.map(
      ({ tag, option, remedy }) =>
        `warning: no task that is known before the run has the tag "${tag}" of ${option}.${remedy === undefined ? '' : ` ${remedy}`}`,
    );
  const [first, ...rest] = unknown.map(
    ({ tag, option, remedy }) =>
      new Problem({
        code: 'unknown-tag',
        what: `no task has the tag "${tag}" of ${option}`,
        remedy: remedy ?? '--list-tags prints all tags.',
      }),
  );
  if (first !== undefined) throw new Problems([first, ...rest]);
  return [];
}
