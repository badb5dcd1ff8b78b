import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchSite } from './bench-site.ts';
import type { Options } from './options.ts';
import { type BenchHost, type BenchTask, generateTasks } from './tasks.ts';
import { timed } from './timed.ts';
import type { Tool, ToolName } from './tools.ts';
import { untilQuiet } from './until-quiet.ts';
import { differencesOf, fingerprint } from './wanted-tree.ts';

export interface Size {
  readonly hosts: number;
  readonly tasks: number;
  readonly roundTripMs: number;
}

/** One cell of the table: one tool, one size, one distance. */
export interface Cell extends Size {
  readonly tool: ToolName;
  readonly run: 'first' | 'no-change';
  readonly milliseconds: readonly number[];
  /** The reason why there is no figure. */
  readonly skipped: string | undefined;
}

/** A run longer than this is not repeated: its noise is small in comparison. */
const LONG_MS = 20_000;

/** A tool with hosts of its own, and the times of its runs so far. */
interface Entrant {
  readonly tool: Tool;
  readonly folder: string;
  readonly hosts: readonly BenchHost[];
  readonly times: Readonly<Record<Cell['run'], number[]>>;
  readonly failures: Map<Cell['run'], string>;
}

export interface Measurement {
  readonly site: BenchSite;
  readonly tools: readonly Tool[];
  readonly size: Size;
  /** The port of the proxy that makes hosts distant; undefined if they are near. */
  readonly port: number | undefined;
  readonly options: Options;
  readonly tell: (cell: Cell) => void;
}

/**
 * Measures tools on one size in rounds. Each round runs every tool once, so that other work of the machine affects all
 * tools alike. First come all first runs, then the runs without changes.
 */
export async function measureSize({ site, tools, size, port, options, tell }: Measurement): Promise<readonly Cell[]> {
  const tasks = generateTasks(options.seed, size.tasks);
  const entrants: Entrant[] = [];
  for (const one of tools) {
    const folder = join(site.folder, 'plays', one.name);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const hosts = await site.freshHosts(one.name, size.hosts);
    await one.write(folder, tasks, hosts, site.reach(port));
    entrants.push({ tool: one, folder, hosts, times: { first: [], 'no-change': [] }, failures: new Map() });
  }
  const take = async (run: Cell['run'], { tool, folder }: Entrant): Promise<number> => {
    await untilQuiet(site.server);
    return (await timed(tool.command(folder, size.hosts, run), options.limitMs)).milliseconds;
  };
  await inRounds(entrants, 'first', options.repeat, async (entrant, round) => {
    if (round > 0) await site.freshHosts(entrant.tool.name, size.hosts);
    const milliseconds = await take('first', entrant);
    await checkDone(tasks, entrant.hosts);
    return milliseconds;
  });
  const firsts = entrants.map((entrant) => cellOf(entrant, size, 'first'));
  firsts.forEach(tell);
  for (const { failures } of entrants) if (failures.has('first')) failures.set('no-change', 'the first run failed');
  const before = new Map<Entrant, string>();
  for (const entrant of entrants) before.set(entrant, await fingerprints(tasks, entrant.hosts));
  await inRounds(entrants, 'no-change', options.repeat, (entrant) => take('no-change', entrant));
  for (const entrant of entrants) {
    if (entrant.failures.size === 0 && (await fingerprints(tasks, entrant.hosts)) !== before.get(entrant))
      entrant.failures.set('no-change', 'it changed something in a run that had nothing to change');
  }
  const again = entrants.map((entrant) => cellOf(entrant, size, 'no-change'));
  again.forEach(tell);
  return [...firsts, ...again];
}

async function inRounds(
  entrants: readonly Entrant[],
  run: Cell['run'],
  repeat: number,
  take: (entrant: Entrant, round: number) => Promise<number>,
): Promise<void> {
  for (let round = 0; round < repeat; round += 1) {
    for (const entrant of entrants) {
      const times = entrant.times[run];
      if (entrant.failures.has(run) || (times[0] ?? 0) >= LONG_MS) continue;
      try {
        times.push(await take(entrant, round));
      } catch (error) {
        entrant.failures.set(run, error instanceof Error ? error.message : String(error));
      }
    }
  }
}

function cellOf({ tool, times, failures }: Entrant, size: Size, run: Cell['run']): Cell {
  return { tool: tool.name, ...size, run, milliseconds: times[run], skipped: failures.get(run) };
}

async function checkDone(tasks: readonly BenchTask[], hosts: readonly BenchHost[]): Promise<void> {
  const wrong = (await Promise.all(hosts.map((host) => differencesOf(tasks, host)))).flat();
  if (wrong.length > 0) throw new Error(`it did not do all of it: ${wrong.slice(0, 3).join('; ')}`);
}

async function fingerprints(tasks: readonly BenchTask[], hosts: readonly BenchHost[]): Promise<string> {
  return (await Promise.all(hosts.map((host) => fingerprint(tasks, host)))).join();
}
