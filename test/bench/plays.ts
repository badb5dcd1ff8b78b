import type { BenchSite } from './bench-site.ts';
import { startDelayingProxy } from './delaying-proxy.ts';
import type { Options } from './options.ts';
import { type Cell, type Size, measureSize } from './rounds.ts';
import { type Tool, type ToolName, tool } from './tools.ts';

/** Measures every tool on every size. */
export async function measurePlays(
  site: BenchSite,
  options: Options,
  tell: (cell: Cell) => void,
): Promise<readonly Cell[]> {
  const tools = await Promise.all(options.tools.map(tool));
  const cells: Cell[] = [];
  const tooSlow = new Map<ToolName, Size[]>();
  for (const roundTripMs of options.roundTripsMs) {
    const proxy = roundTripMs === 0 ? undefined : await startDelayingProxy(site.server.port, roundTripMs);
    for (const hosts of options.hosts) {
      for (const count of options.tasks) {
        const size = { hosts, tasks: count, roundTripMs };
        const taking: Tool[] = [];
        for (const one of tools) {
          const why = 'missing' in one ? one.missing : slowBefore(tooSlow.get(one.name) ?? [], size);
          if (why === undefined && !('missing' in one)) taking.push(one);
          else
            for (const run of ['first', 'no-change'] as const) {
              const cell: Cell = { tool: one.name, ...size, run, milliseconds: [], skipped: why };
              cells.push(cell);
              tell(cell);
            }
        }
        const measured = await measureSize(site, taking, size, proxy?.port, options, tell);
        for (const { tool: name, skipped } of measured)
          if (skipped?.includes('was not done') === true) tooSlow.set(name, [...(tooSlow.get(name) ?? []), size]);
        cells.push(...measured);
      }
    }
    await proxy?.stop();
  }
  return cells;
}

function slowBefore(known: readonly Size[], { hosts, tasks, roundTripMs }: Size): string | undefined {
  const slow = known.find((one) => one.hosts <= hosts && one.tasks <= tasks && one.roundTripMs <= roundTripMs);
  return slow === undefined
    ? undefined
    : `too slow with ${slow.hosts} hosts, ${slow.tasks} tasks, ${slow.roundTripMs} ms already`;
}
