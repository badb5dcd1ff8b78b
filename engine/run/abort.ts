import type { AbortCause, Batch } from './context.ts';
import type { HostState } from './host-state.ts';
import { HostStops } from './signals.ts';

/**
 * Ends the play for all hosts of the batch because of what happened on `host`. In lock-step the others still do what lies before the
 * place where that host stands, and the step there: which hosts have done a step does not depend on which of them is quicker.
 */
export function abort(batch: Batch, cause: AbortCause, host: HostState): void {
  const upTo = batch.barrier?.placeOf(host.name) ?? Number.NEGATIVE_INFINITY;
  if (batch.aborted === undefined || upTo < batch.aborted.upTo) batch.aborted = { ...cause, upTo };
}

/** Ends the play for all hosts of the batch, wherever they are. */
export function abortAtOnce(batch: Batch, cause: AbortCause): void {
  batch.aborted = { ...cause, upTo: Number.NEGATIVE_INFINITY };
}

/** Throws HostStops where the play has ended for hosts that are about to do the step at `at`. */
export function stopIfAborted(batch: Batch, at: number): void {
  if (batch.aborted !== undefined && at > batch.aborted.upTo) throw new HostStops('aborted');
}
