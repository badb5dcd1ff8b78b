import type { Task } from '../../playbook/base/play.ts';
import type { Request } from '../../resources/base/resource.ts';
import type { Scope, Value } from '../../values/base/value.ts';
import type { Layer } from '../../values/scope.ts';
import type { Call } from '../base/called-handlers.ts';
import type { TaskIdentity } from '../base/events.ts';
import type { Frame } from '../base/frame.ts';
import type { Batch, RunContext } from '../context/context.ts';
import type { HostState } from '../host/host-state.ts';
import type { Machine } from '../machine/machine.ts';
import type { Route, Stop } from '../order/itinerary.ts';
import type { Prepared } from '../preparation/prepare.ts';
import type { ChangePlace } from '../saved-plan/approval.ts';
import type { WaitedTime } from './waited-time.ts';

/** One task on one host, on its way. */
export interface TaskRun {
  readonly context: RunContext;
  readonly batch: Batch;
  readonly host: HostState;
  readonly task: Task;
  readonly stop: Stop;
  readonly route: Route | undefined;
  readonly frame: Frame;
  /** A handler that nothing certain has notified, or a task of a role that may have run before. */
  readonly doubtful: boolean;
  /** Takes in the handlers that the task calls for. */
  readonly calls: Call[];
  /** Takes in what the task registers and sets, for the others of a run_once. */
  readonly remembered: Map<string, Value>;
  readonly waited: WaitedTime;
  /** The variables that the task sees, below the layers `over`. */
  readonly scope: (over?: readonly Layer[]) => Scope;
  /** Throws HostStops if the host may not begin what stands at `at`. */
  readonly mayGoOn: (at: number) => void;
}

/** The same for one item of its loop, or for the only one, prepared and on the machine where it is done. */
export interface ItemRun extends TaskRun {
  readonly identity: TaskIdentity;
  /** The item in the words of a report. */
  readonly item: string | undefined;
  readonly prepared: Prepared;
  readonly machine: Machine;
  /** Handlers that a change of this task calls for. */
  readonly notifies: readonly string[];
  /** Those of them that this item was the first to call for. */
  readonly calledFor: Call[];
  /** What tasks ahead will want to see on the same machine and privilege. */
  foresee(): Promise<readonly Request[]>;
}

/** Whether the task is done on another host than its own. */
export function isDelegated({ prepared, host }: ItemRun): boolean {
  return prepared.delegate !== undefined && prepared.delegate !== host.name;
}

/** For the plan: which change of which host. */
export function placeOf(run: ItemRun): ChangePlace {
  return { host: run.host.name, task: run.identity, item: run.item };
}
