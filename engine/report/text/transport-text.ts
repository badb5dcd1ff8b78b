import type { TransportName } from '../../connection/base/transport.ts';

/** What is said behind an address: the usual way needs no word. */
export function byTransport(transport: TransportName): string {
  return transport === 'openssh' ? ' by openssh' : '';
}
