import type { Inventory } from '../inventory/inventory.ts';
import type { AnyModule } from '../modules/base/module.ts';
import type { Playbook } from '../playbook/base/play.ts';
import type { Layer } from '../values/scope.ts';
import type { Vault } from '../vault/vault.ts';
import type { Emit, Mode } from './base/events.ts';
import type { TellLive } from './base/live-events.ts';
import type { Slice } from './base/slice.ts';
import type { AskStep } from './base/stepping.ts';
import type { Selection } from './context/context.ts';
import type { TargetSettings } from './machine/target-settings.ts';
import type { Resume } from './resume.ts';
import type { Approval } from './saved-plan/approval.ts';

export interface RunOptions {
  readonly mode: Mode;
  readonly playbook: Playbook;
  readonly inventory: Inventory;
  /** Patterns of --limit; undefined: all hosts. */
  readonly limit: string | undefined;
  /** The part of the hosts that this run works on; undefined: all. */
  readonly slice?: Slice | undefined;
  readonly selection: Selection;
  /** The task from which on the playbook runs; the playbook contains only that part. */
  readonly startAtTask?: string | undefined;
  /** Asks the operator before each task. */
  readonly askBefore?: AskStep | undefined;
  /** Values of -b and -K, which have the lowest priority. */
  readonly fallback?: Layer;
  /** Variables of -e, compiled; the highest level. */
  readonly extra: Layer;
  readonly forks: number;
  /** Maximal silence of a change in milliseconds; undefined: no limit. */
  readonly silenceMs: number | undefined;
  readonly settings: TargetSettings;
  readonly vault: Vault;
  /** How many milliseconds to wait for the lock of a host. Undefined if hosts are not locked. A plan never locks. */
  readonly lock: { readonly waitMs: number } | undefined;
  /** Returns a module by its name. */
  readonly module: (name: string) => Promise<AnyModule>;
  readonly emit: Emit;
  /** Receives the current activities of hosts. */
  readonly live?: TellLive | undefined;
  /** Maximal time of a look, in milliseconds. */
  readonly lookTimeoutMs: number;
  /** First signal: finish current work, begin no more. */
  readonly interrupt: AbortSignal;
  /** Second signal: end running scripts on the hosts. */
  readonly kill: AbortSignal;
  /** An earlier run to resume. */
  readonly resume?: Resume | undefined;
  /** If true, the run ends before the first connection: only its mistakes are wanted. */
  readonly isCheckOnly?: boolean;
  /** File that keeps digests of large files between runs. */
  readonly digestCache: string | undefined;
  /** A plan records its changes here; a play makes only changes that are recorded. */
  readonly approval?: Approval | undefined;
}
