import type { LimitFunction } from 'p-limit';
import type { HostChange } from '../../inventory/inventory.ts';
import type { AnyModule } from '../../modules/base/module.ts';
import type { Play } from '../../playbook/base/play.ts';
import type { Unknown, Value } from '../../values/base/value.ts';
import type { Compiled } from '../../values/compiled.ts';
import type { ControllerAccess } from '../../values/controller-access.ts';
import type { Layer } from '../../values/scope.ts';
import type { Vault } from '../../vault/vault.ts';
import type { ChangeCount } from '../base/change-count.ts';
import type { Emit, Mode } from '../base/events.ts';
import type { TellLive } from '../base/live-events.ts';
import type { Debtor } from '../base/owed.ts';
import type { Slice } from '../base/slice.ts';
import type { Stepping } from '../base/stepping.ts';
import type { TaskIdentities } from '../base/task-identity.ts';
import type { ControllerFiles } from '../controller/controller-files.ts';
import type { HostState } from '../host/host-state.ts';
import type { Machine } from '../machine/machine.ts';
import type { Machines } from '../machine/machines.ts';
import type { Barrier } from '../order/barrier.ts';
import type { HostsUnderWay } from '../order/hosts-under-way.ts';
import type { Stop } from '../order/itinerary.ts';
import type { AskingTasks } from '../order/other-hosts.ts';
import type { Pace } from '../order/pace.ts';
import type { TaskCount } from '../order/task-count.ts';
import type { Turns } from '../order/turns.ts';
import type { NamedRequests } from '../preparation/named-requests.ts';
import type { PreparedAhead } from '../preparation/prepared-ahead.ts';
import type { Approval } from '../saved-plan/approval.ts';
import type { MadeTogether } from './made-together.ts';

/** A play with its selected hosts. */
export interface PlannedPlay {
  readonly play: Play;
  /** The value of `hosts`. */
  readonly pattern: string;
  readonly layers: readonly Layer[];
  readonly pace: Pace;
  readonly hosts: readonly HostState[];
  /** Set if other slices run other hosts of the play. */
  readonly slice?: Slice;
}

/** The steps that the command line selects. */
export interface Selection {
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
}

/** State that is common to all parts of one run. */
export interface RunContext {
  readonly mode: Mode;
  readonly runId: string;
  readonly now: Date;
  readonly emit: Emit;
  /** Reports the current activities of hosts to displays. */
  readonly live: TellLive;
  readonly selection: Selection;
  readonly changes: ChangeCount;
  readonly files: ControllerFiles;
  readonly machines: Machines;
  readonly vault: Vault;
  /** Permissions of tasks on the controller. */
  readonly access: ControllerAccess;
  readonly hosts: ReadonlyMap<string, HostState>;
  readonly identities: TaskIdentities;
  /** Tasks that use variables of other hosts. */
  readonly asking: AskingTasks;
  readonly prepared: PreparedAhead;
  readonly named: NamedRequests;
  readonly together: MadeTogether;
  /** A plan records its changes here; a play makes only changes that are recorded. */
  readonly approval: Approval | undefined;
  /** Set under --step. */
  readonly stepping: Stepping | undefined;
  /** The owner of the handlers that this run calls for. */
  readonly debtor: Debtor;
  /** Allows at most `forks` hosts to be used at the same time. */
  readonly turns: Turns;
  /**
   * Lets a host begin only while fewer than `forks` are under way. Each wait for another host must be reported to it.
   */
  readonly underWay: HostsUnderWay;
  module(name: string): Promise<AnyModule>;
  /** Adds a host to groups, or a new host to the inventory of the run. Rejects with Problem or Problems if it is wrong. */
  addHost(change: HostChange): Promise<void>;
  /** Records in a plan that a task of unknown effect may bring other groups and, with `hosts`, other hosts. */
  expectOthers(what: { readonly because: Unknown; readonly hosts: boolean }): void;
  /** Called before a host is released, with what was seen of it; undefined if nobody needs that. */
  readonly leaving: ((host: HostState, machine: Machine) => Promise<void>) | undefined;
  /** Maximal silence of a change in milliseconds; undefined: no limit. */
  readonly silenceMs: number | undefined;
  /** Aborted when the operator asks to stop: ends waits that are not needed any more. */
  readonly interrupt: AbortSignal;
  /** Returns true after the operator asked to stop: hosts finish their current work, and begin no more. */
  interrupted(): boolean;
}

/** State that the hosts of one batch of one play share. */
export interface Batch {
  readonly play: Play;
  readonly pace: Pace;
  readonly hosts: readonly HostState[];
  /** The names of these hosts. */
  readonly names: ReadonlySet<string>;
  /** Set if other slices run other hosts of the play. */
  readonly slice: Slice | undefined;
  readonly barrier: Barrier | undefined;
  /** Results of run_once steps, by the key of the stop. */
  readonly once: Map<string, Promise<OnceResult>>;
  /** Callbacks of hosts that wait until another host begins a run_once task. */
  readonly onceWaiting: Map<string, (() => void)[]>;
  /** Whether one host does a step for all, by the key of the stop: equal for all hosts. */
  readonly isOnce: Map<string, boolean>;
  readonly throttles: Map<string, LimitFunction>;
  readonly tasks: TaskCount;
  /** The reason why all hosts must stop; undefined while they may continue. */
  aborted: Abort | undefined;
}

export type Abort = AbortCause & {
  /** Hosts still run the steps up to this number. */
  readonly upTo: number;
  /** True if hosts still run the `always` of the blocks that they are in. */
  readonly sparesAlways: boolean;
};

export type AbortCause =
  /** `meta: end_play`: the play ends without failure, including its remaining batches. */
  | { readonly kind: 'end_play' }
  /** An event on one host ends the run for all. */
  | { readonly kind: 'fatal'; readonly why: string }
  /** An internal error: nothing more is done. */
  | { readonly kind: 'fault'; readonly why: string }
  /** More hosts failed than `max_fail_percentage` allows. */
  | { readonly kind: 'too_many_failed' };

export type OnceResult =
  | { readonly kind: 'done'; readonly remembered: ReadonlyMap<string, Compiled | Value> }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Returns the key under which state of a stop is kept. */
export function keyOf(stop: Stop): string {
  return `${stop.at}:${stop.step.id}`;
}
