import type { EventOf } from '../../run/base/event-of.ts';
import type { HostRecap, RunEvent } from '../../run/base/events.ts';
import { isSliceOption, sliceName } from '../../run/base/slice.ts';
import { playKey } from '../journal/run-history.ts';
import { joinAttempts } from './attempts.ts';
import type { ReplayedEvent, SliceRun } from './slice-run.ts';

/** All slices of one run, as one run. */
export interface Merged {
  /** All runs of each slice as one, in the order of the slices. */
  readonly slices: readonly [SliceRun, ...SliceRun[]];
  readonly of: number;
  /** Numbers of the slices without a run. */
  readonly missing: readonly number[];
  /** Slices with their number of runs, if there were several. */
  readonly repeated: ReadonlyMap<number, number>;
  /** `all`: the number of hosts of all slices. `here`: the number of hosts in the slices that were found. */
  readonly hosts: { readonly all: number; readonly here: number };
  /** The events of one run, play after play, slice after slice. */
  readonly events: readonly ReplayedEvent[];
  readonly recap: readonly HostRecap[];
  /** Why the run did not come to its end, if it did not. */
  readonly stopped: string | undefined;
}

/** Merges the runs of the slices of one run. The runs must fit together: see `oneRun`. */
export function mergeSlices(runs: readonly [SliceRun, ...SliceRun[]]): Merged {
  const byIndex = Map.groupBy(runs, ({ started }) => started.slice.index);
  const newest = [...byIndex]
    .toSorted(([one], [other]) => one - other)
    .map(([, attempts]) => joinAttempts(inOrder(attempts)));
  const [first = runs[0], ...others] = newest;
  const slices = withOwnNames([first, ...others]);
  const { of, hosts: all } = first.started.slice;
  const missing = Array.from({ length: of }, (_, index) => index + 1).filter((index) => !byIndex.has(index));
  const recap = slices.flatMap((slice) => slice.recap);
  const stopped = stoppedBecause(slices, missing);
  return {
    slices,
    of,
    missing,
    repeated: new Map([...byIndex].flatMap(([index, { length }]) => (length > 1 ? [[index, length] as const] : []))),
    hosts: { all, here: new Set(slices.flatMap(({ started }) => started.hosts)).size },
    events: [...begun(slices), ...plays(slices), ended(slices, recap, stopped)],
    recap,
    stopped,
  };
}

function inOrder(attempts: readonly SliceRun[]): readonly [SliceRun, ...SliceRun[]] {
  const [first, ...later] = attempts.toSorted((one, other) => one.started.at.getTime() - other.started.at.getTime());
  if (first === undefined) throw new Error('each group has a run');
  return [first, ...later];
}

/** localhost is in several slices, each time another machine. Each gets a name of its own. */
function withOwnNames(slices: readonly [SliceRun, ...SliceRun[]]): readonly [SliceRun, ...SliceRun[]] {
  const met = new Set<string>();
  const shared = new Set<string>();
  for (const host of slices.flatMap(({ started }) => started.hosts)) (met.has(host) ? shared : met).add(host);
  const [first, ...others] = slices;
  return shared.size === 0 ? slices : [renamed(first, shared), ...others.map((slice) => renamed(slice, shared))];
}

function renamed(slice: SliceRun, shared: ReadonlySet<string>): SliceRun {
  const name = sliceName(slice.started.slice);
  const nameOf = (host: string): string => (shared.has(host) ? `${host} of slice ${name}` : host);
  const rename = (event: RunEvent): RunEvent => {
    if (event.type === 'play_started') return { ...event, hosts: event.hosts.map(nameOf) };
    return 'host' in event && shared.has(event.host) ? { ...event, host: nameOf(event.host) } : event;
  };
  return {
    ...slice,
    started: { ...slice.started, hosts: slice.started.hosts.map(nameOf) },
    events: slice.events.map(({ event, at }) => ({ event: rename(event), at })),
    rescued: new Set(
      [...slice.rescued].map((one) => {
        const [host, ...rest]: readonly [string, ...unknown[]] = JSON.parse(one);
        return JSON.stringify([nameOf(host), ...rest]);
      }),
    ),
    recap: slice.recap.map((one) => ({ ...one, host: nameOf(one.host) })),
  };
}

function stoppedBecause(slices: readonly SliceRun[], missing: readonly number[]): string | undefined {
  const reasons = slices.flatMap(({ started, end }) => {
    const name = `slice ${sliceName(started.slice)}`;
    if (end.kind === 'killed') return [`${name} has not ended`];
    return end.stopped === undefined ? [] : [`${name}: ${end.stopped}`];
  });
  const absent =
    missing.length === 0 ? [] : [`${missing.length === 1 ? 'slice' : 'slices'} ${missing.join(', ')} missing`];
  const all = [...absent, ...reasons];
  return all.length === 0 ? undefined : all.join('; ');
}

function begun(slices: readonly [SliceRun, ...SliceRun[]]): readonly ReplayedEvent[] {
  const [{ started }] = slices;
  const { slice: _, ...whole } = started;
  const at = new Date(Math.min(...slices.map((one) => one.started.at.getTime())));
  return [
    {
      at,
      event: {
        ...whole,
        at,
        hosts: slices.flatMap((one) => one.started.hosts),
        partial: whole.partial.filter((reason) => !isSliceOption(reason)),
        resumed: undefined,
      },
    },
  ];
}

/** Returns the events by play. Plays come in the order in which they first appear. */
function plays(slices: readonly SliceRun[]): readonly ReplayedEvent[] {
  const order = new Map<string, { readonly begun: ReplayedEvent[]; readonly events: ReplayedEvent[] }>();
  for (const slice of slices) {
    let key = '';
    for (const { event, at } of slice.events) {
      if (event.type === 'files_read') continue;
      if (event.type === 'play_started') key = playKey(event.play, event.place);
      const play = order.get(key) ?? { begun: [], events: [] };
      order.set(key, play);
      const list = event.type === 'play_started' ? play.begun : play.events;
      list.push({ at, event });
    }
  }
  return [...order.values()].flatMap(({ begun: starts, events }) => [...oneStart(starts), ...events]);
}

/** Makes one start of the starts of a play in all slices and batches. */
function oneStart(starts: readonly ReplayedEvent[]): readonly ReplayedEvent[] {
  const [first] = starts;
  if (first?.event.type !== 'play_started') return [];
  const hosts = new Set(starts.flatMap(({ event }) => (event.type === 'play_started' ? event.hosts : [])));
  return [{ at: first.at, event: { ...first.event, hosts: [...hosts], batch: 1, batches: 1 } }];
}

function ended(slices: readonly SliceRun[], recap: readonly HostRecap[], stopped: string | undefined): ReplayedEvent {
  const began = Math.min(...slices.map(({ started }) => started.at.getTime()));
  const until = Math.max(...slices.map(endOf));
  const rescued = new Set(slices.flatMap(rescuedOf));
  const event: EventOf<'run_finished'> = { type: 'run_finished', recap, rescued, stopped, milliseconds: until - began };
  return { at: new Date(until), event };
}

function endOf({ started, end, events }: SliceRun): number {
  const last = events.at(-1)?.at ?? started.at;
  return end.kind === 'ended' ? started.at.getTime() + end.milliseconds : last.getTime();
}

function rescuedOf({ rescued, events }: SliceRun): readonly EventOf<'task_finished'>[] {
  return events.flatMap(({ event }) =>
    event.type === 'task_finished' && rescued.has(JSON.stringify([event.host, event.task.id, event.item]))
      ? [event]
      : [],
  );
}
