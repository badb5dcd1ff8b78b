import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { QUIET_TASKS, TASKS, crashPlay, largeContent, quietPlay, snapshot } from './crash-play.ts';
import { startCuttingProxy, type CuttingProxy } from './cutting-proxy.ts';
import { startSite, type Site, type ToldEvent } from './site.ts';

// The controller is killed (SIGKILL) at every boundary between two tasks, and at moments that a seed chooses. `npm run
// test:crash` does all of them, the usual suite a few.
const ALL = process.env['RUNBOOK_CRASH'] === 'all';
const SEED = Number(process.env['RUNBOOK_SEED'] ?? Date.now() % 1_000_000);

let site: Site;
let proxy: CuttingProxy;
let root: string;
let playbook: string;
let before: ReadonlyMap<string, string>;
let after: ReadonlyMap<string, string>;
let bytes = 0;

const play = (version: number): readonly string[] => {
  const variables = JSON.stringify({ version, ansible_port: proxy.port });
  return ['play', playbook, '-e', variables, '--output', 'json', '--wait-lock', '30'];
};

const saved = (version: number): string => join(site.folder, `saved-${version}`);

const restore = async (): Promise<void> => {
  await rm(root, { recursive: true, force: true });
  await cp(saved(1), root, { recursive: true, preserveTimestamps: true });
};

function countBytes(told: (count: number) => void): () => void {
  let count = 0;
  let on = true;
  const step = 1000;
  const next = (): void =>
    void proxy.passed(step).then(() => {
      if (!on) return;
      told((count += step));
      next();
    });
  next();
  return () => (on = false);
}

/** Checks what must be true after the controller was killed in `run`. */
async function survives(
  run: (sooner: number) => Promise<{ readonly status: number | null; readonly signal: NodeJS.Signals | null }>,
): Promise<void> {
  let killed: Awaited<ReturnType<typeof run>>;
  // A run may end before its moment comes: then the moment is chosen sooner.
  let sooner = 1;
  do {
    await restore();
    killed = await run(sooner);
    sooner /= 2;
  } while (killed.status === 0 && sooner > 0.01);
  expect(killed.signal).toBe('SIGKILL');
  await site.quiet();
  const torn = await snapshot(root);
  for (const [path, state] of torn) {
    // The next run removes a file that was sent but not yet renamed to its place. All other files belong to the play.
    if (path.includes('.runbook-') || path.includes('.new')) continue;
    if (path.endsWith('.running')) continue;
    expect([before.get(path), after.get(path)], path).toContain(state);
  }
  const again = await site.run(play(2));
  expect(again.status, again.stderr).toBe(0);
  await site.quiet();
  const end = await snapshot(root);
  for (const [path] of end) if (path.includes('.new')) await rm(join(root, path));
  expect(Object.fromEntries(await snapshot(root))).toEqual(Object.fromEntries(after));
  expect(await readdir(site.owed)).toEqual([]);
}

const random = seededRandom(SEED);

interface Killed {
  readonly name: string;
  readonly text: string;
  /** Number of tasks, and of changes from version 1 to 2 without those of the handlers. */
  readonly tasks: number;
  readonly changes: number;
  /** Tasks behind which the controller is killed, in the usual suite. */
  readonly some: readonly number[];
  /** Milliseconds after the chosen byte within which the controller is killed. A long script of changes has few bytes. */
  readonly laterMs: number;
}

const PLAYS: readonly Killed[] = [
  {
    name: 'all kinds of tasks',
    text: crashPlay(),
    tasks: TASKS,
    changes: TASKS - 1,
    some: [1, 13, 27, TASKS],
    laterMs: 0,
  },
  {
    name: 'quiet changes',
    text: quietPlay(),
    tasks: QUIET_TASKS,
    changes: QUIET_TASKS,
    some: [1, QUIET_TASKS],
    laterMs: 400,
  },
];

describe.skipIf(process.getuid?.() !== 0).each(PLAYS)(
  `the controller is killed in a play of $name (RUNBOOK_SEED=${SEED}; the test needs root, for mounts)`,
  (killed) => {
    beforeAll(async () => {
      site = await startSite({ one: { root: '{{inventory_dir}}/root' } });
      proxy = await startCuttingProxy(site.server.port);
      root = join(site.folder, 'root');
      await mkdir(root);
      await mkdir(join(site.folder, 'files'));
      await mkdir(join(site.folder, 'templates'));
      for (const version of [1, 2])
        await writeFile(join(site.folder, 'files', `large-${version}`), largeContent(version));
      await writeFile(join(site.folder, 'templates', 'crash.hbs'), 'the version is {{version}}\n'.repeat(50));
      playbook = await site.playbook('crash.yml', killed.text);
      expect(await site.run(play(1))).toMatchObject({ status: 0 });
      await cp(root, saved(1), { recursive: true, preserveTimestamps: true });
      before = await snapshot(root);
      let counted = 0;
      const stop = countBytes((count) => (counted = count));
      const second = await site.run(play(2));
      stop();
      bytes = counted;
      expect(second.status).toBe(0);
      const recap = recapOf(second.stdout);
      expect(recap).toMatchObject({ changed: killed.changes + 4, failed: 0, owed: [] });
      after = await snapshot(root);
    });
    afterAll(async () => {
      await proxy.stop();
      await site.stop();
    });

    kills(killed);
  },
);

function kills({ tasks, some, laterMs }: Killed): void {
  test.each(ALL ? Array.from({ length: tasks }, (_, index) => index + 1) : some)(
    'at the boundary behind task %i',
    async (boundary) => {
      await survives(() => {
        let finished = 0;
        return site.run(play(2), (event, child) => {
          if (event.type === 'task_finished' && (finished += 1) === boundary) child.kill('SIGKILL');
        });
      });
    },
  );

  test.each(Array.from({ length: ALL ? 40 : 4 }, (_, index) => [index + 1, random(), random()] as const))(
    'at random moment %i (%d, %d)',
    async (_index, share, later) => {
      await survives(async (sooner) => {
        const running = site.start(play(2));
        void proxy
          .passed(Math.max(1, Math.floor(share * sooner * bytes)))
          .then(() => setTimeout(later * sooner * laterMs))
          .then(() => running.process.kill('SIGKILL'));
        return running.ended;
      });
    },
  );
}

interface ToldRecap {
  readonly changed: number;
  readonly failed: number;
  readonly owed: readonly string[];
}

function recapOf(stdout: string): ToldRecap | undefined {
  for (const line of stdout.split('\n')) {
    if (!line.includes('"run_finished"')) continue;
    const event = JSON.parse(line) as ToldEvent & { readonly recap: readonly ToldRecap[] };
    return event.recap[0];
  }
  return undefined;
}
