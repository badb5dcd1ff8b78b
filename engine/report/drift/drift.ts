import type { EventOf } from '../../run/base/event-of.ts';
import type { RunEvent } from '../../run/base/events.ts';
import type { PlanStep } from '../../run/saved-plan/plan-document.ts';
import type { Operation } from '../plan/operation.ts';
import { placeOf } from '../plan/plan-lines.ts';
import { RecordedPlan } from '../plan/recorded-plan.ts';
import { review, type ReviewedTask } from '../plan/review.ts';
import { certaintyOf, stepTitle } from '../plan/step-title.ts';
import { safeLine } from '../text/safe-text.ts';
import { taskTitle } from '../text/task-title.ts';

/** The status of a host, the worst first. `unknown`: no certain drift, and not everything could be planned. */
const DRIFT_STATUSES = ['unreachable', 'failed', 'drifted', 'unknown', 'in sync'] as const;
export type DriftStatus = (typeof DRIFT_STATUSES)[number];

/** A task with the hosts on which its result is the same. */
export interface DriftRow {
  readonly title: string;
  /** file:line */
  readonly place: string;
  readonly operation: Operation | undefined;
  readonly hosts: readonly string[];
  /** The deciding conditions; empty if the drift is certain. */
  readonly because: string;
}

export interface BrokenHost {
  readonly host: string;
  /** The task that could not be planned; undefined for a host that was not reached. */
  readonly task: string | undefined;
  readonly what: string;
}

/** The summary of a plan: the hosts that differ from the playbook, and the tasks that show it. */
export interface Drift {
  readonly playbook: string;
  readonly run: string;
  readonly began: Date;
  readonly milliseconds: number;
  readonly partial: readonly string[];
  /** The reason why the plan ended early, if it did. */
  readonly stopped: string | undefined;
  readonly hosts: ReadonlyMap<string, DriftStatus>;
  /** Certain drift. */
  readonly drifted: readonly DriftRow[];
  /** Possible drift, because an earlier change or a command decides. */
  readonly open: readonly DriftRow[];
  /** Commands without a test whether they are needed. They are not drift. */
  readonly alwaysRun: readonly DriftRow[];
  readonly broken: readonly BrokenHost[];
}

/** Collects the drift from the events of a plan. */
export class DriftRecorder {
  readonly #plan = new RecordedPlan();
  readonly #broken: BrokenHost[] = [];
  #started: EventOf<'run_started'> | undefined;
  #ended: EventOf<'run_finished'> | undefined;

  note(event: RunEvent): void {
    this.#plan.note(event);
    if (event.type === 'run_started') this.#started = event;
    else if (event.type === 'run_finished') this.#ended = event;
    else if (event.type === 'host_unreachable')
      this.#broken.push({ host: event.host, task: undefined, what: safeLine(event.problem.what) });
    else if (event.type === 'task_finished' && event.outcome.kind === 'failed' && !event.outcome.ignored)
      this.#broken.push({
        host: event.host,
        task: taskTitle(event.task, event.item),
        what: safeLine(event.outcome.problem.what),
      });
  }

  /** Returns the drift; undefined if the plan has not ended. */
  drift(): Drift | undefined {
    if (this.#started === undefined || this.#ended === undefined) return undefined;
    const { playbook, at, runId, hosts } = this.#started;
    const rows = rowsOf(review(this.#plan.plays()));
    return {
      playbook,
      run: runId,
      began: at,
      milliseconds: this.#ended.milliseconds,
      partial: this.#plan.partial,
      stopped: this.#ended.stopped,
      hosts: statuses(hosts, rows, this.#broken),
      ...rows,
      broken: this.#broken,
    };
  }
}

/** Returns the number of hosts per status, without statuses that no host has. */
export function driftCounts({ hosts }: Drift): ReadonlyMap<DriftStatus, number> {
  const all = [...hosts.values()];
  return new Map(
    DRIFT_STATUSES.flatMap((status) => {
      const count = all.filter((one) => one === status).length;
      return count === 0 ? [] : [[status, count] as const];
    }),
  );
}

/** Returns the hosts with this status, in their order. */
export function hostsThatAre({ hosts }: Drift, status: DriftStatus): readonly string[] {
  return [...hosts].flatMap(([host, one]) => (one === status ? [host] : []));
}

type Rows = Pick<Drift, 'drifted' | 'open' | 'alwaysRun'>;

function statuses(
  hosts: readonly string[],
  { drifted, open }: Rows,
  broken: readonly BrokenHost[],
): ReadonlyMap<string, DriftStatus> {
  const found = new Map<string, DriftStatus>(hosts.map((host) => [host, 'in sync']));
  const set = (names: readonly string[], status: DriftStatus): void => {
    for (const name of names) found.set(name, status);
  };
  // In ascending order: later statuses are worse.
  for (const row of open) set(row.hosts, 'unknown');
  for (const row of drifted) set(row.hosts, 'drifted');
  for (const { host, task } of broken) if (task !== undefined) set([host], 'failed');
  for (const { host, task } of broken) if (task === undefined) set([host], 'unreachable');
  return found;
}

/** Makes the rows. The items of a task become one row. */
function rowsOf(tasks: readonly ReviewedTask[]): Rows {
  const rows: Record<keyof Rows, Map<string, DriftRow & { readonly hosts: string[] }>> = {
    drifted: new Map(),
    open: new Map(),
    alwaysRun: new Map(),
  };
  for (const { step, hosts, operation } of tasks.flatMap(({ steps }) => steps)) {
    const kind = kindOf(step);
    if (kind === undefined) continue;
    const because = kind === 'open' ? doubtOf(step) : '';
    const row = { title: stepTitle({ ...step, item: null }), place: placeOf(step), operation, because, hosts: [] };
    const key = JSON.stringify(row);
    const known = rows[kind].get(key) ?? row;
    rows[kind].set(key, { ...known, hosts: [...new Set([...known.hosts, ...hosts])] });
  }
  return {
    drifted: [...rows.drifted.values()],
    open: [...rows.open.values()],
    alwaysRun: [...rows.alwaysRun.values()],
  };
}

function kindOf({ outcome }: PlanStep): keyof Rows | undefined {
  switch (outcome.kind) {
    case 'ok':
    case 'skipped':
      return undefined;
    case 'unknown':
      return 'open';
    case 'change':
      if (outcome.certainty === 'certain') return 'drifted';
      return outcome.certainty === 'opaque' ? 'alwaysRun' : 'open';
    default:
      throw new Error(`unknown outcome ${JSON.stringify(outcome satisfies never)}`);
  }
}

function doubtOf({ outcome }: PlanStep): string {
  if (outcome.kind === 'unknown') return outcome.because;
  return outcome.kind === 'change' ? certaintyOf(outcome).doubt : '';
}
