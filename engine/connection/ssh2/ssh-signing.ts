import type { ParsedKey } from 'ssh2';
import { isParsedKey, type Protocol } from './ssh2-internals.ts';
import { TOOK, type Took } from './ssh2-patches.ts';

/**
 * ssh2 first asks whether the server would take a key, and signs when it knows. The question is there for keys that a
 * person must unlock (RFC 4252, section 7); here it is left out, which saves a round trip. Not for RSA keys, where ssh2
 * finds out in this way by which digest the server wants them to sign, nor for the agent's. To be called once the
 * client has begun to connect.
 *
 * The signature does not go out with the request for the service, although it might: the server's two answers would be
 * two small segments, and sshd has Nagle's delay on until a session begins, so that the second one waits for our
 * delayed acknowledgement. 40 ms, measured.
 */
export function signUnasked(protocol: Protocol): Took {
  const say = protocol.authPK.bind(protocol);
  protocol.authPK = (user, key, algorithm, signing) => {
    if (signing !== undefined || !isParsedKey(key) || !canSign(key)) return say(user, key, algorithm, signing);
    return say(user, key, algorithm, (data: Buffer, send: (signature: Buffer) => void) => {
      const signature: unknown = key.sign(data);
      if (Buffer.isBuffer(signature)) send(signature);
      // ssh2 knows what to tell of it.
      else say(user, key, algorithm);
    });
  };
  return TOOK;
}

/** The agent's keys are ones that cannot sign by themselves. */
function canSign(key: ParsedKey): boolean {
  return (key.type === 'ssh-ed25519' || key.type.startsWith('ecdsa-sha2-')) && key.isPrivateKey();
}
