import type { Protocol } from './ssh2-internals.ts';
import { TOOK, type Took } from './ssh2-patches.ts';

/**
 * By which OpenSSH tells all its host keys as soon as somebody has logged in (PROTOCOL, section 2.5). It wants no
 * reply.
 */
const TELLS_HOST_KEYS = 'hostkeys-00@openssh.com';

/** RFC 4253, section 11.2: an empty message that every side passes over. */
const IGNORE = Buffer.from([2, 0, 0, 0, 0]);

/**
 * ssh2 has the server prove each host key that it tells of: a signature with every one of them, RSA among them, and
 * their checks here, in the middle of the first script. Nobody here asks for further keys. Something is said all the
 * same: sshd has Nagle's delay on until a session begins, so what it says next would wait for our delayed
 * acknowledgement, 40 ms. To be called once the client has begun to connect.
 */
export function leaveHostKeysUnproved(protocol: Protocol): Took {
  const handle = protocol._handlers.GLOBAL_REQUEST.bind(protocol._handlers);
  protocol._handlers.GLOBAL_REQUEST = (...given) => {
    const [, name, wantsReply] = given;
    if (name !== TELLS_HOST_KEYS || wantsReply === true || protocol._kexinit !== undefined) return handle(...given);
    const { write } = protocol._packetRW;
    const packet = write.alloc(IGNORE.length);
    packet.set(IGNORE, write.allocStart);
    protocol._cipher.encrypt(write.finalize(packet));
    return undefined;
  };
  return TOOK;
}
