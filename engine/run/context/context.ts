import type { LimitFunction } from 'p-limit';
import type { AnyModule } from '../../modules/base/module.ts';
import type { Play } from '../../playbook/base/play.ts';
import type { Value } from '../../values/base/value.ts';
import type { ControllerAccess } from '../../values/controller-access.ts';
import type { Layer } from '../../values/scope.ts';
import type { Vault } from '../../vault/vault.ts';
import type { ChangeCount } from '../base/change-count.ts';
import type { Emit, Mode } from '../base/events.ts';
import type { TellLive } from '../base/live-events.ts';
import type { Debtor } from '../base/owed.ts';
import type { Stepping } from '../base/stepping.ts';
import type { TaskIdentities } from '../base/task-identity.ts';
import type { ControllerFiles } from '../controller/controller-files.ts';
import type { HostState } from '../host/host-state.ts';
import type { Machines } from '../machine/machines.ts';
import type { Barrier } from '../order/barrier.ts';
import type { Stop } from '../order/itinerary.ts';
import type { AskingTasks } from '../order/other-hosts.ts';
import type { Pace } from '../order/pace.ts';
import type { TaskCount } from '../order/task-count.ts';
import type { Turns } from '../order/turns.ts';
import type { NamedRequests } from '../preparation/named-requests.ts';
import type { PreparedAhead } from '../preparation/prepared-ahead.ts';
import type { Approval } from '../saved-plan/approval.ts';

/** A play with its hosts chosen. */
export interface PlannedPlay {
  readonly play: Play;
  /** What `hosts` came to. */
  readonly pattern: string;
  readonly layers: readonly Layer[];
  readonly pace: Pace;
  readonly hosts: readonly HostState[];
}

/** Which steps the command line asks for. */
export interface Selection {
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
}

/** What the parts of one run share. */
export interface RunContext {
  readonly mode: Mode;
  readonly runId: string;
  readonly now: Date;
  readonly emit: Emit;
  /** Tells what hosts do at the moment, to whoever shows it. */
  readonly live: TellLive;
  readonly selection: Selection;
  readonly changes: ChangeCount;
  readonly files: ControllerFiles;
  readonly machines: Machines;
  readonly vault: Vault;
  /** What tasks may do on the controller. */
  readonly access: ControllerAccess;
  readonly hosts: ReadonlyMap<string, HostState>;
  readonly identities: TaskIdentities;
  /** Tasks that read what other hosts have. */
  readonly asking: AskingTasks;
  readonly prepared: PreparedAhead;
  readonly named: NamedRequests;
  /** A plan fills it; a play makes no change that it does not have. */
  readonly approval: Approval | undefined;
  /** Under --step. */
  readonly stepping: Stepping | undefined;
  /** Who owes the handlers that this run calls for. */
  readonly debtor: Debtor;
  /** At most `forks` hosts are talked to at the same time. */
  readonly turns: Turns;
  module(name: string): Promise<AnyModule>;
  /** Adds a host to a group from `group_by`; known to later plays. */
  joinGroup(host: string, group: string, parents: readonly string[]): void;
  /** How long a change may print nothing; undefined: as long as it likes. */
  readonly silenceMs: number | undefined;
  /** Ends waits that nobody needs any more once the operator asked to stop. */
  readonly interrupt: AbortSignal;
  /** Set once the operator asked to stop: hosts finish what they do and start no more. */
  interrupted(): boolean;
}

/** What the hosts of one batch of one play share. */
export interface Batch {
  readonly play: Play;
  readonly pace: Pace;
  readonly hosts: readonly HostState[];
  readonly barrier: Barrier | undefined;
  /** What came of run_once steps, by where they stand. */
  readonly once: Map<string, Promise<OnceResult>>;
  /** Hosts that wait for the one that does a run_once task to begin with it. */
  readonly onceWaiting: Map<string, readonly (() => void)[]>;
  /** Whether a step is done by one host for all, by where it stands: the same for all hosts. */
  readonly isOnce: Map<string, boolean>;
  readonly throttles: Map<string, LimitFunction>;
  readonly tasks: TaskCount;
  /** Why no host may go on. */
  aborted: Abort | undefined;
}

export type Abort = AbortCause & {
  /** Hosts still do the steps up to here, in the order of the barrier. */
  readonly upTo: number;
  /** Whether hosts still do the `always` of the blocks they are in. */
  readonly sparesAlways: boolean;
};

export type AbortCause =
  /** `meta: end_play`: the play ends well, for the batches that are still to come as well. */
  | { readonly kind: 'end_play' }
  /** What happened on one host ends the run for all. */
  | { readonly kind: 'fatal'; readonly why: string }
  /** A fault of the engine: nothing more is done. */
  | { readonly kind: 'fault'; readonly why: string }
  /** More hosts failed than `max_fail_percentage` lets fail. */
  | { readonly kind: 'too_many_failed' };

export type OnceResult =
  | { readonly kind: 'done'; readonly remembered: ReadonlyMap<string, Value> }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Where a shared thing of a stop is kept. */
export function keyOf(stop: Stop): string {
  return `${stop.at}:${stop.step.id}`;
}
