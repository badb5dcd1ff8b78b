import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import type { ConnectionPatches } from '../ssh2/ssh2-patches.ts';

/** A client that is logged in, its socket, and the result of its patches. */
export interface OpenClient {
  readonly client: Client;
  readonly socket: Duplex;
  readonly patches: ConnectionPatches;
}
