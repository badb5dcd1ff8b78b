import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { Problem } from '../errors/problem.ts';

/**
 * The kind of a new key. Ed25519 is missing: kube-apiserver signs tokens only with RSA and ECDSA, and many TLS 1.2
 * clients do not know Ed25519.
 */
export type KeyAlgorithm = RsaAlgorithm | EcdsaAlgorithm;

export interface RsaAlgorithm {
  readonly type: 'rsa';
  /** Bits of the modulus. */
  readonly size: 2048 | 3072 | 4096;
}

export interface EcdsaAlgorithm {
  readonly type: 'ecdsa';
  /** Bits of the curve: P-256 or P-384. */
  readonly size: 256 | 384;
}

/** The wanted kind of key: one algorithm; a type of any size; or any existing key that can be used. */
export type KeyWish = KeyAlgorithm | KeyAlgorithm['type'] | 'any';

const CURVES: Readonly<Record<EcdsaAlgorithm['size'], string>> = { 256: 'prime256v1', 384: 'secp384r1' };

/**
 * Returns the algorithm of a new key: ECDSA P-256, or RSA 3072, which has the same strength (NIST SP 800-57, table 2),
 * unless the wish names an algorithm.
 */
export function newKeyFor(wish: KeyWish): KeyAlgorithm {
  if (typeof wish === 'object') return wish;
  return wish === 'rsa' ? { type: 'rsa', size: 3072 } : { type: 'ecdsa', size: 256 };
}

/** Returns a text such as `RSA 3072` or `ECDSA P-256`. */
export function describeAlgorithm({ type, size }: KeyAlgorithm): string {
  return type === 'rsa' ? `RSA ${size}` : `ECDSA P-${size}`;
}

/** The form of a private key. Every Kubernetes reads PKCS#1; some other programs need PKCS#8. */
export type PrivateKeyEncoding = 'pkcs1' | 'pkcs8';

/** A key pair as PEM texts, such as the pair that signs the tokens of service accounts. */
export interface KeyPair {
  readonly privateKeyPem: string;
  /** SubjectPublicKeyInfo, `BEGIN PUBLIC KEY`. */
  readonly publicKeyPem: string;
}

const generate = promisify(generateKeyPair);

/** Creates a key pair. OpenSSL takes the random bytes from the operating system. */
export async function createKeyPair(wish: KeyWish = 'any', encoding: PrivateKeyEncoding = 'pkcs1'): Promise<KeyPair> {
  const { type, size } = newKeyFor(wish);
  const { privateKey } =
    type === 'rsa'
      ? await generate('rsa', { modulusLength: size })
      : await generate('ec', { namedCurve: CURVES[size] });
  return keyPairOf(privateKey, encoding);
}

/** Returns the pair of a private key in any PEM form. Throws Problem `unreadable-private-key`. */
export function keyPairFrom(privateKeyPem: string, encoding: PrivateKeyEncoding = 'pkcs1'): KeyPair {
  return keyPairOf(readPrivateKey(privateKeyPem), encoding);
}

/**
 * Returns sentences that say why a private key must be created again; none if the key is in order. `undefined` means
 * that the file does not exist.
 */
export function needsPrivateKey(wanted: KeyWish, privateKeyPem: string | undefined): readonly string[] {
  if (privateKeyPem === undefined) return ['There is no private key.'];
  const privateKey = tryRead(() => readPrivateKey(privateKeyPem));
  return privateKey === undefined ? ['The private key cannot be read.'] : whyOtherAlgorithm(privateKey, wanted);
}

/**
 * Returns sentences that say why the public key file must be written again from `keyPairFrom`; none if it is in order.
 * Throws Problem if the private key cannot be read: call `needsPrivateKey` first.
 */
