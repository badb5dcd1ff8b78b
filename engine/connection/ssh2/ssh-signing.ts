import type { Client, ParsedKey } from 'ssh2';
import { memberOf } from './ssh-packets.ts';

/**
 * ssh2 first asks whether the server would take a key, and signs when it knows. The question is there for keys that a person must unlock
 * (RFC 4252, section 7); here it is left out, which saves a round trip. Not for RSA keys, where ssh2 finds out in this way by which
 * digest the server wants them to sign, nor for the agent's. To be called once `client` has begun to connect.
 * Where a later ssh2 has other insides, it asks as before.
 *
 * The signature does not go out with the request for the service, although it might: the server's two answers would be two small segments,
 * and sshd has Nagle's delay on until a session begins, so that the second one waits for our delayed acknowledgement. 40 ms, measured.
 */
export function signUnasked(client: Client): void {
  const protocol = memberOf(client, '_protocol');
  const authenticate = memberOf(protocol, 'authPK');
  if (typeof protocol !== 'object' || protocol === null || typeof authenticate !== 'function') return;
  const say = (...given: readonly unknown[]): unknown => Reflect.apply(authenticate, protocol, given);
  Reflect.set(protocol, 'authPK', (user: unknown, key: unknown, algorithm: unknown, signing: unknown): void => {
    if (signing !== undefined || !canSign(key)) return void say(user, key, algorithm, signing);
    say(user, key, algorithm, (data: Buffer, send: (signature: Buffer) => void) => {
      const signature: unknown = key.sign(data);
      if (Buffer.isBuffer(signature)) send(signature);
      // ssh2 knows what to tell of it.
      else say(user, key, algorithm);
    });
  });
}

function canSign(key: unknown): key is ParsedKey {
  const type = memberOf(key, 'type');
  const isPrivate = memberOf(key, 'isPrivateKey');
  if (typeof type !== 'string' || typeof isPrivate !== 'function') return false;
  return (type === 'ssh-ed25519' || type.startsWith('ecdsa-sha2-')) && Reflect.apply(isPrivate, key, []) === true;
}
