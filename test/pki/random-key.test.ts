import { describe, expect, it } from 'vitest';
import { createBootstrapToken, createEncryptionKey } from '../../engine/pki/random-key.ts';

describe('createEncryptionKey', () => {
  it('is 32 bytes in base64, and another one each time', () => {
    expect(Buffer.from(createEncryptionKey(), 'base64')).toHaveLength(32);
    expect(createEncryptionKey()).not.toBe(createEncryptionKey());
    expect(createEncryptionKey((size) => new Uint8Array(size).fill(255))).toBe(
      '//////////////////////////////////////////8=',
    );
  });
});

describe('createBootstrapToken', () => {
  it('has the form that Kubernetes demands', () => {
    for (let round = 0; round < 100; round += 1) expect(createBootstrapToken()).toMatch(/^[a-z0-9]{6}\.[a-z0-9]{16}$/);
  });

  it('drops the bytes that would make some letters likelier', () => {
    let next = 250;
    const counting = (size: number): Uint8Array => Uint8Array.from({ length: size }, () => next++);
    expect(createBootstrapToken(counting)).toBe('89abcd.efghijklmnopqrst');
  });
});
