import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { prepareRun } from '../../engine/cli/run/prepare-run.ts';
import type { PlannedPlay } from '../../engine/run/context/context.ts';
import { LaterPlays, mayUseOtherHosts } from '../../engine/run/later-plays.ts';
import { ahead } from '../../engine/run/order/itinerary.ts';
import { RunHosts } from '../../engine/run/run-hosts.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const HOSTS = ['a', 'b', 'c'];

interface Written {
  readonly hosts: string;
  readonly tasks?: readonly unknown[];
}

/** Returns plays, each with the hosts that its pattern names. */
async function planned(plays: readonly Written[]) {
  const folder = temporaryFolder('later-plays-');
  const file = join(folder, 'site.yml');
  writeFileSync(file, JSON.stringify(plays.map((play) => ({ gather_facts: false, ...play }))));
  const keys = { identity: [], vaultId: [], vaultPasswordFile: [], extraVars: [], allowController: [] };
  const { playbook, inventory, extra } = await prepareRun(file, { ...keys, inventory: [HOSTS.join(',')], trust: true });
  const selection = { tags: [], skipTags: [] };
  const { byName } = new RunHosts({ playbook, inventory, extra, selection, mode: 'play', slice: undefined });
  const states = (names: string) => names.split(',').flatMap((name) => byName.get(name) ?? []);
  const pace = { serial: [], maxFailPercentage: undefined, anyErrorsFatal: false };
  const all = playbook.plays.map((play, index): PlannedPlay => {
    const pattern = plays[index]?.hosts ?? '';
    return { play, pattern, layers: [], pace, hosts: states(pattern) };
  });
  return { plays: all, states };
}

const TASK = (name: string) => ({ name, command: 'true' });

test('the way through later plays is made once for all hosts of the same plays', async () => {
  const { plays, states } = await planned([
    { hosts: 'a,b,c', tasks: [TASK('one')] },
    { hosts: 'a,b', tasks: [TASK('two')] },
  ]);
  const later = new LaterPlays(plays);
  const [a, b, c] = states('a,b,c').map((host) => later.routeOf(host));
  expect(a).toBe(b);
  const names = (route: typeof a) =>
    [...ahead(route)].map(({ stop }) => (stop.step.kind === 'task' ? stop.step.name?.source : ''));
  expect(names(a)).toEqual(['one', 'two']);
  expect(names(c)).toEqual(['one']);
});

test('a host is in a later play or not', async () => {
  const { plays, states } = await planned([{ hosts: 'b' }, { hosts: 'c' }]);
  const later = new LaterPlays(plays);
  expect(states('a,b,c').map((host) => later.has(host))).toEqual([false, true, true]);
  expect(states('a').map((host) => later.routeOf(host))).toEqual([undefined]);
});

describe('tasks that run on hosts other than their own', () => {
  const include = { include_tasks: '{{inventory_hostname}}.yml' };
  test.each<readonly [string, object, boolean, boolean]>([
    ['a task on its own host', TASK('own'), false, false],
    ['a task on the controller', { ...TASK('here'), delegate_to: 'localhost' }, false, false],
    ['a local task', { ...TASK('here'), connection: 'local' }, false, false],
    ['a task on another host', { ...TASK('there'), delegate_to: 'b' }, true, true],
    ['a task on a host that a variable names', { ...TASK('there'), delegate_to: '{{groups.all.[0]}}' }, true, true],
    ['a task in a block', { block: [TASK('there')], delegate_to: 'b' }, true, true],
    ['an include of unknown tasks', include, false, true],
  ])('%s', async (_, task, inPlay, inPlan) => {
    const { plays } = await planned([{ hosts: 'a', tasks: [task] }]);
    expect([mayUseOtherHosts(plays, 'play'), mayUseOtherHosts(plays, 'plan')]).toEqual([inPlay, inPlan]);
  });
});
