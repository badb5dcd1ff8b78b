import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { entryOf, resolved, roleScope, tasksOf } from './role-scope.ts';

/** Which certificates let a node stay as it is, and which ones make it join again. */
const NODE = 'k8s-node-2';
const SUBJECT = `/O=system:nodes/CN=system:node:${NODE}`;

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes an authority: NAME.crt, NAME.key. Authorities have the same name after a rotation too. */
function authority(folder: string, name: string): void {
  openssl(
    'req',
    '-x509',
    ...KEY,
    '-keyout',
    join(folder, `${name}.key`),
    '-out',
    join(folder, `${name}.crt`),
    '-subj',
    '/CN=kubernetes-ca',
  );
}

interface Held {
  readonly subject?: string;
  readonly issuer?: 'present' | 'former';
  readonly days?: number;
}

/** Writes a certificate with its key in one file, as a kubelet does. */
function certificate(folder: string, file: string, { subject = SUBJECT, issuer = 'present', days = 30 }: Held): void {
  const [request, key, signed] = ['request', 'key', 'signed'].map((name) => join(folder, name));
  openssl('req', '-new', ...KEY, '-keyout', key ?? '', '-out', request ?? '', '-subj', subject);
  const by = ['-CA', join(folder, `${issuer}.crt`), '-CAkey', join(folder, `${issuer}.key`), '-CAcreateserial'];
  openssl('x509', '-req', '-in', request ?? '', '-out', signed ?? '', ...by, '-days', String(days));
  writeFileSync(join(folder, 'pki', file), readFileSync(signed ?? '', 'utf8') + readFileSync(key ?? '', 'utf8'));
}

interface Situation {
  readonly client?: Held;
  readonly server?: Held;
  readonly kubeconfig?: boolean;
  /** The authorities in the file of the node, the present one first. */
  readonly trusted?: readonly string[];
}

async function stateIn({ client, server, kubeconfig = true, trusted = ['present'] }: Situation): Promise<unknown> {
  const folder = temporaryFolder('runbook-kubelet-');
  mkdirSync(join(folder, 'pki'));
  for (const name of ['present', 'former']) authority(folder, name);
  writeFileSync(
    join(folder, 'ca.crt'),
    trusted.map((name) => readFileSync(join(folder, `${name}.crt`), 'utf8')).join(''),
  );
  if (client !== undefined) certificate(folder, 'kubelet-client-current.pem', client);
  if (server !== undefined) certificate(folder, 'kubelet-server-current.pem', server);
  if (kubeconfig) writeFileSync(join(folder, 'kubelet.conf'), '');
  const extra = {
    kubelet_ca: join(folder, 'ca.crt'),
    kubelet_pki_dir: join(folder, 'pki'),
    kubelet_kubeconfig: join(folder, 'kubelet.conf'),
    node_address: '127.0.0.1',
    // Nothing listens there.
    kubelet_port: 1,
  };
  const task = tasksOf('roles/kubelet/tasks/join.yml').get('State of the certificates of kubelet') ?? expect.fail();
  const text = resolved(entryOf(task, 'query'), await roleScope({ role: 'kubelet', host: NODE, extra }));
  if (typeof text !== 'string') expect.fail('no text');
  return JSON.parse(execFileSync('sh', ['-c', text], { encoding: 'utf8' }));
}

it.each<[string, Situation, boolean, boolean]>([
  ['a new host', { kubeconfig: false }, false, false],
  ['a node', { client: {}, server: {} }, true, true],
  ['a node whose server has no certificate yet', { client: {} }, true, false],
  ['a lost kubeconfig', { client: {}, server: {}, kubeconfig: false }, false, true],
  [
    'certificates of the former authority',
    { client: { issuer: 'former' }, server: { issuer: 'former' } },
    false,
    false,
  ],
  [
    'a rotation, before the new certificates',
    { client: { issuer: 'former' }, server: { issuer: 'former' }, trusted: ['present', 'former'] },
    false,
    false,
  ],
  ['a rotation that has only begun', { client: {}, server: {}, trusted: ['present', 'former'] }, true, true],
  ['a certificate that has ended', { client: { days: 0 }, server: {} }, false, true],
  [
    'the certificate of another node',
    { client: { subject: '/O=system:nodes/CN=system:node:k8s-node-1' }, server: {} },
    false,
    true,
  ],
  ['more rights than a node has', { client: { subject: `/O=system:masters${SUBJECT}` }, server: {} }, false, true],
])('%s', async (_what, situation, client, server) => {
  const file = situation.server !== undefined;
  expect(await stateIn(situation)).toEqual({ client, server, file, served: '' });
});
