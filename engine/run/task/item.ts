import type { Handler, Role, Task } from '../../playbook/base/play.ts';
import type { Request } from '../../resources/base/resource.ts';
import type { Scope } from '../../values/base/value.ts';
import type { Layer } from '../../values/scope.ts';
import type { Call } from '../base/called-handlers.ts';
import type { TaskIdentity } from '../base/events.ts';
import type { Brought, Frame } from '../base/frame.ts';
import type { LoopTurn } from '../base/loop.ts';
import type { Batch, RunContext } from '../context/context.ts';
import type { MadeChange } from '../context/made-together.ts';
import type { HostState } from '../host/host-state.ts';
import type { Machine } from '../machine/machine.ts';
import type { Route, Stop } from '../order/itinerary.ts';
import type { Prepared } from '../preparation/prepare.ts';
import type { ChangePlace } from '../saved-plan/approval.ts';
import type { WaitedTime } from './waited-time.ts';

/** One task on one host, while it runs. */
export interface TaskRun {
  readonly context: RunContext;
  readonly batch: Batch;
  readonly host: HostState;
  readonly task: Task;
  readonly stop: Stop;
  readonly route: Route | undefined;
  readonly frame: Frame;
  /** True for a handler that no certain change has notified, and for a task of a role that may have run before. */
  readonly doubtful: boolean;
  /** Collects the handlers that the task calls for. */
  readonly calls: Call[];
  /** Collects the variables that the task registers and sets, for the other hosts of a run_once. */
  readonly remembered: Brought;
  readonly waited: WaitedTime;
  /** The handlers of the play, with those of includes that the host has reached. */
  readonly handlers: readonly Handler[];
  /** Returns whether an earlier use of the role makes this one unnecessary. */
  readonly isRepeated: (role: Role | undefined) => boolean | 'unknown';
  /** Returns the variables of the task, with the layers `over` on top. */
  readonly scope: (over?: readonly Layer[]) => Scope;
  /** Throws HostStops if the host may not begin the step at `at`. */
  readonly mayGoOn: (at: number) => void;
}

/** One loop item of a task, or its only run, prepared and on the machine where it runs. */
export interface ItemRun extends TaskRun {
  readonly identity: TaskIdentity;
  /** The label of the item in reports. */
  readonly item: string | undefined;
  readonly prepared: Prepared;
  /** The round of the loop; undefined outside of a loop. */
  readonly turn: LoopTurn | undefined;
  /** The change, if it was made together with that of an earlier turn. */
  readonly made: MadeChange | undefined;
  readonly machine: Machine;
  /** Handlers that a change of this task calls for. */
  readonly notifies: readonly string[];
  /** Those of them that this item was the first to call for. */
  readonly calledFor: Call[];
  /** Returns the requests of the tasks ahead on the same machine and with the same privilege. */
  requestsAhead(): Promise<readonly Request[]>;
}

/** Returns whether the task runs on another host than its own. */
export function isDelegated({ prepared, host }: ItemRun): boolean {
  return prepared.delegate !== undefined && prepared.delegate !== host.name;
}

/** Identifies the change in a plan. */
export function placeOf(run: ItemRun): ChangePlace {
  return { host: run.host.name, task: run.identity, item: run.item };
}
