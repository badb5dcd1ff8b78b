import type { Problem } from '../../errors/problem.ts';
import { type Value, type ValueMap, Unknown } from '../../values/base/value.ts';
import type { LoopTurn } from '../base/loop.ts';
import type { ItemResult } from './item-result.ts';

/** The result of one round of a task, for `register`. */
export interface Recorded {
  readonly value: Value;
  readonly changed: boolean | Unknown;
  readonly failed: boolean | Unknown;
  readonly skipped: boolean;
  /** The failure that ends the steps of the host, unless a block catches it. Undefined if it is ignored. */
  readonly stops: Problem | undefined;
  /** In a plan: true if it is unknown whether the task runs. */
  readonly isOpen?: boolean;
  /** True if no_log hides the result. */
  readonly hides?: boolean;
}

/** Returns the result of a round that did not run because of a condition. */
export function skippedTurn(turn: LoopTurn | undefined): Recorded {
  const value = { changed: false, failed: false, skipped: true, ...ofTurn(turn) };
  return { value, changed: false, failed: false, skipped: true, stops: undefined };
}

/** Returns the result of a round that failed before it had a result of the module. `ignored`: the host continues. */
export function failedTurn(problem: Problem, ignored: boolean, turn: LoopTurn | undefined): Recorded {
  const value = { changed: false, failed: true, skipped: false, msg: problem.what, ...ofTurn(turn) };
  return { value, changed: false, failed: true, skipped: false, stops: ignored ? undefined : problem };
}

/** Makes an unknown result; only in a plan. */
export function unknownTurn(because: string): Recorded {
  const unknown = new Unknown(because);
  return { value: unknown, changed: unknown, failed: unknown, skipped: false, stops: undefined, isOpen: true };
}

/** Returns a module's result with the members that every result has. */
export function shape(result: ItemResult, turn: LoopTurn | undefined): ValueMap {
  const open = result.kind === 'unknown' ? new Unknown(result.because) : undefined;
  return {
    ...result.result,
    changed: open ?? result.kind === 'changed',
    failed: open ?? result.kind === 'failed',
    skipped: false,
    ...(result.kind === 'failed' ? { msg: result.problem.what } : {}),
    ...ofTurn(turn),
  };
}

/** Combines the results of a loop: changed or failed if any item is, skipped if every item is or if there is none. */
export function aggregate(results: readonly Recorded[]): ValueMap {
  const failed = any(results.map((one) => one.failed));
  const skipped = results.every((one) => one.skipped);
  const msg = failed === true ? 'One or more items failed' : skipped ? 'All items skipped' : 'All items completed';
  return {
    results: results.map((one) => one.value),
    changed: any(results.map((one) => one.changed)),
    failed,
    skipped,
    msg,
  };
}

function any(answers: readonly (boolean | Unknown)[]): boolean | Unknown {
  return answers.includes(true) || (answers.find((one) => one instanceof Unknown) ?? false);
}

function ofTurn(turn: LoopTurn | undefined): ValueMap {
  if (turn === undefined) return {};
  const { loop, item, index } = turn;
  const own = { [loop.variable]: item, ansible_loop_var: loop.variable };
  return loop.indexVariable === undefined
    ? own
    : { ...own, [loop.indexVariable]: index, ansible_index_var: loop.indexVariable };
}
