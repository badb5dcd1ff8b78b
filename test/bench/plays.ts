import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchSite } from './bench-site.ts';
import { startDelayingProxy } from './delaying-proxy.ts';
import type { Options } from './options.ts';
import type { BenchHost, BenchTask } from './tasks.ts';
import { generateTasks } from './tasks.ts';
import { timed } from './timed.ts';
import type { Tool, ToolName } from './tools.ts';
import { tool } from './tools.ts';
import { differencesOf, fingerprint } from './wanted-tree.ts';

/** One cell of the table: one tool, one size, one distance. */
export interface Cell {
  readonly tool: ToolName;
  readonly hosts: number;
  readonly tasks: number;
  readonly roundTripMs: number;
  readonly run: 'first' | 'no-change';
  readonly milliseconds: readonly number[];
  /** Why there is no figure. */
  readonly skipped: string | undefined;
}

interface Size {
  readonly hosts: number;
  readonly tasks: number;
  readonly roundTripMs: number;
}

/** A run longer than this is not repeated: its noise is small beside it. */
const LONG_MS = 20_000;

/** Measures every tool on every size, the tools of one size one after another, so that all see the same machine. */
export async function measurePlays(site: BenchSite, options: Options, tell: (cell: Cell) => void): Promise<readonly Cell[]> {
  const tools = await Promise.all(options.tools.map(tool));
  const cells: Cell[] = [];
  const tooSlow = new Map<ToolName, Size[]>();
  for (const roundTripMs of options.roundTripsMs) {
    const proxy = roundTripMs === 0 ? undefined : await startDelayingProxy(site.server.port, roundTripMs);
    for (const hosts of options.hosts) {
      for (const count of options.tasks) {
        const size = { hosts, tasks: count, roundTripMs };
        for (const one of tools) {
          const slow = tooSlow
            .get(one.name)
            ?.find((known) => known.hosts <= hosts && known.tasks <= count && known.roundTripMs <= roundTripMs);
          const why =
            'missing' in one
              ? one.missing
              : slow === undefined
                ? undefined
                : `too slow with ${slow.hosts} hosts, ${slow.tasks} tasks, ${slow.roundTripMs} ms already`;
          const measured =
            'missing' in one || why !== undefined
              ? (['first', 'no-change'] as const).map((run): Cell => ({ tool: one.name, ...size, run, milliseconds: [], skipped: why }))
              : await measureTool(site, one, size, proxy?.port, options);
          if (measured.some((cell) => cell.skipped?.includes('was not done') === true))
            tooSlow.set(one.name, [...(tooSlow.get(one.name) ?? []), size]);
          for (const cell of measured) tell(cell);
          cells.push(...measured);
        }
      }
    }
    await proxy?.stop();
  }
  return cells;
}

async function measureTool(site: BenchSite, one: Tool, size: Size, port: number | undefined, options: Options): Promise<readonly Cell[]> {
  const tasks = generateTasks(options.seed, size.tasks);
  const folder = join(site.folder, 'plays', one.name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const hosts = await site.freshHosts(one.name, size.hosts);
  await one.write(folder, tasks, hosts, site.reach(port));
  const cell = (run: Cell['run'], milliseconds: readonly number[], skipped?: string): Cell => ({
    tool: one.name,
    ...size,
    run,
    milliseconds,
    skipped,
  });
  const firsts: number[] = [];
  try {
    for (let count = 0; count < options.repeat && (firsts[0] ?? 0) < LONG_MS; count += 1) {
      if (count > 0) await site.freshHosts(one.name, size.hosts);
      firsts.push((await timed(one.command(folder, size.hosts, 'first'), options.limitMs)).milliseconds);
      await checkDone(tasks, hosts);
    }
  } catch (error) {
    return [cell('first', firsts, reason(error)), cell('no-change', [], 'the first run failed')];
  }
  const again: number[] = [];
  try {
    const before = await Promise.all(hosts.map((host) => fingerprint(tasks, host)));
    for (let count = 0; count < options.repeat && (again[0] ?? 0) < LONG_MS; count += 1) {
      again.push((await timed(one.command(folder, size.hosts, 'no-change'), options.limitMs)).milliseconds);
    }
    const after = await Promise.all(hosts.map((host) => fingerprint(tasks, host)));
    if (before.join() !== after.join()) throw new Error('it changed something in a run that had nothing to change');
  } catch (error) {
    return [cell('first', firsts), cell('no-change', again, reason(error))];
  }
  return [cell('first', firsts), cell('no-change', again)];
}

async function checkDone(tasks: readonly BenchTask[], hosts: readonly BenchHost[]): Promise<void> {
  const wrong = (await Promise.all(hosts.map((host) => differencesOf(tasks, host)))).flat();
  if (wrong.length > 0) throw new Error(`it did not do all of it: ${wrong.slice(0, 3).join('; ')}`);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
