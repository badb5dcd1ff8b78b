import {
  type KeyObject,
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import type { Identity, Recipient } from 'age-encryption';
import { argument, base64, unwrapFileKey, wrapFileKey } from './age-stanza.ts';
import type { SshPublicKey } from './ssh-public-key.ts';

// Age files for SSH keys: https://c2sp.org/age-ssh.

const ED25519_LABEL = 'age-encryption.org/v1/ssh-ed25519';
const RSA_LABEL = 'age-encryption.org/v1/ssh-rsa';
const RSA = {
  padding: constants.RSA_PKCS1_OAEP_PADDING,
  oaepHash: 'sha256',
  oaepLabel: Buffer.from(RSA_LABEL),
} as const;
const KEY_LENGTH = 32;
/** The bytes before an X25519 key in PKCS #8 and SPKI (RFC 8410). */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');
/** The prime of Curve25519. */
const P = 2n ** 255n - 19n;

/** Encrypts for the owner of an SSH key. */
export async function sshRecipient(key: SshPublicKey): Promise<Recipient> {
  const { Stanza } = await import('age-encryption');
  return {
    wrapFileKey(fileKey) {
      if (key.type === 'ssh-rsa')
        return [new Stanza(['ssh-rsa', key.tag], publicEncrypt({ key: key.key, ...RSA }, fileKey))];
      const ephemeral = randomBytes(KEY_LENGTH);
      const share = publicOf(ephemeral);
      const point = montgomery(key.point);
      const secret = multiplied(tweakOf(key), multiplied(ephemeral, point));
      return [
        new Stanza(['ssh-ed25519', key.tag, base64(share)], wrapFileKey(fileKey, wrappingKey(secret, share, point))),
      ];
    },
  };
}

/**
 * Opens a file that is encrypted for an SSH key. `unlock` returns the private key; it is called only if the file is
 * encrypted for this key.
 */
export function sshIdentity(key: SshPublicKey, unlock: () => Promise<KeyObject>): Identity {
  return {
    async unwrapFileKey(stanzas) {
      for (const stanza of stanzas) {
        if (stanza.args[0] !== key.type || stanza.args[1] !== key.tag) continue;
        const privateKey = await unlock();
        const fileKey =
          key.type === 'ssh-rsa'
            ? rsaFileKey(privateKey, stanza.body)
            : unwrapFileKey(stanza.body, sharedKey(key, privateKey, argument(stanza, 2, KEY_LENGTH)));
        // The tag is short: another key may have the same tag.
        if (fileKey !== null) return fileKey;
      }
      return null;
    },
  };
}

function rsaFileKey(key: KeyObject, body: Uint8Array): Uint8Array | null {
  try {
    return privateDecrypt({ key, ...RSA }, body);
  } catch {
    return null;
  }
}

function sharedKey(key: SshPublicKey & { readonly type: 'ssh-ed25519' }, privateKey: KeyObject, share: Buffer): Buffer {
  const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url');
  const scalar = createHash('sha512').update(seed).digest().subarray(0, KEY_LENGTH);
  const secret = multiplied(tweakOf(key), multiplied(scalar, share));
  return wrappingKey(secret, share, montgomery(key.point));
}

/** Binds the key exchange to this SSH key. */
function tweakOf({ blob }: SshPublicKey): Buffer {
  return Buffer.from(hkdfSync('sha256', Buffer.alloc(0), blob, ED25519_LABEL, KEY_LENGTH));
}

function wrappingKey(secret: Buffer, share: Buffer, point: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.concat([share, point]), ED25519_LABEL, KEY_LENGTH));
}

/** Multiplies a point by a scalar (X25519). Throws Error for a point of small order. */
function multiplied(scalar: Buffer, point: Buffer): Buffer {
  return diffieHellman({
    privateKey: privateKeyOf(scalar),
    publicKey: createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, point]), format: 'der', type: 'spki' }),
  });
}

function publicOf(scalar: Buffer): Buffer {
  const der = createPublicKey(privateKeyOf(scalar)).export({ format: 'der', type: 'spki' });
  return der.subarray(PUBLIC_PREFIX.length);
}

function privateKeyOf(scalar: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, scalar]), format: 'der', type: 'pkcs8' });
}

/** Converts a point of Ed25519 to Curve25519: u = (1 + y) / (1 - y), RFC 7748. The lowest byte comes first. */
function montgomery(point: Buffer): Buffer {
  const bytes = Buffer.from(point).reverse();
  const y = BigInt(`0x${bytes.toString('hex')}`) & (2n ** 255n - 1n);
  const u = ((1n + y) * inverse((((1n - y) % P) + P) % P)) % P;
  return Buffer.from(u.toString(16).padStart(64, '0'), 'hex').reverse();
}

/** Uses Fermat: the inverse of a is a to the power of P - 2. */
function inverse(a: bigint): bigint {
  let result = 1n;
  let base = a;
  for (let exponent = P - 2n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = (result * base) % P;
    base = (base * base) % P;
  }
  return result;
}
