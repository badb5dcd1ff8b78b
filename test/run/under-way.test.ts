import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type SiteEvent, load, plan, play } from '../../engine/api/library.ts';
import { temporaryFolder } from '../temporary-folder.ts';

// `forks` bounds the hosts that have begun and wait for nothing. Hosts that others wait for always begin at last.

const NAMES = Array.from({ length: 8 }, (_, index) => `h${index + 1}`);

interface Ran {
  readonly ok: boolean;
  readonly events: readonly SiteEvent[];
}

/** Runs tasks on eight hosts, which are all this machine. `mine`: a folder of each host; `all`: one of all hosts. */
async function ran(how: typeof play, forks: number, plays: readonly unknown[]): Promise<Ran> {
  const folder = temporaryFolder('under-way-');
  const all = join(folder, 'all');
  mkdirSync(all);
  const hosts = Object.fromEntries(NAMES.map((name) => [name, { ansible_connection: 'local', all }]));
  writeFileSync(join(folder, 'hosts.yml'), JSON.stringify({ web: { hosts } }));
  writeFileSync(join(folder, 'site.yml'), JSON.stringify(plays));
  const site = await load(join(folder, 'site.yml'), { inventory: [join(folder, 'hosts.yml')], trust: true });
  const events: SiteEvent[] = [];
  const onEvent = (event: SiteEvent): void => void events.push(event);
  const { ok } = await how(site, { forks, onEvent, journal: join(folder, 'runs') });
  return { ok, events };
}

const LAST = { name: 'last', debug: { msg: 'done' } };

/** Returns the most hosts that were connected at the same time and had not done their last task. */
function mostUnderWay(events: readonly SiteEvent[]): number {
  let [now, most] = [0, 0];
  for (const event of events) {
    if (event.type === 'host_connected') now += 1;
    if (event.type === 'task_finished' && JSON.stringify(event).includes('"name":"last"')) now -= 1;
    most = Math.max(most, now);
  }
  return most;
}

const LOOKS = Array.from({ length: 12 }, (_, index) => ({ file: { path: `{{all}}/none-${index}`, state: 'absent' } }));

test.each([
  { how: play, strategy: 'linear' },
  { how: plan, strategy: 'linear' },
  { how: play, strategy: 'free' },
])('a run without changes connects to no more hosts than forks: $how.name, $strategy', async ({ how, strategy }) => {
  const { ok, events } = await ran(how, 2, [{ hosts: 'web', strategy, tasks: [...LOOKS, LAST] }]);
  expect(ok).toBe(true);
  expect(mostUnderWay(events)).toBeLessThanOrEqual(2);
});

const CHANGE = { copy: { content: '', dest: '{{all}}/{{inventory_hostname}}' } };
const OF_THE_LAST = '{{all}}/h8';
const IS_THERE = { command: `test -e ${OF_THE_LAST}`, changed_when: false };

// Each of these plays has a host that waits for others which have not begun when there is one fork.
test.each<readonly [string, string, readonly unknown[]]>([
  ['a change in lock-step', 'linear', [CHANGE]],
  ['a step that one host does for all', 'linear', [{ ...IS_THERE, command: 'true', run_once: true }]],
  ['a variable of another host', 'linear', [{ debug: { msg: '{{hostvars.h8.inventory_hostname}}' } }]],
  [
    'a throttled loop of changes in lock-step',
    'linear',
    [
      {
        copy: { content: '', dest: '{{all}}/{{inventory_hostname}}-{{item}}' },
        loop: [1, 2],
        throttle: 1,
        register: 'made',
      },
    ],
  ],
  ['the answer of a command', 'linear', [CHANGE, { query: { cmd: `ls ${OF_THE_LAST}` } }]],
  ['a state', 'free', [CHANGE, { wait_for: { path: OF_THE_LAST, timeout: 60 } }]],
  ['another attempt', 'free', [CHANGE, { ...IS_THERE, register: 'is', until: 'is.rc == 0', retries: 600, delay: 0.1 }]],
  [
    'one host that waits for all',
    'free',
    [CHANGE, { ...IS_THERE, run_once: true, register: 'is', until: 'is.rc == 0', retries: 600, delay: 0.1 }],
  ],
  [
    'its turn at a throttled step, at which another host waits',
    'free',
    [CHANGE, { wait_for: { path: OF_THE_LAST, timeout: 60 }, throttle: 1 }],
  ],
  [
    'its turn at a throttled block, in which another host waits',
    'free',
    [CHANGE, { block: [{ wait_for: { path: OF_THE_LAST, timeout: 60 } }], throttle: 1 }],
  ],
])('all hosts begin although hosts wait for %s', async (_, strategy, tasks) => {
  const { ok, events } = await ran(play, 1, [{ hosts: 'web', strategy, tasks: [...tasks, LAST] }]);
  expect(ok).toBe(true);
  expect(mostUnderWay(events)).toBeGreaterThan(1);
  expect(events.filter((event) => JSON.stringify(event).includes('"msg":"done"'))).toHaveLength(NAMES.length);
});
