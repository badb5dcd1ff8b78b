import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  chmodSync,
  mkdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { module as certificate } from '../../engine/modules/certificate.ts';
import { module as authority } from '../../engine/modules/certificate_authority.ts';
import { createAuthority } from '../../engine/pki/authority.ts';
import { inspectCertificate } from '../../engine/pki/inspect.ts';
import type { Secret } from '../../engine/values/base/secret.ts';
import { type ValueMap, Unknown } from '../../engine/values/base/value.ts';
import { mask } from '../../engine/values/mask/mask.ts';
import { openssl } from '../pki/openssl.ts';
import { SHELLS } from '../resources/local-sh.ts';
import { contextAt, Here, parse } from './pki-here.ts';

const now = new Date('2026-03-01T12:00:00Z');
const days = (count: number): Date => new Date(now.getTime() + count * 24 * 60 * 60 * 1000);

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "runbook-pki it's "));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const ca = (): ValueMap => ({
  path: `${directory}/pki`,
  name: 'ca',
  common_name: 'test-ca',
  days: 1000,
  key_size: 2048,
});
const leaf = (more: ValueMap = {}): ValueMap => ({
  path: `${directory}/pki/hosts/a`,
  name: 'server',
  authority: { path: `${directory}/pki`, name: 'ca' },
  common_name: 'a',
  dns: ['a', 'a.example.org'],
  ip: ['10.0.0.1', '::1'],
  usages: ['server', 'client'],
  days: 100,
  renew_before_days: 10,
  ...more,
});
const leafFile = (name: string): string => join(directory, 'pki/hosts/a', name);

describe.each(SHELLS)('an authority and a certificate made with %s', (_, shell) => {
  it('are in order for openssl, in sync afterwards, and closed to others', async () => {
    const here = new Here(now, shell);
    const made = await here.make(authority, ca());
    const issued = await here.make(certificate, leaf());
    writeFileSync(join(directory, 'ca.pem'), made['certificate'] as string);
    expect(
      openssl(['verify', '-no_check_time', '-CAfile', join(directory, 'ca.pem'), leafFile('server.crt')]),
    ).toContain('OK');
    expect(readFileSync(leafFile('server.crt'), 'utf8')).toBe(issued['certificate']);
    expect(readFileSync(leafFile('server.key'), 'utf8')).toBe((issued['key'] as Secret).reveal());
    expect(issued['authority']).toBe(made['certificate']);
    for (const [module, given, result] of [
      [authority, ca(), made],
      [certificate, leaf(), issued],
    ] as const) {
      const again = here.outcome<never>(module as never, given);
      expect(again).toMatchObject({
        kind: 'in_sync',
        result: {
          certificate: result['certificate'],
          not_after: result['not_after'],
          fingerprint: result['fingerprint'],
        },
      });
    }
    for (const path of ['pki', 'pki/hosts', 'pki/hosts/a'])
      expect(statSync(join(directory, path)).mode & 0o777).toBe(0o700);
    const modeOf = (path: string): number => statSync(join(directory, path)).mode & 0o777;
    expect(['pki/ca.key', 'pki/hosts/a/server.key'].map(modeOf)).toEqual([0o600, 0o600]);
    expect(['pki/ca.crt', 'pki/hosts/a/server.crt'].map(modeOf)).toEqual([0o644, 0o644]);
    expect(readdirSync(join(directory, 'pki/hosts/a')).toSorted()).toEqual(['server.crt', 'server.key']);
  });
});

const ISSUED_ANEW: readonly (readonly [string, ValueMap, RegExp])[] = [
  ['another subject', { common_name: 'b' }, /subject is CN=a/],
  ['a further organization', { organization: ['system:masters'] }, /subject is CN=a/],
  ['a further name', { dns: ['a', 'a.example.org', 'b'] }, /lack DNS:b/],
  ['an address less', { ip: ['10.0.0.1'] }, /have IP:::1/],
  ['other usages', { usages: ['server'] }, /usages have/],
  ['another key size', { key_size: 3072 }, /should be RSA 3072/],
];

const IN_THE_WAY: readonly (readonly [string, (path: string) => void])[] = [
  ['a directory', (path) => mkdirSync(path)],
  ['a link that leads nowhere', (path) => symlinkSync('/nowhere', path)],
];

const WRONG: readonly (readonly [string, ValueMap, RegExp])[] = [
  ['a server without names', { dns: [], ip: [] }, /server/],
  ['an address among the names', { dns: ['10.0.0.1'] }, /10\.0\.0\.1/],
  ['a name among the addresses', { ip: ['example.org'] }, /example\.org/],
  ['a window as long as its life', { renew_before_days: 100 }, /less than days/],
  ['an unknown usage', { usages: ['email'] }, /usages/],
  ['a key of 1024 bits', { key_size: 1024 }, /2048/],
  ['a size of RSA for an ECDSA key', { key_type: 'ecdsa', key_size: 2048 }, /must fit key_type/],
  ['a size of ECDSA for an RSA key', { key_type: 'rsa', key_size: 256 }, /must fit key_type/],
  ['a name with a slash', { name: '../x' }, /name/],
];

