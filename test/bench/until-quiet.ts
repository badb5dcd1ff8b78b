import { setTimeout as sleep } from 'node:timers/promises';
import type { OpensshServer } from '../ssh/openssh-server.ts';

const LOOK_MS = 20;
/** This many looks in a row must find the same number of sessions: Ansible keeps its connections for a minute. */
const LOOKS = 10;

/** Waits until the hosts have ended the previous run: a program may end before the servers have ended its sessions. */
export async function untilQuiet(server: OpensshServer): Promise<void> {
  let before = await server.sessions();
  for (let same = 0; before > 0 && same < LOOKS;) {
    await sleep(LOOK_MS);
    const now = await server.sessions();
    same = now === before ? same + 1 : 0;
    before = now;
  }
}
