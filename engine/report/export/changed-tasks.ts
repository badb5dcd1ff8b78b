import type { ResultRecord, RunRecord, TaskRecord } from '../journal/run-record.ts';
import { inNaturalOrder } from '../text/host-names.ts';

/** The results of a task for all hosts and items. */
export interface TaskSummary {
  readonly task: TaskRecord;
  /** Hosts with a change. */
  readonly changed: readonly string[];
  /** Number of hosts that ran the task. */
  readonly hosts: number;
  /** The longest duration on one host, in milliseconds. */
  readonly longest: number;
}

/** Returns all tasks, in the order in which they first ended. */
export function taskSummaries({ results }: RunRecord): readonly TaskSummary[] {
  const byTask = new Map<TaskRecord, ResultRecord[]>();
  for (const result of results) {
    const known = byTask.get(result.task);
    if (known === undefined) byTask.set(result.task, [result]);
    else known.push(result);
  }
  return [...byTask].map(([task, of]) => {
    const took = new Map<string, number>();
    for (const { host, milliseconds } of of) took.set(host, (took.get(host) ?? 0) + milliseconds);
    return {
      task,
      changed: inNaturalOrder([...new Set(of.flatMap(({ status, host }) => (status === 'changed' ? [host] : [])))]),
      hosts: took.size,
      longest: [...took.values()].reduce((most, one) => Math.max(most, one), 0),
    };
  });
}

/** Faster tasks are not listed as slow. Milliseconds. */
const SLOW_MS = 1000;

/** Returns the slowest tasks of at least one second, the slowest first. */
export function slowest(tasks: readonly TaskSummary[], most: number): readonly TaskSummary[] {
  return tasks
    .filter(({ longest }) => longest >= SLOW_MS)
    .toSorted((one, other) => other.longest - one.longest)
    .slice(0, most);
}
