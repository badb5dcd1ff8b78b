import { describe, expect, test } from 'vitest';
import { isVerifier, md5Verifier, newScramParameters, scramVerifier } from '../../../engine/modules/sql/scram.ts';

/** What a server of version 15 has stored, with the password. */
const STORED = [
  [
    'pencil',
    'SCRAM-SHA-256$4096:eWCOpTj1OYZaIgspZb/1aA==$n+L8Q3bwf7R7KVT4+w2BUYvEWfx5XBJNVKHGWTx7jKM=:iPJLDuFPssY54X/5OyfNmXHZGdtHTHqsPttXA61POp4=',
  ],
  // A wide blank becomes a blank, and a soft hyphen is left out: SASLprep.
  [
    'päß\u3000\u00adw',
    'SCRAM-SHA-256$4096:dxqkd/EHrpyB3lrfPRqktQ==$MIWekHb9MxojDohLmg4aKj8uEB+ryM7F+BmjU98T3GM=:AIC/lKw9HbukLhDIonKlcIqwquxZAP4HRZKrIcmIyk8=',
  ],
] as const;

describe('what a server stores for a password', () => {
  test.each(STORED)('%j by SCRAM', (password, stored) => {
    const [, salt = ''] = /:([^$]+)\$/.exec(stored) ?? [];
    expect(scramVerifier(password, { iterations: 4096, salt })).toBe(stored);
  });

  test('by md5, with the name of the role', () => {
    expect(md5Verifier('pencil', 'vv')).toBe('md59a134f44879da8dd71f5d7bbff0daa46');
  });

  test.each([
    [STORED[0][1], true],
    [`md5${'0a'.repeat(16)}`, true],
    ['md5', false],
    ['SCRAM-SHA-256$4096:x', false],
    ['pencil', false],
  ] as const)('%s is in that form: %s', (text, is) => {
    expect(isVerifier(text)).toBe(is);
  });

  test('a salt has the size of the server, and is another one for each seed', () => {
    const salts = ['one', 'two'].map((seed) => newScramParameters(seed).salt);
    expect(new Set(salts).size).toBe(2);
    expect(salts.map((salt) => Buffer.from(salt, 'base64').length)).toEqual([16, 16]);
    expect(newScramParameters('one').salt).toBe(salts[0]);
  });
});
