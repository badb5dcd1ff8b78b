import type { Client } from 'ssh2';
import { memberOf } from './ssh-packets.ts';

/** By which OpenSSH tells all its host keys as soon as somebody has logged in (PROTOCOL, section 2.5). It wants no reply. */
const TELLS_HOST_KEYS = 'hostkeys-00@openssh.com';

/**
 * ssh2 has the server prove each host key that it tells of: a signature with every one of them, RSA among them, and their checks here, in the
 * middle of the first script. Nobody here asks for further keys. To be called once `client` has begun to connect; where a later ssh2
 * has other insides, the keys are proved.
 */
export function leaveHostKeysUnproved(client: Client): void {
  const handlers = memberOf(memberOf(client, '_protocol'), '_handlers');
  const handle = memberOf(handlers, 'GLOBAL_REQUEST');
  if (typeof handlers !== 'object' || handlers === null || typeof handle !== 'function') return;
  Reflect.set(handlers, 'GLOBAL_REQUEST', (...given: readonly unknown[]): unknown => {
    const [, name, wantsReply] = given;
    return name === TELLS_HOST_KEYS && wantsReply !== true ? undefined : Reflect.apply(handle, handlers, given);
  });
}
