import { expect, test } from 'vitest';
import { isSelected, listTags, listTasks } from '../../../engine/playbook/base/select-tasks.ts';
import { loadWritten } from '../written.ts';

/** The decisions of ansible-core 2.14: tags of the task, --tags, --skip-tags, whether the task runs. */
const CASES: readonly (readonly [tags: string, wanted: string, skipped: string, runs: boolean])[] = [
  ['', '', '', true],
  ['a', '', '', true],
  ['a', 'a', '', true],
  ['a', 'b', '', false],
  ['', 'a', '', false],
  ['a', 'all', '', true],
  ['a', 'tagged', '', true],
  ['', 'tagged', '', false],
  ['', 'untagged', '', true],
  ['a', 'untagged', '', false],
  ['always', 'a', '', true],
  ['always', '', 'always', false],
  ['always', '', 'all', true],
  ['never', '', '', false],
  ['never', 'all', '', false],
  ['never', 'tagged', '', false],
  ['never a', 'a', '', true],
  ['never', 'never', '', true],
  ['a', '', 'a', false],
  ['a b', 'b', 'a', false],
  ['a', '', 'b', true],
  ['a', '', 'tagged', false],
  ['', '', 'tagged', true],
  ['', '', 'untagged', false],
  ['a', '', 'all', false],
];

const words = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '');

test.each(CASES)('tags [%s], --tags [%s], --skip-tags [%s]: %s', (tags, wanted, skipped, runs) => {
  expect(isSelected(new Set(words(tags)), { tags: words(wanted), skipTags: words(skipped) })).toBe(runs);
});

test('the lists hold what would run', async () => {
  const [play] = (
    await loadWritten({
      'site.yml': `- hosts: all
  tasks:
    - {debug: , tags: [b, a]}
    - block: [{debug: , tags: c}, {meta: noop}]
      rescue: [{debug: }]
      tags: d
    - {debug: , tags: never}
`,
    })
  ).plays;
  if (play === undefined) throw new Error('no play');
  expect(listTags(play, { tags: [], skipTags: [] })).toEqual(['a', 'b', 'c', 'd']);
  expect(listTasks(play, { tags: ['d'], skipTags: ['c'] }).map((step) => step.id)).toEqual([
    'site.yml:4:35',
    'site.yml:5:16',
  ]);
});
