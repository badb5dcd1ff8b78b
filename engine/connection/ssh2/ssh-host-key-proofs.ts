import type { Protocol } from './ssh2-internals.ts';
import { TOOK, type Took } from './ssh2-patches.ts';

/**
 * The message by which OpenSSH announces all its host keys after a login (PROTOCOL, section 2.5). It wants no reply.
 */
const TELLS_HOST_KEYS = 'hostkeys-00@openssh.com';

/** RFC 4253, section 11.2: a message that every side ignores; here without content. */
const IGNORE = Buffer.from([2, 0, 0, 0, 0]);

/**
 * Stops ssh2 from asking the server to prove each announced host key: a signature with every key, RSA included, and
 * their verification here, in the middle of the first script. runbook does not use further keys. An empty message is
 * sent instead: sshd has Nagle's delay on until a session begins, so its next message would wait for our delayed
 * acknowledgement, 40 ms. To be called after the client has begun to connect.
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
