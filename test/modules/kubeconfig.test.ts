import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { module as kubeconfig } from '../../engine/modules/kubeconfig.ts';
import { Secret } from '../../engine/values/base/secret.ts';
import { type ValueMap, Unknown } from '../../engine/values/base/value.ts';
import { mask } from '../../engine/values/mask/mask.ts';
import { readKubeconfig } from '../pki/read-kubeconfig.ts';
import { Here } from './pki-here.ts';

const here = new Here(new Date('2026-03-01T12:00:00Z'));
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-kubeconfig-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const given = (more: ValueMap = {}): ValueMap => ({
  cluster: 'prod',
  server: 'https://10.0.0.10:6443',
  authority: 'AUTHORITY',
  user: 'admin',
  certificate: 'CERTIFICATE',
  key: Secret.of('the private key of the admin'),
  ...more,
});

it('builds the text without looking at anything', () => {
  const outcome = here.outcome(kubeconfig, given());
  expect(outcome.kind).toBe('in_sync');
  const content = outcome.kind === 'in_sync' ? outcome.result?.['content'] : undefined;
  expect(content).toBeInstanceOf(Secret);
  const text = (content as Secret).reveal();
  expect(readKubeconfig(text)).toMatchObject({
    clusterName: 'prod',
    credential: { privateKeyPem: 'the private key of the admin' },
  });
  expect(mask(text)).not.toContain(Buffer.from('the private key of the admin').toString('base64'));
});

const parts: readonly (readonly [string, ValueMap])[] = [
  ['certificate', { certificate: new Unknown('x', true) }],
  ['key', { key: new Unknown('x', true) }],
  ['authority', { authority: new Unknown('x', true) }],
];
it.each(parts)('is unknown and new where the %s is', (_, more) => {
  const outcome = here.outcome(kubeconfig, given(more));
  const content = outcome.kind === 'in_sync' ? outcome.result?.['content'] : undefined;
  expect(content).toMatchObject({ because: 'x', fresh: true });
  expect(here.outcome(kubeconfig, given({ ...more, path: join(directory, 'k') })).kind).toBe('change');
});

it('cannot be planned where it depends on what is not known', async () => {
  const path = join(directory, 'k');
  expect(here.outcome(kubeconfig, given({ path, key: new Unknown('x') })).kind).toBe('change');
  await here.make(kubeconfig, given({ path }));
  expect(here.outcome(kubeconfig, given({ path, key: new Unknown('x') })).kind).toBe('cannot_know');
});

it('is written once, and again when a part differs', async () => {
  const path = join(directory, 'deep/k');
  await here.make(kubeconfig, given({ path }));
  expect(readKubeconfig(readFileSync(path, 'utf8')).server).toBe('https://10.0.0.10:6443');
  expect(here.outcome(kubeconfig, given({ path })).kind).toBe('in_sync');
  await here.make(kubeconfig, given({ path, server: 'https://10.0.0.11:6443' }));
  expect(readKubeconfig(readFileSync(path, 'utf8')).server).toBe('https://10.0.0.11:6443');
});

it('hides the key that it replaces, and not the other lines', () => {
  const path = join(directory, 'k');
  const old = Buffer.from('an old private key').toString('base64');
  writeFileSync(path, `apiVersion: v1\nusers:\n- user:\n    client-key-data: ${old}\n`);
  here.outcome(kubeconfig, given({ path }));
  expect(mask(old)).not.toContain(old);
  expect(mask('apiVersion: v1')).toBe('apiVersion: v1');
});

it('refuses a server that is no https URL', () => {
  expect(here.outcome(kubeconfig, given({ server: 'http://x' }))).toMatchObject({
    kind: 'impossible',
    what: expect.stringContaining('https'),
  });
});