describe('certificate', () => {
  it('is issued anew for a reason, and says which', async () => {
    const here = new Here(now);
    await here.make(authority, ca());
    await here.make(certificate, leaf());
    for (const [name, more, reason] of ISSUED_ANEW) {
      const outcome = here.outcome(certificate, leaf(more));
      expect(outcome.kind, name).toBe('change');
      expect(JSON.stringify(outcome), name).toMatch(reason);
    }
    expect(new Here(days(89)).outcome(certificate, leaf()).kind).toBe('in_sync');
    expect(new Here(days(91)).outcome(certificate, leaf()).kind).toBe('change');
    const before = readFileSync(leafFile('server.key'), 'utf8');
    const renewed = await new Here(days(91)).make(certificate, leaf());
    expect((renewed['key'] as Secret).reveal()).not.toBe(before);
    expect(new Here(days(91)).outcome(certificate, leaf()).kind).toBe('in_sync');
  });

  it('is issued anew when its key was lost, and its key is never shown', async () => {
    const here = new Here(now);
    await here.make(authority, ca());
    await here.make(certificate, leaf());
    rmSync(leafFile('server.key'));
    const issued = await here.make(certificate, leaf());
    const key = (issued['key'] as Secret).reveal();
    const line = key.split('\n')[3] ?? '';
    expect(mask(`-> ${line}`)).not.toContain(line);
    expect(JSON.stringify(here.outcome(certificate, leaf()))).not.toContain(line);
  });

  it('has the key of its authority masked as soon as it is seen', async () => {
    const made = await createAuthority({ subject: { commonName: 'test-ca' } }, { now });
    mkdirSync(join(directory, 'pki'));
    writeFileSync(join(directory, 'pki/ca.crt'), made.certificatePem);
    writeFileSync(join(directory, 'pki/ca.key'), made.privateKeyPem);
    const line = made.privateKeyPem.split('\n')[3] ?? '';
    expect(mask(line)).toBe(line);
    expect(new Here(now).outcome(certificate, leaf()).kind).toBe('change');
    expect(mask(line)).toBe('********');
  });
});

describe('certificate, beside what is there', () => {
  it('in a plan before there is an authority is a certain change with values that are new', () => {
    const here = new Here(now);
    const made = here.plan(authority, ca());
    expect(made).toMatchObject({ kind: 'change', certainty: 'certain' });
    const issued = here.plan(certificate, leaf());
    expect(issued).toMatchObject({ kind: 'change', certainty: 'certain' });
    const planned = issued.kind === 'change' ? (issued.planned ?? {}) : {};
    for (const name of ['certificate', 'key', 'authority', 'not_after', 'fingerprint']) {
      const value = planned[name];
      expect(value instanceof Unknown && value.fresh, name).toBe(true);
    }
    expect(here.plan(certificate, leaf())).toMatchObject({ kind: 'in_sync' });
    expect(existsSync(join(directory, 'pki'))).toBe(false);
  });

  it('cannot be issued without the authority or its key', async () => {
    const here = new Here(now);
    expect(here.outcome(certificate, leaf())).toMatchObject({
      kind: 'impossible',
      what: expect.stringContaining('ca.crt'),
    });
    await here.make(authority, ca());
    await here.make(certificate, leaf());
    rmSync(join(directory, 'pki/ca.key'));
    expect(here.outcome(certificate, leaf()).kind).toBe('in_sync');
    expect(here.outcome(certificate, leaf({ common_name: 'b' }))).toMatchObject({
      kind: 'impossible',
      what: expect.stringContaining('ca.key'),
    });
    writeFileSync(join(directory, 'pki/ca.crt'), 'rubbish');
    expect(here.outcome(certificate, leaf())).toMatchObject({
      kind: 'impossible',
      what: expect.stringContaining('ca.crt'),
    });
  });
});

describe('certificate, whose files have changed', () => {
  it('does not overwrite what another task has made meanwhile', async () => {
    const here = new Here(now);
    await here.make(authority, ca());
    const change = here.outcome(certificate, leaf());
    if (change.kind !== 'change') throw new Error(change.kind);
    await here.make(certificate, leaf());
    const apply = await change.apply();
    expect(() => here.finish(apply, change)).toThrow(/run_once/);
  });

  it('closes a key that is open to others, and keeps it', async () => {
    const here = new Here(now);
    await here.make(authority, ca());
    const issued = await here.make(certificate, leaf());
    chmodSync(leafFile('server.key'), 0o644);
    const closed = await here.make(certificate, leaf());
    expect(closed['fingerprint']).toBe(issued['fingerprint']);
    expect(statSync(leafFile('server.key')).mode & 0o777).toBe(0o600);
    expect(here.outcome(certificate, leaf()).kind).toBe('in_sync');
  });

  it.each(IN_THE_WAY)('is impossible where %s stands in the way', async (_, put) => {
    const here = new Here(now);
    await here.make(authority, ca());
    mkdirSync(join(directory, 'pki/hosts/a'), { recursive: true });
    put(leafFile('server.key'));
    expect(here.outcome(certificate, leaf())).toMatchObject({ kind: 'impossible' });
  });

  it.each(WRONG)('refuses %s', (_, more, sentence) => {
    expect(parse(certificate, leaf(more))).toEqual([expect.stringMatching(sentence)]);
  });

  it('resolves .. in its folder', () => {
    expect(parse(certificate, leaf({ path: '/srv/inventory/../pki' }))).toMatchObject({ path: '/srv/pki' });
  });
});

