import { expect, test } from 'vitest';
import { parsePublicKey, publicKeyFault } from '../../../engine/modules/system/public-key.ts';

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIIiXCjh4t02f/fgH6r1qWwjiHM7EPgoodNZ095FcXboZ';
const ED25519 = { options: '', type: 'ssh-ed25519', key: KEY, comment: '' };

test.each([
  [`ssh-ed25519 ${KEY}`, ED25519],
  [` \tssh-ed25519   ${KEY}\tada lovelace \r`, { ...ED25519, comment: 'ada lovelace' }],
  [`no-pty,from="10.0.0.0/8" ssh-ed25519 ${KEY} a`, { ...ED25519, options: 'no-pty,from="10.0.0.0/8"', comment: 'a' }],
  [
    `command="echo ssh-rsa AAAA x",no-pty ssh-ed25519 ${KEY}`,
    { ...ED25519, options: 'command="echo ssh-rsa AAAA x",no-pty' },
  ],
  [
    `command="say \\"ssh-rsa AAAA\\" x" ssh-ed25519 ${KEY}`,
    { ...ED25519, options: 'command="say \\"ssh-rsa AAAA\\" x"' },
  ],
  [`# ssh-ed25519 ${KEY}`, undefined],
  [`#ssh-ed25519 ${KEY}`, undefined],
  ['', undefined],
  ['ssh-ed25519', undefined],
  [`ssh-ed448 ${KEY}`, undefined],
  [`command="never closed ssh-ed25519 ${KEY}`, undefined],
])('%j is taken apart', (line, parts) => {
  expect(parsePublicKey(line)).toEqual(parts);
});

test.each([
  [ED25519, undefined],
  [{ ...ED25519, key: 'notbase64' }, 'not complete base64'],
  [{ ...ED25519, key: `${KEY}=` }, 'not complete base64'],
  [{ ...ED25519, key: 'AAAA' }, 'not a key of the type'],
  [{ ...ED25519, type: 'ssh-rsa' }, 'not a key of the type ssh-rsa'],
  [{ ...ED25519, key: KEY.slice(0, 40) }, 'cut off'],
  [{ ...ED25519, key: `${KEY}AAAA` }, 'followed by something else'],
  [{ ...ED25519, key: 'AAAAC3NzaC1lZDI1NTE5' }, 'cut off'],
])('%j is a key, or is told why not', (key, fault) => {
  if (fault === undefined) expect(publicKeyFault(key)).toBeUndefined();
  else expect(publicKeyFault(key)).toContain(fault);
});
