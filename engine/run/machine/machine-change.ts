import type { Privilege } from '../../connection/base/target.ts';
import type { Completed } from '../../connection/connection.ts';
import type { Apply } from '../../modules/base/module.ts';
import type { Prediction, Request } from '../../resources/base/resource.ts';

/** The result of applying a change. The view already has the new state of the host. */
export type Applied =
  | { readonly kind: 'begun'; readonly completed: Completed }
  /** The script before the change failed. */
  | { readonly kind: 'not_begun'; readonly ahead: Completed };

export interface ChangeLimits {
  /** Maximal time of a change in milliseconds; undefined: no limit. */
  readonly timeoutMs: number | undefined;
  readonly silenceMs: number | undefined;
  /** Called when the change is sent to the host: from then on it may have been made. */
  readonly begun: () => void;
  /** Called with the bytes of a file that were sent so far. */
  readonly sent?: ((bytes: number, size: number) => void) | undefined;
  /** Called with the output of the script, in pieces as they arrive. */
  readonly printed?: ((text: string, stream: 'stdout' | 'stderr') => void) | undefined;
}

export interface MachineChange {
  readonly privilege: Privilege;
  readonly apply: Apply;
  /** A script that must succeed before the change is made; empty if there is none. */
  readonly before: string;
  /** The requests of the task, which are sent again after the change. */
  readonly own: readonly Request[];
  readonly touches: readonly Prediction[] | 'everything';
  readonly limits: ChangeLimits;
}

/** Quiet changes that are made in one round trip. */
export interface MachineChanges {
  readonly privilege: Privilege;
  readonly parts: readonly (Pick<MachineChange, 'apply' | 'before' | 'own'> & {
    readonly touches: readonly Prediction[];
    /** Shell text; the next change is made only if it succeeds. */
    readonly proof: string;
  })[];
  /** Called when the changes are sent to the host. */
  readonly begun: () => void;
}
