import type { Json, JsonMap } from './case.ts';
import type { Chance } from './chance.ts';
import { FlowWriter } from './flow-writer.ts';

const HOSTS =
  '[web]\nh1 n=1\nh2 n=2\nh3 n=3\n[db]\nh4 n=4\n[site:children]\nweb\ndb\n[all:vars]\nansible_connection=local\n';
const ARGUMENTS: readonly [readonly string[], ...(readonly string[])[]] = [
  [],
  [],
  [],
  [],
  [],
  [],
  ['--tags', 'one'],
  ['--tags', 'two,one'],
  ['--skip-tags', 'one'],
  ['--tags', 'all', '--skip-tags', 'two'],
  ['--tags', 'tagged'],
  ['--tags', 'untagged'],
  ['--tags', 'never'],
  ['--limit', 'h1'],
  ['--limit', 'web:!h2'],
  ['-e', 'x=9'],
];

/** One playbook of plays, blocks, handlers, roles and includes on four hosts that are all this machine. */
export function flowCase(chance: Chance): { readonly files: JsonMap; readonly args: readonly string[] } {
  const writer = new FlowWriter(chance);
  const plays = Array.from({ length: chance.of(0.2) ? 2 : 1 }, (_, index) => play(chance, writer, index));
  const all = chance.one(ARGUMENTS);
  const tags = all[0]?.includes('tags') === true;
  // A tag that no task has is an error here.
  if (tags)
    plays.push({
      name: 'tags',
      hosts: 'h1',
      gather_facts: false,
      tasks: ['one', 'two', 'never'].map((tag) => ({ name: `tag ${tag}`, debug: { msg: tag }, tags: [tag] })),
    });
  return { files: { hosts: HOSTS, 'site.yml': plays, ...writer.files }, args: all };
}

function play(chance: Chance, writer: FlowWriter, index: number): JsonMap {
  const hosts = chance.one(['web', 'all', 'h1', 'web', 'db', 'h2:h1', 'site'] as const);
  const options = chance.options<Json>(
    {
      serial: [1, 2, '50%', [1, 2]],
      max_fail_percentage: [0, 30, 60],
      any_errors_fatal: [true],
      vars: [{ x: 1 }, { x: 2 }],
      strategy: ['linear'],
      order: ['sorted', 'reverse_sorted', 'inventory'],
      tags: [['one'], ['two']],
    },
    0.12,
  );
  writer.play({
    isFatal: options['any_errors_fatal'] === true,
    isCounted: options['max_fail_percentage'] !== undefined,
  });
  const tasks = writer.tasks(chance.number(2, 6), 2);
  const roles = chance.of(0.25) ? writer.roles() : [];
  const before = chance.of(0.15) ? writer.tasks(2, 1) : [];
  const behind = chance.of(0.12) ? writer.tasks(2, 1) : [];
  const handlers = writer.handlers();
  return {
    name: `play ${index}`,
    hosts,
    gather_facts: false,
    ...options,
    ...(before.length > 0 ? { pre_tasks: before } : {}),
    ...(roles.length > 0 ? { roles } : {}),
    tasks,
    ...(behind.length > 0 ? { post_tasks: behind } : {}),
    ...(handlers.length > 0 ? { handlers } : {}),
  };
}
