import type { ClientChannel } from 'ssh2';
import { sendingChannel } from './ssh2-internals.ts';
import { OTHER_INSIDES, TOOK, type Took } from './ssh2-patches.ts';

/** What a link of 1 Gbit/s takes. Bytes a millisecond. */
const PACE = 125_000;
/** Bytes. */
const LEAST = 512 * 1024;

/** How many bytes may be on their way to a host at once, unacknowledged, so that a link of 1 Gbit/s is never idle. */
export function bytesInFlight(roundTripMs: number): number {
  return Math.max(LEAST, Math.ceil(roundTripMs * PACE));
}

/**
 * OpenSSH takes 2 MiB a channel before anybody has read any of it, and is busy holding that: to receive three files of
 * 100 MB took 1.09 s of its processor time, 0.78 s with 512 KiB at a time. So no more is sent ahead than the distance
 * needs.
 */
export function boundInFlight(channel: ClientChannel, roundTripMs: number): Took {
  const sending = sendingChannel(channel);
  if (sending === undefined) return OTHER_INSIDES;
  sending.outgoing.window = Math.min(sending.outgoing.window, bytesInFlight(roundTripMs));
  return TOOK;
}
