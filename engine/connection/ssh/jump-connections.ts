import type { OpenClient } from './open-client.ts';

/** A jump host's connection, shared by all the hosts behind it. */
export interface SharedJump {
  readonly open: Promise<OpenClient>;
  users: number;
}
