import type { HostState } from '../host/host-state.ts';
import type { AbortCause, Batch } from './context.ts';

/**
 * Ends the play for all hosts of the batch because of `host`. In lock-step, the others still run all steps up to and
 * including the step of that host: which steps a host runs must not depend on its speed.
 */
export function abort(batch: Batch, cause: AbortCause, host: HostState): void {
  const upTo = batch.barrier?.placeOf(host.name) ?? Number.NEGATIVE_INFINITY;
  const sparesAlways = cause.kind === 'fatal' && batch.aborted?.sparesAlways !== false;
  if (batch.aborted === undefined || upTo < batch.aborted.upTo) batch.aborted = { ...cause, upTo, sparesAlways };
  else if (!sparesAlways) batch.aborted = { ...batch.aborted, sparesAlways };
}

/** Ends the play for all hosts of the batch, at whatever step they are. */
export function abortAtOnce(batch: Batch, cause: AbortCause): void {
  batch.aborted = { ...cause, upTo: Number.NEGATIVE_INFINITY, sparesAlways: false };
}