describe('certificate_authority', () => {
  it('is never replaced: what does not fit is impossible', async () => {
    const here = new Here(now);
    await here.make(authority, ca());
    const impossible = (more: ValueMap, at = now): void =>
      expect(new Here(at).outcome(authority, { ...ca(), ...more })).toMatchObject({
        kind: 'impossible',
        remedy: expect.stringContaining('rotate-ca'),
      });
    impossible({ common_name: 'other' });
    impossible({ key_size: 4096 });
    impossible({}, days(1001));
    rmSync(join(directory, 'pki/ca.key'));
    impossible({});
  });

  it('has what an earlier version made, RSA 2048 and closed certificates, stay as it is', async () => {
    const here = new Here(now);
    await here.make(authority, ca());
    await here.make(certificate, leaf({ key_size: 2048 }));
    for (const path of ['pki/ca.crt', 'pki/hosts/a/server.crt']) chmodSync(join(directory, path), 0o600);
    for (const unset of [{}, { key_type: 'any', key_size: 0 }, { key_type: 'rsa' }]) {
      const { key_size: _, ...anySize } = ca();
      expect(here.outcome(authority, { ...anySize, ...unset })).toMatchObject({ kind: 'in_sync', effects: [] });
      expect(here.outcome(certificate, leaf(unset)).kind).toBe('in_sync');
    }
    // The certificate still ends. The next one has a key of today's kind, under the same authority.
    const renewed = await new Here(days(91)).make(certificate, leaf());
    const files = { ca: readFileSync(join(directory, 'pki/ca.crt'), 'utf8'), leaf: renewed['certificate'] as string };
    writeFileSync(join(directory, 'ca.pem'), files.ca);
    expect(
      openssl([
        'verify',
        '-x509_strict',
        '-no_check_time',
        '-CAfile',
        join(directory, 'ca.pem'),
        leafFile('server.crt'),
      ]),
    ).toContain('OK');
    expect(openssl(['x509', '-in', leafFile('server.crt'), '-noout', '-text'])).toContain('NIST CURVE: P-256');
  });

  it('says once that its key lies in clear, and how to have it encrypted', async () => {
    const warned = { warnings: [expect.stringMatching(/is not encrypted in .*ca\.key.*recipients/)] };
    expect(new Here(now).outcome(authority, ca())).toMatchObject({ planned: warned });
    expect(await new Here(now).make(authority, ca())).toMatchObject(warned);
    expect(new Here(now).outcome(authority, ca())).not.toHaveProperty('result.warnings');
    expect(new Here(now).outcome(authority, { ...ca(), name: 'b', recipients: ['age1abc'] })).toMatchObject({
      planned: { warnings: [] },
    });
  });
});

describe('certificate_authority, later', () => {
  it('tells of its end ninety days before', async () => {
    await new Here(now).make(authority, ca());
    expect(new Here(days(900)).outcome(authority, ca())).toMatchObject({ kind: 'in_sync', effects: [] });
    expect(new Here(days(920)).outcome(authority, ca())).toMatchObject({
      kind: 'in_sync',
      effects: [{ kind: 'message' }],
    });
  });

  it('is not made anew beside certificates that it issued', async () => {
    const here = new Here(now);
    await here.make(authority, ca());
    await here.make(certificate, leaf());
    rmSync(join(directory, 'pki/ca.key'));
    rmSync(join(directory, 'pki/ca.crt'));
    expect(here.outcome(authority, ca())).toMatchObject({
      kind: 'impossible',
      remedy: expect.stringContaining('Bring back'),
    });
    expect(here.outcome(authority, { ...ca(), name: 'etcd-ca', common_name: 'etcd-ca' }).kind).toBe('change');
    rmSync(join(directory, 'pki/hosts'), { recursive: true });
    expect(here.outcome(authority, ca()).kind).toBe('change');
  });

  it('asks for the same things in a plan and in a play', async () => {
    const observed = authority
      .observes(parse(authority, ca()) as never, undefined, contextAt(now))
      .map(({ key }) => key);
    expect(observed).toContain(`file:${directory}/pki/ca.key`);
    const made = await new Here(now).make(authority, ca());
    expect(inspectCertificate(made['certificate'] as string).isAuthority).toBe(true);
  });
});
