import type { WithoutEffect } from '../../connection/base/target.ts';
import type { PatchedLibrary, TransportName } from '../../connection/base/transport.ts';
import type { Problem } from '../../errors/problem.ts';
import type { Difference } from '../../modules/base/module.ts';
import type { Value, ValueMap } from '../../values/base/value.ts';
import type { Debt } from './owed.ts';
import type { Slice } from './slice.ts';

/** All events of a run. The engine only emits them; renderers decide what is shown, and how. */
export type RunEvent =
  | RunStarted
  | FilesRead
  | PlayStarted
  | HostConnected
  | SshPatches
  | HostUnreachable
  | TaskStarted
  | TaskRetried
  | TaskFinished
  | Message
  | HandlerOwed
  | OptionsNotKept
  | SettingsWithoutEffect
  | PlayFinished
  | RunFinished;

export type Mode = 'play' | 'plan';

export interface RunStarted {
  readonly type: 'run_started';
  readonly runId: string;
  readonly mode: Mode;
  readonly playbook: string;
  readonly inventory: readonly string[];
  readonly at: Date;
  /** Hosts that any play of the run may reach, after --limit. */
  readonly hosts: readonly string[];
  /** Reasons why the run is partial: tags, a limit or a start task leave something out. Empty for a whole run. */
  readonly partial: readonly string[];
  /** The run that this one resumes, if any. */
  readonly resumed?: string | undefined;
  /** The slice that this run works on, and the number of hosts in all slices. */
  readonly slice?: (Slice & { readonly hosts: number }) | undefined;
}

/**
 * Files of the controller that tasks have read. The event right after `run_started` has the files that were read before
 * the run.
 */
export interface FilesRead {
  readonly type: 'files_read';
  /** SHA-256 digests by absolute path. */
  readonly files: Readonly<Record<string, string>>;
}

export interface PlayStarted {
  readonly type: 'play_started';
  readonly play: string;
  readonly place: string;
  readonly hosts: readonly string[];
  /** Number of this batch, from 1, and the number of batches. */
  readonly batch: number;
  readonly batches: number;
}

export interface HostConnected {
  readonly type: 'host_connected';
  readonly host: string;
  readonly address: string;
  /** The transport that made the connection. */
  readonly transport: TransportName;
  readonly milliseconds: number;
}

/** The ssh2 of a host. It is emitted for the first host, and for each host where it differs. */
export interface SshPatches extends PatchedLibrary {
  readonly type: 'ssh_patches';
  readonly host: string;
}

export interface HostUnreachable {
  readonly type: 'host_unreachable';
  readonly host: string;
  readonly problem: Problem;
  /** The task that was running when the host was lost, if any. */
  readonly during: TaskIdentity | undefined;
}

export interface TaskIdentity {
  /** file:line:col of the task. */
  readonly id: string;
  readonly name: string;
  readonly module: string;
  readonly role: string | undefined;
  readonly handler: boolean;
  /** The name of the handler that contains the task, if the handler is a block. */
  readonly within?: string | undefined;
  /** Maximal number of hosts of the batch that run the task at the same time, if limited. */
  readonly throttle?: number | undefined;
}

/** A host begins to change something, or looks for longer than one observation. Tasks in sync do not emit it. */
export interface TaskStarted {
  readonly type: 'task_started';
  readonly host: string;
  readonly task: TaskIdentity;
  readonly item: string | undefined;
}

export interface TaskRetried {
  readonly type: 'task_retried';
  readonly host: string;
  readonly task: TaskIdentity;
  readonly attempt: number;
  readonly attempts: number;
}

export interface TaskFinished {
  readonly type: 'task_finished';
  readonly host: string;
  /** The host that the task ran on, if it was delegated. */
  readonly delegatedTo: string | undefined;
  readonly task: TaskIdentity;
  /** The label of the loop item. */
  readonly item: string | undefined;
  readonly outcome: TaskOutcome;
  /** The result for `register`. A renderer masks it. */
  readonly result: ValueMap | undefined;
  /**
   * Set under no_log: item, result, differences, output and the reason of a failure are removed, and a renderer says
   * so.
   */
  readonly hidden?: true;
  /** Duration of the task, without the time in which it waited for its turn or for other hosts. */
  readonly milliseconds: number;
}

export type TaskOutcome =
  | { readonly kind: 'ok' }
  | { readonly kind: 'skipped'; readonly why: string }
  /** In a play: the task has changed the host. In a plan: it would change it. */
  | {
      readonly kind: 'changed';
      readonly differences: readonly Difference[];
      readonly certainty: 'certain' | 'after_change' | 'opaque';
      readonly doubt?: string | undefined;
      readonly notifies: readonly string[];
    }
  /** Only in a plan. */
  | { readonly kind: 'unknown'; readonly because: string }
  | {
      readonly kind: 'failed';
      readonly problem: Problem;
      readonly ignored: boolean;
      readonly output: Output | undefined;
    };

export interface Output {
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Message {
  readonly type: 'message';
  readonly host: string;
  readonly task: TaskIdentity;
  readonly text: Value;
}

/** An earlier run changed something and ended before its handler ran. This run will run it. */
export interface HandlerOwed {
  readonly type: 'handler_owed';
  readonly host: string;
  readonly handler: string;
  /** File name of the playbook that owes the handler, if the host's list has it. */
  readonly playbook: string | undefined;
}

export interface PlayFinished {
  readonly type: 'play_finished';
  readonly play: string;
}

/**
 * Options of ssh_config(5) that are set for hosts of the run and that runbook has ignored. Emitted once, at the end of
 * a run.
 */
export interface OptionsNotKept {
  readonly type: 'options_not_kept';
  readonly options: readonly string[];
  readonly hosts: readonly string[];
}

/** Variables of hosts of the run about their connections that had no effect. Emitted once, at the end of a run. */
export interface SettingsWithoutEffect {
  readonly type: 'settings_without_effect';
  readonly settings: readonly WithoutEffect[];
  readonly hosts: readonly string[];
}

export interface RunFinished {
  readonly type: 'run_finished';
  readonly recap: readonly HostRecap[];
  /** The failures that a block rescued. */
  readonly rescued?: ReadonlySet<TaskFinished>;
  /** The reason why the run ended early, if it did. */
  readonly stopped: string | undefined;
  readonly milliseconds: number;
}

export interface HostRecap {
  readonly host: string;
  readonly ok: number;
  readonly changed: number;
  readonly unknown: number;
  readonly skipped: number;
  readonly failed: number;
  readonly ignored: number;
  readonly rescued: number;
  readonly unreachable: boolean;
  /** True if the operator ended the run during a change on the host. */
  readonly interrupted: boolean;
  /** Handlers that a change called for and that did not run. */
  readonly owed: readonly Debt[];
  readonly roundTrips: number;
}

/** Takes an event. `at` is its time; undefined: it happens now. */
export type Emit = (event: RunEvent, at?: Date) => void;
