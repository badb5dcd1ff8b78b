import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchSite } from './bench-site.ts';
import type { Options } from './options.ts';
import { seconds } from './table.ts';
import { median, timed } from './timed.ts';
import { type CommandLine, runbookCommand } from './tools.ts';

/** Short runs vary, so there are more of them. */
const TIMES = 5;
const SITE = join(import.meta.dirname, '../../playbooks/site.yml');
const INVENTORY = join(import.meta.dirname, '../../inventory/prod.yml');

export interface Start {
  readonly node: number;
  readonly version: number;
  readonly lint: number | undefined;
}

/** Measures the time of a command before it does anything. Medians in milliseconds. */
export async function measureStart(site: BenchSite, options: Options, print: (line: string) => void): Promise<Start> {
  const times = options.repeat * TIMES;
  const node = await several({ program: process.execPath, args: ['-e', '0'], env: {} }, times, options);
  const version = await several(runbookCommand(site.folder, ['--version']), times, options);
  print(`runbook --version: ${seconds(version)}, node -e 0: ${seconds(node)}: ${(version / node).toFixed(2)} times`);
  const lint = existsSync(SITE)
    ? await several(runbookCommand(site.folder, ['lint', SITE, '-i', INVENTORY]), options.repeat, options).catch(String)
    : 'no site';
  print(typeof lint === 'number' ? `runbook lint of the site: ${seconds(lint)}` : `runbook lint: skipped: ${lint}`);
  return { node, version, lint: typeof lint === 'number' ? lint : undefined };
}

async function several(command: CommandLine, times: number, options: Options): Promise<number> {
  const all = [];
  for (let count = 0; count < times; count += 1) all.push((await timed(command, options.limitMs)).milliseconds);
  return median(all);
}
