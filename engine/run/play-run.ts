import { Problem, formatPlace } from '../errors/problem.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { selectHosts } from '../inventory/select-hosts.ts';
import type { BatchSize, Play } from '../playbook/base/play.ts';
import { isSelected } from '../playbook/base/select-tasks.ts';
import { HostStops, NotInPlan, TaskFailed, asHostGone } from './base/signals.ts';
import { abort, abortAtOnce } from './context/abort.ts';
import { connectForPlay } from './context/connect-host.ts';
import type { Batch, PlannedPlay, RunContext } from './context/context.ts';
import { failedStep, userProblem } from './context/step-failure.ts';
import { debtsOf } from './handlers/owed-handlers.ts';
import { HostRun } from './host-run.ts';
import type { HostState } from './host/host-state.ts';
import { LaterPlays, mayUseOtherHosts } from './later-plays.ts';
import { Barrier } from './order/barrier.ts';
import { type Route, type Stop, itinerary, opened, size } from './order/itinerary.ts';
import { TaskCount } from './order/task-count.ts';

export type PlayEnd = { readonly kind: 'done' } | { readonly kind: 'stopped'; readonly why: string };

/** `meta: end_play` also ends the batches that have not begun. */
type BatchEnd = PlayEnd | { readonly kind: 'play_ended' };

/** What follows the play that runs. */
export interface Following {
  readonly plays: readonly PlannedPlay[];
  /** True if tasks may still change which hosts these plays have. */
  readonly areOpen: boolean;
}

/** Runs one play, batch after batch. States that the hosts need in later plays are requested early. */
export async function runPlay(context: RunContext, planned: PlannedPlay, following: Following): Promise<PlayEnd> {
  const { play } = planned;
  const later = new LaterPlays(following.plays);
  const keepsHosts = following.areOpen || mayUseOtherHosts([planned, ...following.plays], context.mode);
  const hosts = planned.hosts.filter((host) => host.status === 'active');
  if (hosts.length === 0) return { kind: 'done' };
  const batches = split(ordered(hosts, play.order), planned.pace.serial);
  for (const [index, batchHosts] of batches.entries()) {
    const active = batchHosts.filter((host) => host.status === 'active');
    if (active.length === 0) continue;
    context.emit({
      type: 'play_started',
      play: play.name,
      place: formatPlace(play.place),
      hosts: active.map((host) => host.name),
      batch: index + 1,
      batches: batches.length,
    });
    const end = await runBatch(context, planned, active, { later, keepsHosts });
    if (context.interrupted()) return { kind: 'stopped', why: 'interrupted' };
    if (end.kind === 'stopped') return end;
    if (end.kind === 'play_ended') break;
  }
  context.emit({ type: 'play_finished', play: play.name });
  return { kind: 'done' };
}

interface Behind {
  readonly later: LaterPlays;
  /** True if hosts may be needed after their last task: their connections stay open. */
  readonly keepsHosts: boolean;
}

async function runBatch(
  context: RunContext,
  planned: PlannedPlay,
  hosts: readonly HostState[],
  { later, keepsHosts }: Behind,
): Promise<BatchEnd> {
  const { play } = planned;
  const names = hosts.map((host) => host.name);
  const batch: Batch = {
    play,
    pace: planned.pace,
    hosts,
    names: new Set(names),
    slice: planned.slice,
    barrier: play.strategy === 'linear' ? new Barrier(names) : undefined,
    once: new Map(),
    onceWaiting: new Map(),
    isOnce: new Map(),
    throttles: new Map(),
    tasks: new TaskCount(context.selection),
    aborted: undefined,
  };
  let at = 1;
  const sections: Section[] = play.sections.map((section) => {
    const stops = itinerary(section.steps, at);
    batch.tasks.add(section.name, stops);
    const flush = at + Math.max(1, size(section.steps));
    at = flush + 1;
    return { stops, flush };
  });
  // A play with handlers only must still run the owed ones.
  if (sections.length === 0) sections.push({ stops: [], flush: at });
  const all = planned.hosts.map((host) => host.name);
  const scope = { play, layers: planned.layers, hosts: names, all, slice: planned.slice };
  for (const host of hosts) host.variables.enter(scope);
  const isLast = (host: HostState): boolean => !keepsHosts && (host.status !== 'active' || !later.has(host));
  await Promise.all(
    hosts.map(async (host) => {
      const end = await beginning(context, host);
      try {
        await runHost({ context, batch, host, sections, later: later.routeOf(host) });
        if (isLast(host)) await release(context, host);
      } finally {
        end();
      }
    }),
  );
  return verdict(batch);
}

