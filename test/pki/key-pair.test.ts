import { createPrivateKey } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createKeyPair, type KeyPair, keyPairFrom, keysMatch, needsPrivateKey, needsPublicKey } from '../../engine/pki/key-pair.ts';
import { openssl } from './openssl.ts';

const rsa2048 = { type: 'rsa', size: 2048 } as const;
let pair: KeyPair;
let other: KeyPair;
beforeAll(async () => {
  [pair, other] = await Promise.all([createKeyPair(), createKeyPair(rsa2048, 'pkcs8')]);
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
    expect(keysMatch(pair.privateKeyPem, pair.publicKeyPem)).toBe(true);
    expect(keysMatch(pair.privateKeyPem, other.publicKeyPem)).toBe(false);
  });

  it('never shows a key that cannot be read', () => {
    const broken = pair.privateKeyPem.replace('M', '!');
    expect(() => keysMatch(broken, pair.publicKeyPem)).toThrow(
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
    const elliptic = openssl(['ecparam', '-name', 'prime256v1', '-genkey', '-noout']);
    expect(needsPrivateKey(rsa2048, undefined)).toEqual(['There is no private key.']);
    expect(needsPrivateKey(rsa2048, '')).toEqual(['The private key cannot be read.']);
    expect(needsPrivateKey(rsa2048, locked)).toEqual(['The private key cannot be read.']);
    expect(needsPrivateKey(rsa2048, elliptic)).toEqual(['The key is EC prime256v1, wanted is RSA 2048.']);
    expect(needsPrivateKey({ type: 'rsa', size: 4096 }, pair.privateKeyPem)).toEqual(['The key is RSA 2048, wanted is RSA 4096.']);
  });
});

describe('needsPublicKey', () => {
  it('says why', () => {
    expect(needsPublicKey(pair.privateKeyPem, pair.publicKeyPem)).toEqual([]);
    expect(needsPublicKey(pair.privateKeyPem, undefined)).toEqual(['There is no public key.']);
    expect(needsPublicKey(pair.privateKeyPem, 'x')).toEqual(['The public key cannot be read.']);
    expect(needsPublicKey(pair.privateKeyPem, pair.privateKeyPem)).toEqual(['The public key cannot be read.']);
    expect(needsPublicKey(pair.privateKeyPem, other.publicKeyPem)).toEqual(['The public key is not that of the private key.']);
  });
});
