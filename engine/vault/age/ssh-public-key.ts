import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { base64 } from './age-stanza.ts';

/** An SSH public key for which files can be encrypted. */
export type SshPublicKey = {
  /** The key in the wire format of SSH. */
  readonly blob: Buffer;
  /** Names the key in a stanza: the first 4 bytes of its SHA-256, in base64. */
  readonly tag: string;
} & ({ readonly type: 'ssh-ed25519'; readonly point: Buffer } | { readonly type: 'ssh-rsa'; readonly key: KeyObject });

/** A shorter key does not protect. This is also the limit of age. */
const MIN_RSA_BITS = 2048;
const ED25519_LENGTH = 32;

/** Parses a line of authorized_keys or of a NAME.pub file. Throws Error with the reason if the key cannot be used. */
export function parseSshPublicKey(line: string): SshPublicKey {
  const [type = '', encoded = ''] = line.trim().split(/\s+/);
  if (type !== 'ssh-ed25519' && type !== 'ssh-rsa')
    throw new Error(`nothing can be encrypted for keys of the type ${type}`);
  const key = sshPublicKey(Buffer.from(encoded, 'base64'));
  if (key.type !== type) throw new Error(`it holds a key of the type ${key.type}`);
  return key;
}

/** Parses a key in the wire format of SSH. Throws Error with the reason if the key cannot be used. */
export function sshPublicKey(blob: Buffer): SshPublicKey {
  const [name, first, second, ...more] = fields(blob);
  const type = name?.toString('latin1') ?? '';
  const tag = base64(createHash('sha256').update(blob).digest().subarray(0, 4));
  if (first === undefined || more.length > 0) throw new Error('it is damaged');
  if (type === 'ssh-ed25519') {
    if (first.length !== ED25519_LENGTH || second !== undefined) throw new Error('it is damaged');
    return { type, blob, tag, point: first };
  }
  if (type !== 'ssh-rsa') throw new Error(`nothing can be encrypted for keys of the type ${type}`);
  if (second === undefined) throw new Error('it is damaged');
  const key = createPublicKey({
    key: { kty: 'RSA', e: first.toString('base64url'), n: second.toString('base64url') },
    format: 'jwk',
  });
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MIN_RSA_BITS) throw new Error(`it has ${bits} bits, and ${MIN_RSA_BITS} are the least`);
  return { type, blob, tag, key };
}

/** Splits the wire format into its fields. Each field has a length before it. Throws Error if a field is cut off. */
function fields(blob: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < blob.length;) {
    const length = at + 4 <= blob.length ? blob.readUInt32BE(at) : Number.POSITIVE_INFINITY;
    const end = at + 4 + length;
    if (end > blob.length) throw new Error('it is damaged');
    found.push(blob.subarray(at + 4, end));
    at = end;
  }
  return found;
}

/** Returns the public key line, without a comment. */
export function sshPublicLine({ type, blob }: SshPublicKey): string {
  return `${type} ${blob.toString('base64')}`;
}
