import type { Block } from '../../playbook/base/play.ts';
import type { Value } from '../../values/base/value.ts';

/** Part of the order of a play: places from `from`, and before `until`. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** Surroundings of the steps that a host takes. Each block, include and flush of handlers hands down its own. */
export interface Frame {
  /** True in a throttled block and in an include that one host does for all: there a host waits for no lock-step. */
  readonly alone: boolean;
  /** `perhaps`: a handler that nothing certain has notified. */
  readonly handler: 'no' | 'notified' | 'perhaps';
  /** The name of the handler that runs. */
  readonly handling: string | undefined;
  /** How many hosts are in the innermost throttled block at once. */
  readonly throttle: number | undefined;
  /** Takes in what run_once tasks register, in an include that one host does for all. */
  readonly shared: Map<string, Value> | undefined;
  /** The innermost block that sets `any_errors_fatal`. */
  readonly fatal: Block | undefined;
  /** Whether a rescue catches a failure. */
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

export function isWithin(place: number, { from, until }: Span): boolean {
  return place >= from && place < until;
}

export function isHandler({ handler }: Frame): boolean {
  return handler !== 'no';
}
