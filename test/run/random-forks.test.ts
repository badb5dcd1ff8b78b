import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { type SiteEvent, load, play } from '../../engine/api/library.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { randomPlay } from './random-play.ts';

// A run comes to its end with any number of forks, and each host does the same as when all hosts begin at once.

const NAMES = Array.from({ length: 9 }, (_, index) => `h${index + 1}`);
const SEEDS = Array.from({ length: 12 }, (_, index) => 169 + index);

interface Did {
  /** Hosts, tasks and outcomes. The order of hosts is not the same in each run. */
  readonly outcomes: readonly string[];
  readonly files: readonly string[];
  readonly stopped: boolean;
}

async function did(seed: number, forks: number): Promise<Did> {
  const folder = temporaryFolder('random-forks-');
  const { play: written, unreachable } = randomPlay(seed, NAMES, basename(folder));
  const more = join(folder, 'more.yml');
  const hosts = Object.fromEntries(
    NAMES.map((name) => {
      const mine = join(folder, 'hosts', name);
      mkdirSync(mine, { recursive: true });
      const reach =
        name === unreachable
          ? { ansible_connection: 'ssh', ansible_host: '127.0.0.1', ansible_port: 1 }
          : { ansible_connection: 'local' };
      return [name, { ...reach, mine, more }];
    }),
  );
  writeFileSync(more, JSON.stringify([{ name: 'included', copy: { content: 'x', dest: '{{mine}}/included' } }]));
  writeFileSync(join(folder, 'hosts.yml'), JSON.stringify({ web: { hosts } }));
  writeFileSync(join(folder, 'site.yml'), JSON.stringify([written]));
  const site = await load(join(folder, 'site.yml'), { inventory: [join(folder, 'hosts.yml')], trust: true });
  const events: SiteEvent[] = [];
  const onEvent = (event: SiteEvent): void => void events.push(event);
  const { stopped } = await play(site, { forks, onEvent, journal: join(folder, 'runs') });
  return {
    outcomes: events.flatMap(outcomeOf).toSorted(),
    files: readdirSync(join(folder, 'hosts'), { recursive: true }).map(String).toSorted(),
    stopped: stopped !== undefined,
  };
}

function outcomeOf(event: SiteEvent): readonly string[] {
  const { type, host, task, item, outcome }: Told = JSON.parse(JSON.stringify(event));
  if (type === 'host_unreachable') return [`${host} unreachable`];
  if (type !== 'task_finished') return [];
  const name = task?.handler === true ? 'handler' : task?.name;
  return [[host, name, item, outcome?.kind, outcome?.ignored].filter((part) => part !== undefined).join(' ')];
}

interface Told {
  readonly type: string;
  readonly host?: string;
  readonly task?: { readonly name: string; readonly handler: boolean };
  readonly item?: string;
  readonly outcome?: { readonly kind: string; readonly ignored?: boolean };
}

test.each(SEEDS)('the play of seed %i does the same with few forks as with many', async (seed) => {
  const { isDetermined } = randomPlay(seed, NAMES, 'handler');
  const atOnce = await did(seed, 100);
  for (const forks of [1, seed % 2 === 0 ? 2 : 5]) {
    const done = await did(seed, forks);
    if (isDetermined) expect(done, `${forks} forks`).toEqual(atOnce);
  }
});

test('the plays have what they are meant to have', () => {
  const plays = SEEDS.map((seed) => randomPlay(seed, NAMES, 'handler'));
  const text = JSON.stringify(plays);
  for (const word of ['"free"', 'serial', 'any_errors_fatal', 'max_fail_percentage', 'run_once', 'throttle', 'rescue'])
    expect(text).toContain(word);
  expect(plays.filter(({ isDetermined }) => isDetermined).length).toBeGreaterThan(SEEDS.length / 2);
  expect(plays.some(({ unreachable }) => unreachable !== undefined)).toBe(true);
});
