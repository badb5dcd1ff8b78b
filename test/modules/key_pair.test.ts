import { createPublicKey } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { module as keyPair } from '../../engine/modules/key_pair.ts';
import { module as randomKey } from '../../engine/modules/random_key.ts';
import { describeKey, readPrivateKey } from '../../engine/pki/key-pair.ts';
import { Secret } from '../../engine/values/base/secret.ts';
import { Unknown } from '../../engine/values/base/value.ts';
import { mask } from '../../engine/values/mask/mask.ts';
import { SHELLS } from '../resources/local-sh.ts';
import { Here, parse } from './pki-here.ts';

const now = new Date('2026-03-01T12:00:00Z');
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-keys '));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const pair = (more = {}): { readonly path: string; readonly name: string } => ({
  path: join(directory, 'pki'),
  name: 'service-account',
  ...more,
});
const file = (name: string): string => join(directory, 'pki', name);

describe.each(SHELLS)('key_pair with %s', (_, shell) => {
  it('makes a pair that belongs together, once', async () => {
    const here = new Here(now, shell);
    const made = await here.make(keyPair, pair());
    const key = made['private_key'] as Secret;
    expect(createPublicKey(key.reveal()).equals(createPublicKey(made['public_key'] as string))).toBe(true);
    expect(readFileSync(file('service-account.key'), 'utf8')).toBe(key.reveal());
    expect(here.outcome(keyPair, pair())).toMatchObject({
      kind: 'in_sync',
      result: { public_key: made['public_key'] },
    });
    expect(['service-account.key', 'service-account.pub'].map((name) => statSync(file(name)).mode & 0o777)).toEqual([
      0o600, 0o644,
    ]);
  });
});

describe('key_pair', () => {
  it('writes the public key anew from the private one', async () => {
    const here = new Here(now);
    const made = await here.make(keyPair, pair());
    for (const spoil of [
      () => rmSync(file('service-account.pub')),
      () => writeFileSync(file('service-account.pub'), 'rubbish'),
    ]) {
      spoil();
      const again = await here.make(keyPair, pair());
      expect(again['public_key']).toBe(made['public_key']);
      expect(here.outcome(keyPair, pair()).kind).toBe('in_sync');
    }
  });

  it('never replaces a private key', async () => {
    const here = new Here(now);
    await here.make(keyPair, pair());
    expect(here.outcome(keyPair, pair({ key_size: 4096 }))).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('ECDSA P-256'),
    });
    rmSync(file('service-account.key'));
    expect(here.outcome(keyPair, pair())).toMatchObject({
      kind: 'impossible',
      what: expect.stringContaining('is missing'),
    });
  });

  it.each([
    [{}, 'ECDSA P-256'],
    [{ key_type: 'ecdsa', key_size: 384 }, 'ECDSA P-384'],
    [{ key_type: 'rsa' }, 'RSA 3072'],
    [{ key_size: 2048 }, 'RSA 2048'],
  ])('makes the key that is asked: %j', async (more, kind) => {
    const made = await new Here(now).make(keyPair, pair(more));
    expect(describeKey(readPrivateKey((made['private_key'] as Secret).reveal()))).toBe(kind);
    expect(new Here(now).outcome(keyPair, pair())).toMatchObject({ kind: 'in_sync' });
  });

  it('is planned with unknown keys, and only once', () => {
    const here = new Here(now);
    const first = here.plan(keyPair, pair());
    expect(first.kind === 'change' && first.planned?.['private_key']).toBeInstanceOf(Unknown);
    expect(here.plan(keyPair, pair()).kind).toBe('in_sync');
  });
});

const given = (more = {}): { readonly path: string } => ({ path: join(directory, 'encryption/key1'), ...more });

describe('random_key', () => {
  it.each(SHELLS)('makes so many bytes, once, with %s', async (_, shell) => {
    const here = new Here(now, shell);
    const made = await here.make(randomKey, given());
    const value = (made['value'] as Secret).reveal();
    expect(Buffer.from(value, 'base64')).toHaveLength(32);
    const again = here.outcome(randomKey, given());
    const same = again.kind === 'in_sync' ? again.result?.['value'] : undefined;
    expect(same instanceof Secret && same.reveal()).toBe(value);
    expect(mask(value)).not.toContain(value);
    expect(statSync(join(directory, 'encryption')).mode & 0o777).toBe(0o700);
  });

  it('is never replaced', async () => {
    const here = new Here(now);
    await here.make(randomKey, given());
    expect(here.outcome(randomKey, given({ bytes: 16 }))).toMatchObject({
      kind: 'impossible',
      why: 'It holds 32 bytes; the task wants 16.',
    });
    writeFileSync(join(directory, 'encryption/key1'), 'no base64!\n');
    expect(here.outcome(randomKey, given())).toMatchObject({ kind: 'impossible', why: 'Its content is not base64.' });
  });

  it('is closed to others', async () => {
    const here = new Here(now);
    await here.make(randomKey, given());
    chmodSync(join(directory, 'encryption/key1'), 0o640);
    await here.make(randomKey, given());
    expect(here.outcome(randomKey, given()).kind).toBe('in_sync');
  });

  it('refuses fewer than 16 bytes', () => {
    expect(parse(randomKey, given({ bytes: 8 }))).toEqual([expect.stringContaining('bytes')]);
  });
});