interface Section {
  readonly stops: readonly Stop[];
  /** Number of the section's flush; its handlers use numbers up to one higher. */
  readonly flush: number;
}

interface HostInPlay {
  readonly context: RunContext;
  readonly batch: Batch;
  readonly host: HostState;
  readonly sections: readonly Section[];
  /** The route through the plays that follow. */
  readonly later: Route | undefined;
}

async function runHost({ context, batch, host, sections, later }: HostInPlay): Promise<void> {
  const run = new HostRun(context, batch, host);
  try {
    await connectForPlay(context, host, context.mode === 'play' ? patienceOf(context, host, sections) : 0);
    const routes = routesOf(sections, later);
    await run.collectOwed(routes[0]);
    for (const [index, section] of sections.entries()) {
      await run.steps(section.stops, routes[index + 1]);
      const flush = { from: section.flush, until: section.flush + 1 };
      await run.flush(index === sections.length - 1 ? 'all' : 'reached', flush, routes[index + 1]);
    }
    await settle(context, host);
  } catch (error) {
    ended({ context, batch, host, isWeighed: run.hasWeighed(error) }, error);
    // A handler that has run must not stay owed by a host that failed later.
    if (host.status === 'active' || host.status === 'failed')
      await settle(context, host).catch((later: unknown) => ended({ context, batch, host, isWeighed: false }, later));
  } finally {
    host.leavePlay(debtsOf(context, batch.play, host.called.names));
    batch.barrier?.leave(host.name);
    context.live({ host: host.name, activity: { kind: 'left' } });
  }
}

/** Waits until the host may begin. Resolves to a function that ends it. */
function beginning({ underWay, machines, live }: RunContext, { name }: HostState): Promise<() => void> {
  // A display knows by itself that a host without a connection waits for its turn.
  if (machines.get(name) !== undefined) live({ host: name, activity: { kind: 'waiting_for_turn' } });
  return underWay.begin();
}

/** The host has no further task in this run: frees what it needed for its tasks. */
async function release(context: RunContext, host: HostState): Promise<void> {
  const machine = context.machines.get(host.name);
  if (machine !== undefined) await context.leaving?.(host, machine);
  context.prepared.forget(host);
  host.variables.forgetScopes();
  await context.machines.release(host.name);
}

async function settle(context: RunContext, host: HostState): Promise<void> {
  if (context.mode === 'play') await context.turns.connected(async () => context.machines.get(host.name)?.settle());
}

/**
 * Returns how long to wait for a host that does not answer yet, in milliseconds, if the play begins with
 * wait_for_connection.
 */
function patienceOf(context: RunContext, host: HostState, sections: readonly Section[]): number {
  for (const { stops } of sections) {
    for (const stop of stops) {
      for (const { step } of opened(stop)) {
        if (step.kind !== 'task' || !isSelected(step.tags, context.selection)) continue;
        if (step.module !== 'wait_for_connection') return 0;
        const seconds = step.arguments.get('timeout')?.value.resolve(host.variables.scope(step)) ?? 600;
        return typeof seconds === 'number' ? seconds * 1000 : 0;
      }
    }
  }
  return 0;
}

/** Returns, for each section, the route through the sections after it, for looking ahead. */
function routesOf(sections: readonly Section[], later: Route | undefined): readonly (Route | undefined)[] {
  const routes: (Route | undefined)[] = [later];
  let behind = later;
  for (const section of sections.toReversed()) {
    behind = { stops: section.stops, index: -1, behind, play: undefined };
    routes.unshift(behind);
  }
  return routes;
}

interface Ended {
  readonly context: RunContext;
  readonly batch: Batch;
  readonly host: HostState;
  /** True if the effect of the error on the other hosts is already decided. */
  readonly isWeighed: boolean;
}

