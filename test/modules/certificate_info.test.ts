import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../engine/modules/base/module.ts';
import { module as certificate } from '../../engine/modules/certificate.ts';
import { module as authority } from '../../engine/modules/certificate_authority.ts';
import { module as info } from '../../engine/modules/certificate_info.ts';
import { type Value, Unknown, isMap } from '../../engine/values/base/value.ts';
import { foreignCertificate, openssl } from '../pki/openssl.ts';
import { Here } from './pki-here.ts';

const now = new Date();
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "runbook-info it's "));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = (name: string): string => join(directory, name);
const ca = () => ({ path: directory, name: 'ca', common_name: 'test-ca', days: 1000 });
const leaf = () => ({
  path: directory,
  name: 'server',
  authority: { path: directory, name: 'ca' },
  common_name: 'a',
  organization: ['system:masters'],
  dns: ['a', 'a.example.org'],
  ip: ['10.0.0.1', '::1'],
  usages: ['server', 'client'],
  days: 100,
});

/** Returns the facts of the module about a file, in a play or in a plan. */
function factsIn(outcome: Outcome, path: string): Value {
  const result = outcome.kind === 'in_sync' ? outcome.result : outcome.kind === 'cannot_know' ? outcome.planned : {};
  const certificates = result?.['certificates'] ?? null;
  return isMap(certificates) ? (certificates[path] ?? null) : null;
}

describe('certificate_info', () => {
  it('reads what openssl reads, of several files in one look', async () => {
    const here = new Here(now);
    await here.make(authority, ca());
    await here.make(certificate, leaf());
    const outcome = here.outcome(info, { paths: [file('ca.crt'), file('server.crt'), file('none.crt')] });
    expect(outcome.kind).toBe('in_sync');
    expect(factsIn(outcome, file('none.crt'))).toEqual({ exists: false });
    for (const name of ['ca.crt', 'server.crt']) {
      const said = openssl(['x509', '-in', file(name), '-noout', '-fingerprint', '-sha256', '-enddate', '-startdate']);
      const date = (field: string): string => new Date(new RegExp(`${field}=(.*)`).exec(said)?.[1] ?? '').toISOString();
      expect(factsIn(outcome, file(name))).toMatchObject({
        exists: true,
        issuer: 'CN=test-ca',
        is_authority: name === 'ca.crt',
        not_before: date('notBefore'),
        not_after: date('notAfter'),
        fingerprint: /Fingerprint=(.*)/.exec(said)?.[1],
      });
    }
    expect(factsIn(outcome, file('server.crt'))).toMatchObject({
      subject: 'CN=a, O=system:masters',
      names: ['a', 'a.example.org', '10.0.0.1', '::1'],
      usages: ['serverAuth', 'clientAuth'],
    });
  });

  it('reads certificates that runbook did not make', () => {
    const foreign = foreignCertificate({ key: ['-newkey', 'rsa:2048'], subject: '/C=DE/O=Else/CN=ours' });
    writeFileSync(file('other.pem'), foreign.certificatePem);
    const outcome = new Here(now).outcome(info, { paths: file('other.pem') });
    expect(factsIn(outcome, file('other.pem'))).toMatchObject({ subject: 'CN=ours, O=Else, C=DE', names: [] });
  });

  it('leaves open in a plan what a certificate that is still to be issued will say, and nothing else', async () => {
    const here = new Here(now);
    await here.make(authority, ca());
    here.plan(certificate, leaf());
    const outcome = here.plan(info, { paths: [file('ca.crt'), file('server.crt')] });
    expect(outcome).toMatchObject({
      kind: 'cannot_know',
      because: `what an earlier change writes into ${file('server.crt')}`,
    });
    expect(factsIn(outcome, file('ca.crt'))).toMatchObject({ subject: 'CN=test-ca' });
    const facts = factsIn(outcome, file('server.crt'));
    expect(facts).toMatchObject({ exists: true });
    for (const name of ['subject', 'issuer', 'names', 'not_after', 'fingerprint'])
      expect(isMap(facts) && facts[name], name).toBeInstanceOf(Unknown);
  });

  it.each([
    ['no certificate', 'no certificate\n'],
    ['half a certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'],
    ['nothing', ''],
  ])('refuses a file that holds %s, by its path', (_, text) => {
    writeFileSync(file('x.crt'), text);
    expect(new Here(now).outcome(info, { paths: [file('x.crt')] })).toMatchObject({
      kind: 'impossible',
      what: `${file('x.crt')} is not a certificate`,
    });
  });
});
