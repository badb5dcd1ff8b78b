import type { HostState } from '../host/host-state.ts';
import type { AbortCause, Batch } from './context.ts';

/**
 * Ends the play for all hosts of the batch because of what happened on `host`. In lock-step the others still do what
 * lies before the place where that host stands, and the step there: which hosts have done a step does not depend on
 * which of them is quicker.
 */
export function abort(batch: Batch, cause: AbortCause, host: HostState): void {
  const upTo = batch.barrier?.placeOf(host.name) ?? Number.NEGATIVE_INFINITY;
  const sparesAlways = cause.kind === 'fatal' && batch.aborted?.sparesAlways !== false;
  if (batch.aborted === undefined || upTo < batch.aborted.upTo) batch.aborted = { ...cause, upTo, sparesAlways };
  else if (!sparesAlways) batch.aborted = { ...batch.aborted, sparesAlways };
}

/** Ends the play for all hosts of the batch, wherever they are. */
export function abortAtOnce(batch: Batch, cause: AbortCause): void {
  batch.aborted = { ...cause, upTo: Number.NEGATIVE_INFINITY, sparesAlways: false };
}
