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
    for (const size of sizesOf(options, roundTripMs)) {
      const { taking, skipped } = taken(tools, tooSlow, size);
      skipped.forEach(tell);
      const measured = await measureSize({ site, tools: taking, size, port: proxy?.port, options, tell });
      for (const { tool: name, skipped: why } of measured)
        if (why?.includes('was not done') === true) tooSlow.set(name, [...(tooSlow.get(name) ?? []), size]);
      cells.push(...skipped, ...measured);
    }
    await proxy?.stop();
  }
  return cells;
}

function sizesOf({ hosts, tasks }: Options, roundTripMs: number): readonly Size[] {
  return hosts.flatMap((count) => tasks.map((length) => ({ hosts: count, tasks: length, roundTripMs })));
}

/** Returns the tools that take part at this size, and the cells of the others. */
function taken(
  tools: readonly Awaited<ReturnType<typeof tool>>[],
  tooSlow: ReadonlyMap<ToolName, readonly Size[]>,
  size: Size,
): { readonly taking: readonly Tool[]; readonly skipped: readonly Cell[] } {
  const taking: Tool[] = [];
  const skipped: Cell[] = [];
  for (const one of tools) {
    const why = 'missing' in one ? one.missing : slowBefore(tooSlow.get(one.name) ?? [], size);
    if (why === undefined && !('missing' in one)) taking.push(one);
    else
      for (const run of ['first', 'no-change'] as const)
        skipped.push({ tool: one.name, ...size, run, milliseconds: [], skipped: why });
  }
  return { taking, skipped };
}

function slowBefore(known: readonly Size[], { hosts, tasks, roundTripMs }: Size): string | undefined {
  const slow = known.find((one) => one.hosts <= hosts && one.tasks <= tasks && one.roundTripMs <= roundTripMs);
  return slow === undefined
    ? undefined
    : `too slow with ${slow.hosts} hosts, ${slow.tasks} tasks, ${slow.roundTripMs} ms already`;
}
