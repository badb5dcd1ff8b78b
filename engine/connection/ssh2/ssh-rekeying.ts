import type { Client } from 'ssh2';
import { memberOf } from './ssh-packets.ts';

/** What ssh2 1.17 keeps of an exchange of keys. */
interface Protocol {
  /** Its own proposal. While there is one, packets wait for the new keys. */
  _kexinit: unknown;
  _onHandshakeComplete(...negotiated: readonly unknown[]): void;
}

/**
 * A server may want new keys in the middle of a connection: hardened ones do after some hundred megabytes or an hour (`RekeyLimit`).
 * ssh2 lets packets go on their way as soon as it knows the new keys, but has them only when the server says so too. What is written
 * in between goes out as no packet at all, and the server hangs up. Here packets wait until the new keys are in use.
 */
export function waitForNewKeys(client: Client): void {
  client.once('handshake', () => {
    const protocol = memberOf(client, '_protocol');
    if (!isProtocol(protocol)) return;
    let proposal = protocol._kexinit;
    Object.defineProperty(protocol, '_kexinit', {
      get: () => proposal,
      set: (next: unknown) => {
        proposal = next ?? proposal;
      },
    });
    const complete = protocol._onHandshakeComplete.bind(protocol);
    protocol._onHandshakeComplete = (...negotiated) => {
      proposal = undefined;
      complete(...negotiated);
    };
  });
}

function isProtocol(value: unknown): value is Protocol {
  return (
    typeof value === 'object' && value !== null && '_kexinit' in value && typeof memberOf(value, '_onHandshakeComplete') === 'function'
  );
}