export function needsPublicKey(privateKeyPem: string, publicKeyPem: string | undefined): readonly string[] {
  const privateKey = readPrivateKey(privateKeyPem);
  if (publicKeyPem === undefined) return ['There is no public key.'];
  const publicKey = tryRead(() => readPublicKey(publicKeyPem));
  if (publicKey === undefined) return ['The public key cannot be read.'];
  return createPublicKey(privateKey).equals(publicKey) ? [] : ['The public key is not that of the private key.'];
}

/** Returns sentences that say how a key differs from the wish; none if it fits. */
export function whyOtherAlgorithm(key: KeyObject, wanted: KeyWish): readonly string[] {
  const found = describeKey(key);
  if (typeof wanted === 'object') {
    const expected = describeAlgorithm(wanted);
    return found === expected ? [] : [`The key is ${found}, should be ${expected}.`];
  }
  if (!isUsable(key)) return [`The key is ${found}, should be RSA of 2048 bits or more, or ECDSA P-256 or P-384.`];
  const type = key.asymmetricKeyType === 'rsa' ? 'rsa' : 'ecdsa';
  return wanted === 'any' || wanted === type ? [] : [`The key is ${found}, should be ${wanted.toUpperCase()}.`];
}

/** True if certificates can be made with the key and today's TLS programs accept them. */
function isUsable(key: KeyObject): boolean {
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') return modulusLength >= 2048;
  return key.asymmetricKeyType === 'ec' && Object.values(CURVES).includes(namedCurve);
}

/** Throws Problem `key-differs` if an existing key does not have the requested algorithm. */
export function requireAlgorithm(key: KeyObject, wanted: KeyWish): void {
  const reasons = whyOtherAlgorithm(key, wanted);
  if (reasons.length === 0) return;
  throw new Problem({
    code: 'key-differs',
    what: 'The existing private key is not of the requested type.',
    why: reasons.join('\n'),
    remedy: 'Ask for the algorithm and size that the key has, or let a new key be made.',
  });
}

/** Returns `RSA 2048`, `ECDSA P-256` or `ED25519`; for other curves OpenSSL's name, such as `EC secp521r1`. */
export function describeKey(key: KeyObject): string {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (namedCurve === CURVES[256]) return 'ECDSA P-256';
  if (namedCurve === CURVES[384]) return 'ECDSA P-384';
  const type = (key.asymmetricKeyType ?? 'unknown').toUpperCase();
  const size = modulusLength ?? namedCurve;
  return size === undefined ? type : `${type} ${size}`;
}

/** Reads a private key. Throws Problem `unreadable-private-key`, which contains nothing of the key. */
export function readPrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new Problem({
      code: 'unreadable-private-key',
      what: 'A private key cannot be read.',
      why: /ENCRYPTED/.test(pem) ? 'It is locked with a passphrase.' : 'It is not a private key in PEM form.',
      remedy: 'Give a private key in PEM form (PKCS#1 or PKCS#8) without a passphrase.',
      cause: error,
    });
  }
}

/** Reads a public key. Throws Problem `unreadable-public-key`. */
function readPublicKey(pem: string): KeyObject {
  // createPublicKey also accepts a private key. That would hide a secret in a file that everybody may read.
  try {
    if (/PRIVATE KEY/.test(pem)) throw new Error('a private key stands where a public one should');
    return createPublicKey(pem);
  } catch (error) {
    throw new Problem({
      code: 'unreadable-public-key',
      what: 'A public key cannot be read.',
      why: error instanceof Error ? error.message : undefined,
      remedy: 'Give a public key in PEM form (BEGIN PUBLIC KEY).',
      cause: error,
    });
  }
}

function keyPairOf(privateKey: KeyObject, encoding: PrivateKeyEncoding): KeyPair {
  // PKCS#1 is only for RSA; an existing key of another type is written as PKCS#8.
  const type = privateKey.asymmetricKeyType === 'rsa' ? encoding : 'pkcs8';
  return {
    privateKeyPem: privateKey.export({ type, format: 'pem' }).toString(),
    publicKeyPem: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
  };
}

function tryRead(read: () => KeyObject): KeyObject | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
