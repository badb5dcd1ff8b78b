import type { WithoutEffect } from '../../connection/base/target.ts';
import type { PatchedLibrary, TransportName } from '../../connection/base/transport.ts';
import type { Problem } from '../../errors/problem.ts';
import type { Difference } from '../../modules/base/module.ts';
import type { Value, ValueMap } from '../../values/base/value.ts';
import type { Debt } from './owed.ts';

/** Everything that a run tells. The engine only emits; what is shown, and how, is a renderer's concern. */
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
  /** Set where tags, limit or a start task leave something out. */
  readonly partial: readonly string[];
  /** The run that this one goes on with, where it was told to. */
  readonly resumed?: string | undefined;
}

/** Files of this machine that tasks have read: what is behind `run_started` was read ahead of the run. */
export interface FilesRead {
  readonly type: 'files_read';
  /** SHA-256 by absolute path. */
  readonly files: Readonly<Record<string, string>>;
}

export interface PlayStarted {
  readonly type: 'play_started';
  readonly play: string;
  readonly place: string;
  readonly hosts: readonly string[];
  /** Which batch of how many, from 1. */
  readonly batch: number;
  readonly batches: number;
}

export interface HostConnected {
  readonly type: 'host_connected';
  readonly host: string;
  readonly address: string;
  /** What brought the connection about. */
  readonly transport: TransportName;
  readonly milliseconds: number;
}

/** ssh2 as it is used for a host. Told of the first one, and of those where it differs. */
export interface SshPatches extends PatchedLibrary {
  readonly type: 'ssh_patches';
  readonly host: string;
}

export interface HostUnreachable {
  readonly type: 'host_unreachable';
  readonly host: string;
  readonly problem: Problem;
  /** What was being done when the host went away, if anything. */
  readonly during: TaskIdentity | undefined;
}

export interface TaskIdentity {
  /** file:line:col of the task. */
  readonly id: string;
  readonly name: string;
  readonly module: string;
  readonly role: string | undefined;
  readonly handler: boolean;
  /** The handler that is a block with this task in it, by its name. */
  readonly within?: string | undefined;
  /** How many hosts of the batch do it at once, where that is limited. */
  readonly throttle?: number | undefined;
}

/** A host begins to change something, or to look for longer than one observation. Tasks in sync do not emit it. */
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
  /** The host it was done on, where it was delegated. */
  readonly delegatedTo: string | undefined;
  readonly task: TaskIdentity;
  /** The loop item's label. */
  readonly item: string | undefined;
  readonly outcome: TaskOutcome;
  /** What `register` would get. A renderer masks it. */
  readonly result: ValueMap | undefined;
  /** Set under no_log: item, result, differences, output and why it failed are left out, and a renderer says so. */
  readonly hidden?: true;
  /** How long it took; waits for the turn of the host and for other hosts are not part of it. */
  readonly milliseconds: number;
}

export type TaskOutcome =
  | { readonly kind: 'ok' }
  | { readonly kind: 'skipped'; readonly why: string }
  /** In a play: it was changed. In a plan: it would be. */
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

/** An earlier run changed something and died before its handler ran. This run is to pay it. */
export interface HandlerOwed {
  readonly type: 'handler_owed';
  readonly host: string;
  readonly handler: string;
  /** The name of the playbook's file that owes it, where the host tells. */
  readonly playbook: string | undefined;
}

export interface PlayFinished {
  readonly type: 'play_finished';
  readonly play: string;
}

/** Options of ssh_config(5) that are set for hosts of the run and that runbook has not kept. Once a run, at its end. */
export interface OptionsNotKept {
  readonly type: 'options_not_kept';
  readonly options: readonly string[];
  readonly hosts: readonly string[];
}

/** Variables of hosts of the run that say something of their connections, and nothing came of. Once a run, at its end. */
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
  /** Why the run ended early, if it did. */
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
  /** The operator has ended the run while a change was made on it. */
  readonly interrupted: boolean;
  /** Handlers that a change called for and that did not run. */
  readonly owed: readonly Debt[];
  readonly roundTrips: number;
}

export type Emit = (event: RunEvent) => void;
