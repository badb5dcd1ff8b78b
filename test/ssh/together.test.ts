import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { snapshot } from './crash-play.ts';
import { type Ended, type Site, type ToldEvent, startSite } from './site.ts';
import { togetherPlay } from './together-plays.ts';
import { ROWS, quiet } from './together-rows.ts';

// Quiet changes go to a host together. Whatever is told of them, and whatever they leave on the host, must be as if each
// had been made alone.

/** Number of generated plays. `RUNBOOK_TOGETHER=N` plays more, from the seed `RUNBOOK_SEED`. */
const PLAYS = Number(process.env['RUNBOOK_TOGETHER'] ?? 4);
const SEED = Number(process.env['RUNBOOK_SEED'] ?? Date.now() % 1_000_000);

let site: Site;
/** A folder that is on a read-only file system on the hosts. */
let ro: string;

beforeAll(async () => {
  const root = '{{inventory_dir}}/root-{{inventory_hostname}}';
  ro = await mkdtemp(join(tmpdir(), 'runbook-read-only-'));
  const mounts = `mount --bind ${ro} ${ro}\nmount -o remount,ro,bind ${ro}`;
  site = await startSite(
    { a: { root, ro }, b: { root, ro }, here: { root, ro, ansible_connection: 'local' } },
    { mounts },
  );
  await writeFile(join(site.folder, 'included.yml'), JSON.stringify([quiet('included')]));
  await mkdir(join(site.folder, 'templates'));
  await writeFile(
    join(site.folder, 'templates', 'together.hbs'),
    "it's version {{version}} of {{inventory_hostname}}\n",
  );
});
afterAll(async () => {
  await site.stop();
  await rm(ro, { recursive: true });
});

interface Played {
  readonly ended: Ended;
  readonly events: readonly ToldEvent[];
  readonly roundTrips: number;
}

async function play(content: object, args: readonly string[] = []): Promise<Played> {
  const playbook = await site.playbook(
    'site.yml',
    JSON.stringify([{ name: 'Play', hosts: 'a, b', gather_facts: false, ...content }]),
  );
  const ended = await site.run(['play', playbook, '--output', 'json', '--no-lock', ...args]);
  const events = ended.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): ToldEvent => JSON.parse(line));
  return { ended, events, roundTrips: recapOf(events)[0]?.roundTrips ?? 0 };
}

function recapOf(events: readonly ToldEvent[]): readonly { readonly roundTrips: number }[] {
  const end = events.find(({ type }) => type === 'run_finished');
  return (end?.['recap'] ?? []) as readonly { readonly roundTrips: number }[];
}

function without<Part extends object>(whole: Part, names: readonly string[]): Part {
  return Object.fromEntries(Object.entries(whole).filter(([name]) => !names.includes(name))) as Part;
}

/** Returns the events without what differs from run to run, host by host. */
function story({ events, ended }: Played): object {
  const told = events
    // Names of temporary files are random, and the shell counts the lines of its script.
    .map((event): ToldEvent => JSON.parse(JSON.stringify(event).replace(/\.runbook-[0-9a-f]+|sh: \d+: eval/g, '…')))
    .filter(({ type }) => type !== 'run_started' && type !== 'run_finished' && type !== 'ssh_patches')
    .map((event) => without(event, ['milliseconds', 'seconds', 'at']));
  const of = (host: string): readonly object[] => told.filter((event) => event['host'] === host);
  const recap = recapOf(events).map((one) => without(one, ['roundTrips']));
  return { a: of('a'), b: of('b'), recap, status: ended.status, stderr: ended.stderr };
}

async function clear(): Promise<void> {
  for (const name of ['root-a', 'root-b', 'root-here', 'home/handled', 'owed/owed'])
    await rm(join(site.folder, name), { recursive: true, force: true });
}

async function trees(): Promise<object> {
  const tree = async (name: string): Promise<object> =>
    Object.fromEntries(await snapshot(join(site.folder, name)).catch(() => []));
  return { a: await tree('root-a'), b: await tree('root-b') };
}

test.each(ROWS)('$name: $roundTrips round trips', async ({ tasks, roundTrips, play: more = {}, args = [] }) => {
  const outcome = async (isOneByOne: object): Promise<{ readonly said: object; readonly roundTrips: number }> => {
    await clear();
    for (const name of ['a', 'b', 'here']) await mkdir(join(site.folder, `root-${name}`), { recursive: true });
    const all = [quiet('first'), quiet('second'), ...tasks, quiet('third'), quiet('last')];
    const handlers = [{ name: 'handler', command: 'true' }];
    const played = await play({ hosts: 'a', tasks: all, handlers, ...more, ...isOneByOne }, args);
    return { said: [story(played), await trees()], roundTrips: played.roundTrips };
  };
  const together = await outcome({});
  const alone = await outcome({ one_by_one: true });
  expect(together.said).toEqual(alone.said);
  expect(together.roundTrips - 1).toBe(roundTrips);
});

describe(`generated plays (RUNBOOK_SEED=${SEED})`, () => {
  test.each(Array.from({ length: PLAYS }, (_, index) => SEED + index))(
    'of seed %i tell and leave the same',
    async (seed) => {
      const outcome = async (isOneByOne: boolean): Promise<{ readonly said: object; readonly roundTrips: number }> => {
        await clear();
        const said: object[] = [];
        let roundTrips = 0;
        for (const version of [1, 2, 2]) {
          const played = await play({ ...togetherPlay(seed), one_by_one: isOneByOne }, [
            '-e',
            JSON.stringify({ version }),
          ]);
          said.push(story(played), await trees());
          roundTrips += played.roundTrips;
        }
        return { said, roundTrips };
      };
      const alone = await outcome(true);
      const together = await outcome(false);
      expect(together.said).toEqual(alone.said);
      expect(together.roundTrips).toBeLessThanOrEqual(alone.roundTrips);
    },
  );
});
