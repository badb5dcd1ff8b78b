import type { HostRecap, RunEvent } from '../../run/base/events.ts';
import type { SliceRun } from './slice-run.ts';

/**
 * Combines all runs of a slice, in the order of their starts, into one run. The last run decides the state of a host; a
 * host that a resumed run has left out keeps its earlier state. The changes of all runs are added up, because each was
 * made.
 */
export function joinAttempts([first, ...later]: readonly [SliceRun, ...SliceRun[]]): SliceRun {
  return later.reduce(joined, first);
}

function joined(earlier: SliceRun, later: SliceRun): SliceRun {
  const again = new Set(later.started.hosts);
  const before = new Map(earlier.recap.map((host) => [host.host, host]));
  const left = earlier.recap.filter(({ host }) => !again.has(host));
  return {
    ...later,
    started: {
      ...later.started,
      at: earlier.started.at,
      hosts: [...new Set([...earlier.started.hosts, ...later.started.hosts])],
    },
    events: [...earlier.events.filter(({ event }) => stands(event, again)), ...later.events],
    rescued: new Set([...earlier.rescued, ...later.rescued]),
    recap: [...left.map(finished), ...later.recap.map((host) => withChanges(host, before.get(host.host)))],
    // The run began with its first attempt.
    end:
      later.end.kind === 'killed'
        ? later.end
        : { ...later.end, milliseconds: later.end.milliseconds + sinceFirst(earlier, later) },
  };
}

function sinceFirst(earlier: SliceRun, later: SliceRun): number {
  return later.started.at.getTime() - earlier.started.at.getTime();
}

/**
 * Returns whether an event of an earlier run still counts: it decides the state of its host, or is a change that was
 * made.
 */
function stands(event: RunEvent, again: ReadonlySet<string>): boolean {
  if (!('host' in event) || !again.has(event.host)) return true;
  return event.type === 'task_finished' && event.outcome.kind === 'changed';
}

/** A resumed run leaves out only hosts that have finished. */
function finished(host: HostRecap): HostRecap {
  return { ...host, interrupted: false };
}

function withChanges(now: HostRecap, before: HostRecap | undefined): HostRecap {
  return { ...now, changed: now.changed + (before?.changed ?? 0) };
}
