import { createPrivateKey, createPublicKey } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type KeyPair,
  type KeyWish,
  createKeyPair,
  describeKey,
  keyPairFrom,
  needsPrivateKey,
  needsPublicKey,
} from '../../engine/pki/key-pair.ts';
import { openssl } from './openssl.ts';

const rsa2048 = { type: 'rsa', size: 2048 } as const;
let pair: KeyPair;
let other: KeyPair;
beforeAll(async () => {
  [pair, other] = await Promise.all([createKeyPair(rsa2048), createKeyPair(rsa2048, 'pkcs8')]);
});

describe('a key pair', () => {
  it('is written in the encoding that is asked, and openssl finds the same public key', () => {
    expect(pair.privateKeyPem).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/);
    expect(other.privateKeyPem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(pair.publicKeyPem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    for (const { privateKeyPem, publicKeyPem } of [pair, other]) {
      expect(openssl(['pkey', '-in', '{key}', '-pubout'], { key: privateKeyPem })).toBe(publicKeyPem);
    }
  });

  it('is the same pair in either encoding', () => {
    expect(keyPairFrom(keyPairFrom(pair.privateKeyPem, 'pkcs8').privateKeyPem)).toEqual(pair);
  });

  it('matches itself and no other', () => {
    const ofPrivateKey = createPublicKey(pair.privateKeyPem);
    expect(ofPrivateKey.equals(createPublicKey(pair.publicKeyPem))).toBe(true);
    expect(ofPrivateKey.equals(createPublicKey(other.publicKeyPem))).toBe(false);
  });

  it('never shows a key that cannot be read', () => {
    const broken = pair.privateKeyPem.replace('M', '!');
    expect(() => keyPairFrom(broken)).toThrow(
      expect.objectContaining({ code: 'unreadable-private-key', why: expect.not.stringContaining('MII') }),
    );
  });
});

describe('needsPrivateKey', () => {
  it('finds nothing wrong with the key that is wanted', () => {
    expect(needsPrivateKey(rsa2048, pair.privateKeyPem)).toEqual([]);
  });

  it('says why', () => {
    const locked = createPrivateKey(pair.privateKeyPem)
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
      .toString();
    expect(needsPrivateKey(rsa2048, undefined)).toEqual(['There is no private key.']);
    expect(needsPrivateKey(rsa2048, '')).toEqual(['The private key cannot be read.']);
    expect(needsPrivateKey(rsa2048, locked)).toEqual(['The private key cannot be read.']);
    expect(needsPrivateKey({ type: 'rsa', size: 4096 }, pair.privateKeyPem)).toEqual([
      'The key is RSA 2048, should be RSA 4096.',
    ]);
  });
});

describe('what a wish takes', () => {
  const ELLIPTIC = (curve: string): string => openssl(['ecparam', '-name', curve, '-genkey', '-noout']);
  const UNFIT = 'should be RSA of 2048 bits or more, or ECDSA P-256 or P-384.';
  const cases: readonly (readonly [KeyWish, string, () => string, string | undefined])[] = [
    ['any', 'RSA 2048', () => pair.privateKeyPem, undefined],
    ['any', 'P-256', () => ELLIPTIC('prime256v1'), undefined],
    ['any', 'P-384', () => ELLIPTIC('secp384r1'), undefined],
    ['any', 'RSA 1024', () => openssl(['genrsa', '1024']), `The key is RSA 1024, ${UNFIT}`],
    ['any', 'P-521', () => ELLIPTIC('secp521r1'), `The key is EC secp521r1, ${UNFIT}`],
    ['any', 'Ed25519', () => openssl(['genpkey', '-algorithm', 'ed25519']), `The key is ED25519, ${UNFIT}`],
    ['rsa', 'RSA 2048', () => pair.privateKeyPem, undefined],
    ['rsa', 'P-256', () => ELLIPTIC('prime256v1'), 'The key is ECDSA P-256, should be RSA.'],
    ['ecdsa', 'P-384', () => ELLIPTIC('secp384r1'), undefined],
    ['ecdsa', 'RSA 2048', () => pair.privateKeyPem, 'The key is RSA 2048, should be ECDSA.'],
    [rsa2048, 'P-256', () => ELLIPTIC('prime256v1'), 'The key is ECDSA P-256, should be RSA 2048.'],
    [
      { type: 'ecdsa', size: 384 },
      'P-256',
      () => ELLIPTIC('prime256v1'),
      'The key is ECDSA P-256, should be ECDSA P-384.',
    ],
  ];
  it.each(cases)('%j, of a key of %s', (wish, _, key, why) => {
    expect(needsPrivateKey(wish, key())).toEqual(why === undefined ? [] : [why]);
  });

  it.each([
    ['any', 'ECDSA P-256'],
    ['ecdsa', 'ECDSA P-256'],
    ['rsa', 'RSA 3072'],
    [{ type: 'ecdsa', size: 384 } as const, 'ECDSA P-384'],
  ] as const)('%j makes a key that fits it: %s', async (wish, made) => {
    const { privateKeyPem } = await createKeyPair(wish);
    expect(describeKey(createPrivateKey(privateKeyPem))).toBe(made);
    expect(needsPrivateKey(wish, privateKeyPem)).toEqual([]);
  });
});

describe('needsPublicKey', () => {
  it('says why', () => {
    expect(needsPublicKey(pair.privateKeyPem, pair.publicKeyPem)).toEqual([]);
    expect(needsPublicKey(pair.privateKeyPem, undefined)).toEqual(['There is no public key.']);
    expect(needsPublicKey(pair.privateKeyPem, 'x')).toEqual(['The public key cannot be read.']);
    expect(needsPublicKey(pair.privateKeyPem, pair.privateKeyPem)).toEqual(['The public key cannot be read.']);
    expect(needsPublicKey(pair.privateKeyPem, other.publicKeyPem)).toEqual([
      'The public key is not that of the private key.',
    ]);
  });
});
