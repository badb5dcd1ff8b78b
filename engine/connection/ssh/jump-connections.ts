import type { OpenClient } from './open-client.ts';

/** The connection to a jump host. All hosts behind it share it. */
export interface SharedJump {
  readonly open: Promise<OpenClient>;
  users: number;
}
