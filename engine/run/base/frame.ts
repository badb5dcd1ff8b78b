import type { Block } from '../../playbook/base/play.ts';
import type { Value } from '../../values/base/value.ts';
import type { Compiled } from '../../values/compiled.ts';

/** The variables that tasks bring to a host. Those of include_vars are compiled. */
export type Brought = Map<string, Compiled | Value>;

/** Part of the order of a play: the numbers from `from` up to, and without, `until`. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** The context of the steps that a host runs. Each block, include and flush of handlers makes a new one. */
export interface Frame {
  /**
   * True in a throttled block, and in an include that one host does for all: there a host does not wait for lock-step.
   */
  readonly alone: boolean;
  /** Whether the steps belong to a handler. `perhaps`: a handler that no certain change has notified. */
  readonly handler: 'no' | 'notified' | 'perhaps';
  /** The name of the running handler, as it is written. */
  readonly handling: string | undefined;
  /** Maximal number of hosts in the innermost throttled block at the same time. */
  readonly throttle: number | undefined;
  /** Collects the variables that run_once tasks register, in an include that one host does for all. */
  readonly shared: Brought | undefined;
  /** The innermost block that sets `any_errors_fatal`. */
  readonly fatal: Block | undefined;
  /** True if a rescue catches a failure. */
  readonly isRescued: boolean;
  /** The innermost `always`. */
  readonly always: Span | undefined;
}

export const OUTERMOST: Frame = {
  alone: false,
  handler: 'no',
  handling: undefined,
  throttle: undefined,
  shared: undefined,
  fatal: undefined,
  isRescued: false,
  always: undefined,
};

/** Returns whether the number of a step is in the span. */
export function isWithin(place: number, { from, until }: Span): boolean {
  return place >= from && place < until;
}

/** Returns whether the steps belong to a handler. */
export function isHandler({ handler }: Frame): boolean {
  return handler !== 'no';
}
