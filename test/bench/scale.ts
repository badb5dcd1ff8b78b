import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BenchSite } from './bench-site.ts';
import type { Options } from './options.ts';
import { writeRunbookPlay } from './runbook-play.ts';
import { seconds } from './table.ts';
import { generateTasks } from './tasks.ts';
import { timed } from './timed.ts';
import { playCommand } from './tools.ts';
import { makeTree } from './wanted-tree.ts';

const TASKS = 50;
const PROBE = join(import.meta.dirname, 'controller-probe.ts');

export interface ControllerCost {
  readonly hosts: number;
  readonly tasks: number;
  readonly milliseconds: number;
  readonly peakMemoryMiB: number;
  readonly cpuMs: number;
  readonly cpuMsPerHostAndTask: number;
  readonly longestBlockMs: number;
}

/** Measures the cost of a run without changes for the controller, with up to a thousand hosts. */
export async function measureScale(
  site: BenchSite,
  options: Options,
  print: (line: string) => void,
): Promise<readonly ControllerCost[]> {
  const largest = Math.max(...options.hosts) < 50 ? 100 : 1000;
  const costs = [];
  for (const count of [1, 10, 100, 1000].filter((one) => one <= largest))
    costs.push(await measureController(site, count, options, print));
  return costs;
}

async function measureController(
  site: BenchSite,
  count: number,
  options: Options,
  print: (line: string) => void,
): Promise<ControllerCost> {
  const tasks = generateTasks(options.seed, TASKS);
  const folder = join(site.folder, 'scale');
  await mkdir(folder, { recursive: true });
  const hosts = await site.freshHosts('scale', count);
  for (const host of hosts) await makeTree(tasks, host, site.account);
  await writeRunbookPlay(folder, tasks, hosts, site.reach());
  const probe = join(folder, 'cost.json');
  const command = playCommand(folder);
  const watched = {
    ...command,
    args: ['--import', pathToFileURL(PROBE).href, ...command.args],
    env: { ...command.env, BENCH_PROBE: probe },
  };
  const { milliseconds } = await timed(watched, options.limitMs);
  const cost = JSON.parse(await readFile(probe, 'utf8')) as Pick<
    ControllerCost,
    'peakMemoryMiB' | 'cpuMs' | 'longestBlockMs'
  >;
  const cpuMsPerHostAndTask = cost.cpuMs / (count * TASKS);
  print(
    `${count} hosts × ${TASKS} tasks, no change: ${seconds(milliseconds)}, peak ${Math.round(cost.peakMemoryMiB)} MiB, processor ${seconds(cost.cpuMs)}, ${cpuMsPerHostAndTask.toFixed(3)} ms a host and task, longest block ${cost.longestBlockMs.toFixed(0)} ms`,
  );
  return { hosts: count, tasks: TASKS, milliseconds, cpuMsPerHostAndTask, ...cost };
}
