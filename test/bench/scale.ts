import { createReadStream } from 'node:fs';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { BenchSite } from './bench-site.ts';
import type { Options } from './options.ts';
import { writeRunbookPlay } from './runbook-play.ts';
import { seconds } from './table.ts';
import { generateTasks } from './tasks.ts';
import { timed } from './timed.ts';
import { playCommand, runbookCommand } from './tools.ts';
import { untilQuiet } from './until-quiet.ts';
import { makeTree } from './wanted-tree.ts';

const PROBE = join(import.meta.dirname, 'controller-probe.ts');

/** A run of all hosts: the first run of a small play, its plan, or a run of a larger play with nothing to change. */
const RUNS = [
  { run: 'plan', tasks: 5 },
  { run: 'first', tasks: 5 },
  { run: 'no-change', tasks: 50 },
] as const;
type Run = (typeof RUNS)[number];

/** What the probe writes. */
interface ProcessCost {
  readonly peakMemoryMiB: number;
  readonly cpuMs: number;
  readonly longestBlockMs: number;
  /** The longest block in processor time of the thread: other processes on the machine do not make it longer. */
  readonly longestOwnBlockMs: number;
}

export interface ControllerCost extends ProcessCost {
  readonly run: Run['run'];
  readonly hosts: number;
  readonly tasks: number;
  readonly milliseconds: number;
  readonly cpuMsPerHostAndTask: number;
  /** From the start of the program to the end of the first change; undefined if nothing is changed. */
  readonly firstChangeMs: number | undefined;
  /** Processor time of the servers, with all processes of the hosts. */
  readonly serversCpuMs: number;
}

/** Measures the cost of runs of many hosts for the controller, and the share of the servers apart. */
export async function measureScale(
  site: BenchSite,
  options: Options,
  print: (line: string) => void,
): Promise<readonly ControllerCost[]> {
  const costs = [];
  for (const count of options.scaleHosts)
    for (const run of RUNS) {
      const cost = await measureController(site, { count, ...run }, options);
      print(costLine(cost));
      costs.push(cost);
    }
  return costs;
}

async function measureController(
  site: BenchSite,
  { count, run, tasks: size }: Run & { readonly count: number },
  options: Options,
): Promise<ControllerCost> {
  const tasks = generateTasks(options.seed, size);
  const folder = join(site.folder, 'scale');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const hosts = await site.freshHosts('scale', count);
  if (run === 'no-change') for (const host of hosts) await makeTree(tasks, host, site.account);
  await writeRunbookPlay(folder, tasks, hosts, site.reach());
  const probe = join(folder, 'cost.json');
  const command = run === 'plan' ? planCommand(folder) : playCommand(folder);
  const watched = {
    ...command,
    // Servers on a busy machine may need longer than the default of ten seconds.
    args: ['--import', pathToFileURL(PROBE).href, ...command.args, '--timeout', '300'],
    env: { ...command.env, BENCH_PROBE: probe },
  };
  await untilQuiet(site.server);
  const serversBefore = await site.server.cpuMs();
  const began = Date.now();
  const { milliseconds } = await timed(watched, options.limitMs);
  await untilQuiet(site.server);
  const cost: ProcessCost = JSON.parse(await readFile(probe, 'utf8'));
  return {
    run,
    hosts: count,
    tasks: size,
    milliseconds,
    cpuMsPerHostAndTask: cost.cpuMs / (count * size),
    firstChangeMs: run === 'first' ? (await firstChange(join(folder, 'state'))) - began : undefined,
    serversCpuMs: (await site.server.cpuMs()) - serversBefore,
    ...cost,
  };
}

function planCommand(folder: string): ReturnType<typeof runbookCommand> {
  const files = ['-i', join(folder, 'inventory.yml'), '-o', join(folder, 'site.plan')];
  return runbookCommand(folder, ['plan', join(folder, 'site.yml'), ...files]);
}

/** Returns the time of the first change in the journal of the only run, in milliseconds of the clock. */
async function firstChange(state: string): Promise<number> {
  for (const name of await readdir(state, { recursive: true })) {
    if (!name.endsWith('journal.jsonl')) continue;
    for await (const line of createInterface({ input: createReadStream(join(state, name)) })) {
      const { at, outcome }: { readonly at?: string; readonly outcome?: { readonly kind: string } } = JSON.parse(line);
      if (at !== undefined && outcome?.kind === 'changed') return Date.parse(at);
    }
  }
  throw new Error('the journal has no change');
}

function costLine(cost: ControllerCost): string {
  const { run, hosts, tasks, milliseconds, peakMemoryMiB, cpuMs, cpuMsPerHostAndTask, firstChangeMs } = cost;
  const parts = [
    seconds(milliseconds),
    `peak ${Math.round(peakMemoryMiB)} MiB`,
    `processor ${seconds(cpuMs)}, ${cpuMsPerHostAndTask.toFixed(3)} ms a host and task`,
    `longest block ${cost.longestBlockMs.toFixed(0)} ms, ${cost.longestOwnBlockMs.toFixed(0)} ms of its own`,
    ...(firstChangeMs === undefined ? [] : [`first change after ${seconds(firstChangeMs)}`]),
    `servers ${seconds(cost.serversCpuMs)}`,
  ];
  return `${hosts} hosts × ${tasks} tasks, ${run}: ${parts.join(', ')}`;
}
