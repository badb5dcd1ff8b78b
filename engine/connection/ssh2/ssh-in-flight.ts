import type { ClientChannel } from 'ssh2';
import { sendingChannel } from './ssh2-internals.ts';
import { OTHER_INSIDES, TOOK, type Took } from './ssh2-patches.ts';

/** Speed of a link of 1 Gbit/s. Bytes per millisecond. */
const PACE = 125_000;
/** Minimal number of bytes. */
const LEAST = 512 * 1024;

/** Returns how many bytes may be unacknowledged, so that a link of 1 Gbit/s is never idle. */
export function bytesInFlight(roundTripMs: number): number {
  return Math.max(LEAST, Math.ceil(roundTripMs * PACE));
}

/**
 * Limits the unacknowledged bytes of a channel to the number that the distance needs. OpenSSH accepts 2 MiB per channel
 * before anybody has read any of it, and storing them keeps it busy: receiving three files of 100 MB took 1.09 s of its
 * processor time, and 0.78 s with 512 KiB at a time.
 */
export function boundInFlight(channel: ClientChannel, roundTripMs: number): Took {
  const sending = sendingChannel(channel);
  if (sending === undefined) return OTHER_INSIDES;
  sending.outgoing.window = Math.min(sending.outgoing.window, bytesInFlight(roundTripMs));
  return TOOK;
}
