import type { Inventory } from '../inventory/inventory.ts';
import type { AnyModule } from '../modules/base/module.ts';
import type { Playbook } from '../playbook/base/play.ts';
import type { Layer } from '../values/scope.ts';
import type { Vault } from '../vault/vault.ts';
import type { Emit, Mode } from './base/events.ts';
import type { TellLive } from './base/live-events.ts';
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
  readonly selection: Selection;
  /** The task that the playbook was cut off at: it holds what comes from there on. */
  readonly startAtTask?: string | undefined;
  /** Asks the operator before each task. */
  readonly askBefore?: AskStep | undefined;
  /** -b and -K: counts where nothing else says it. */
  readonly fallback?: Layer;
  /** -e, already compiled; the highest level. */
  readonly extra: Layer;
  readonly forks: number;
  /** How long a change may print nothing before it is ended; undefined: as long as it likes. */
  readonly silenceMs: number | undefined;
  readonly settings: TargetSettings;
  readonly vault: Vault;
  /** Undefined: hosts are not locked. A plan never locks. */
  readonly lock: { readonly waitMs: number } | undefined;
  /** Modules by name. */
  readonly module: (name: string) => Promise<AnyModule>;
  readonly emit: Emit;
  /** Where it is shown what hosts do at the moment. */
  readonly live?: TellLive | undefined;
  /** How long a host may take to be looked at. */
  readonly lookTimeoutMs: number;
  /** First sign: finish what runs, start no more. */
  readonly interrupt: AbortSignal;
  /** Second sign: end what runs on the hosts. */
  readonly kill: AbortSignal;
  /** An earlier run to go on with. */
  readonly resume?: Resume | undefined;
  /** To end before the first connection: only what is wrong is asked for. */
  readonly isCheckOnly?: boolean;
  /** Keeps digests of large files from run to run. */
  readonly digestCache: string | undefined;
  /** A plan fills it; a play makes no change that it does not have. */
  readonly approval?: Approval | undefined;
}