function ended({ context, batch, host, isWeighed }: Ended, error: unknown): void {
  // Another host failed in place of this one: only that host counts as failed.
  if (error instanceof HostStops || (error instanceof TaskFailed && error.elsewhere)) return;
  const gone = asHostGone(error);
  if (gone !== undefined) {
    host.status = gone.problem.code === 'stopped' && context.interrupted() ? 'interrupted' : 'unreachable';
    context.emit({ type: 'host_unreachable', host: host.name, problem: gone.problem, during: host.doing });
  } else if (error instanceof TaskFailed || error instanceof NotInPlan) host.status = 'failed';
  else {
    host.status = 'failed';
    const problem = userProblem(error);
    if (problem === undefined) {
      abortAtOnce(batch, { kind: 'fault', why: 'a fault in runbook' });
      throw error;
    }
    const { place, name } = batch.play;
    failedStep(
      context,
      host,
      { id: formatPlace(place), name, module: 'play', role: undefined, handler: false },
      problem,
    );
  }
  if (batch.pace.anyErrorsFatal && !isWeighed) {
    const how = host.status === 'failed' ? 'failed' : 'is unreachable';
    abort(batch, { kind: 'fatal', why: `${host.name} ${how}, and any error is fatal in this play` }, host);
  } else if (tooManyFailed(batch)) abort(batch, { kind: 'too_many_failed' }, host);
}

/** Returns the hosts that failed, including those that were lost. */
function lost(batch: Batch): readonly HostState[] {
  return batch.hosts.filter((host) => host.status !== 'active');
}

function tooManyFailed(batch: Batch): boolean {
  const most = batch.pace.maxFailPercentage;
  return most !== undefined && percentageLost(batch) > most;
}

function percentageLost(batch: Batch): number {
  return (lost(batch).length / batch.hosts.length) * 100;
}

/** A sentence with more hosts only counts them. */
const MOST_NAMES = 8;

/** Decides after a batch whether the next one may begin. */
function verdict(batch: Batch): BatchEnd {
  const failed = lost(batch);
  const names = failed.length > MOST_NAMES ? `${failed.length} hosts` : failed.map((host) => host.name).join(', ');
  switch (batch.aborted?.kind) {
    case 'end_play':
      return { kind: 'play_ended' };
    case 'fatal':
    case 'fault':
      return { kind: 'stopped', why: batch.aborted.why };
    case 'too_many_failed': {
      const share = `${Math.round(percentageLost(batch))} % of the batch`;
      return {
        kind: 'stopped',
        why: `${names} failed: ${share}, more than max_fail_percentage ${batch.pace.maxFailPercentage ?? 0}`,
      };
    }
    case undefined:
      return failed.length === batch.hosts.length
        ? { kind: 'stopped', why: `no host is left: ${names} failed` }
        : { kind: 'done' };
  }
}

function split(hosts: readonly HostState[], serial: readonly BatchSize[]): readonly (readonly HostState[])[] {
  if (serial.length === 0) return [hosts];
  const batches: HostState[][] = [];
  let begin = 0;
  for (let index = 0; begin < hosts.length; index += 1) {
    const size = serial[Math.min(index, serial.length - 1)];
    const count =
      size === undefined
        ? hosts.length
        : size.kind === 'hosts'
          ? size.count
          : Math.floor((hosts.length * size.percent) / 100);
    const end = begin + Math.max(1, count);
    batches.push(hosts.slice(begin, end));
    begin = end;
  }
  return batches;
}

function ordered(hosts: readonly HostState[], order: Play['order']): readonly HostState[] {
  switch (order) {
    case 'inventory':
      return hosts;
    case 'reverse_inventory':
      return hosts.toReversed();
    case 'sorted':
      return hosts.toSorted((one, other) => (one.name < other.name ? -1 : 1));
    case 'reverse_sorted':
      return hosts.toSorted((one, other) => (one.name < other.name ? 1 : -1));
    case 'shuffle':
      return hosts
        .map((host) => ({ host, by: Math.random() }))
        .toSorted((one, other) => one.by - other.by)
        .map(({ host }) => host);
    default: {
      const never: never = order;
      throw new Error(`unknown order ${String(never)}`);
    }
  }
}

/** Returns the names of the hosts of a play, after --limit. Throws Problem if the pattern selects nothing. */
export function hostsOf(
  play: Play,
  pattern: string,
  inventory: Inventory,
  limit: ReadonlySet<string> | undefined,
): readonly string[] {
  const place = play.hostsPlace;
  const chosen = selectHosts(inventory, pattern, place).map((host) => host.name);
  if (chosen.length === 0) {
    throw new Problem({
      code: 'empty-pattern',
      what: `the pattern "${pattern}" matches no host`,
      place,
      why: `The play is "${play.name}".`,
      remedy: 'See `runbook inventory --graph` for all hosts and groups.',
    });
  }
  return limit === undefined ? chosen : chosen.filter((name) => limit.has(name));
}
