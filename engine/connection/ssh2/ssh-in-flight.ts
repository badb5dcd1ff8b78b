import type { ClientChannel } from 'ssh2';
import { memberOf } from './ssh-packets.ts';

/** What a link of 1 Gbit/s takes. Bytes a millisecond. */
const PACE = 125_000;
/** Bytes. */
const LEAST = 512 * 1024;

/** How many bytes may be on their way to a host at once, unacknowledged, so that a link of 1 Gbit/s is never idle. */
export function bytesInFlight(roundTripMs: number): number {
  return Math.max(LEAST, Math.ceil(roundTripMs * PACE));
}

/**
 * OpenSSH takes 2 MiB a channel before anybody has read any of it, and is busy holding that: to receive three files of 100 MB took 1.09 s
 * of its processor time, 0.78 s with 512 KiB at a time. So no more is sent ahead than the distance needs. Where a later ssh2 keeps what
 * it may send elsewhere, nothing happens.
 */
export function boundInFlight(channel: ClientChannel, roundTripMs: number): void {
  const outgoing = memberOf(channel, 'outgoing');
  const window = memberOf(outgoing, 'window');
  if (typeof outgoing !== 'object' || outgoing === null || typeof window !== 'number') return;
  Reflect.set(outgoing, 'window', Math.min(window, bytesInFlight(roundTripMs)));
}
