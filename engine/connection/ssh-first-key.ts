import type { Client, ParsedKey } from 'ssh2';
import type { Way } from './ssh-authentication.ts';
import { memberOf } from './ssh-packets.ts';

/** Takes a request while the one before it is still to be answered: it reads one after the other. Of other servers that is not known. */
const TAKES_MORE = /^OpenSSH_/;

/**
 * Logging in with a key takes ssh2 three round trips: it asks for the service, asks whether the server would take the key, and signs. Here it
 * signs without that question, which is there for keys that a person must unlock (RFC 4252, section 7), and the first
 * signature goes out with the request for the service: one round trip. Not for RSA keys, as the server must first say by which digest it wants
 * them to sign, nor for the agent's. To be called once `client` has begun to connect. Where a later ssh2 has other insides, it is ssh2's way.
 */
export function signAtOnce(client: Client, ways: readonly Way[]): void {
  const protocol = memberOf(client, '_protocol');
  const authenticate = memberOf(protocol, 'authPK');
  const askFor = memberOf(protocol, 'service');
  if (typeof protocol !== 'object' || protocol === null || typeof authenticate !== 'function' || typeof askFor !== 'function') return;
  const [first] = ways;
  let early: unknown;
  const sign = (user: unknown, key: ParsedKey): boolean => {
    let signed = false;
    Reflect.apply(authenticate, protocol, [
      user,
      key,
      undefined,
      (data: Buffer, send: (signature: Buffer) => void) => {
        const signature: unknown = key.sign(data);
        if (!Buffer.isBuffer(signature)) return;
        signed = true;
        send(signature);
      },
    ]);
    return signed;
  };
  Reflect.set(protocol, 'service', (name: unknown): void => {
    Reflect.apply(askFor, protocol, [name]);
    const server = memberOf(client, '_remoteVer');
    if (name !== 'ssh-userauth' || typeof server !== 'string' || !TAKES_MORE.test(server) || first?.method.type !== 'publickey') return;
    const { key, username } = first.method;
    if (canSign(key) && sign(username, key)) early = key;
  });
  Reflect.set(protocol, 'authPK', (...given: readonly unknown[]): void => {
    const [user, key, , signing] = given;
    // What ssh2 is about to say has been said.
    if (early !== undefined && key === early) early = undefined;
    else if (signing !== undefined || !canSign(key) || !sign(user, key)) Reflect.apply(authenticate, protocol, given);
  });
}

function canSign(key: unknown): key is ParsedKey {
  const type = memberOf(key, 'type');
  const isPrivate = memberOf(key, 'isPrivateKey');
  if (typeof type !== 'string' || typeof isPrivate !== 'function') return false;
  return (type === 'ssh-ed25519' || type.startsWith('ecdsa-sha2-')) && Reflect.apply(isPrivate, key, []) === true;
}
