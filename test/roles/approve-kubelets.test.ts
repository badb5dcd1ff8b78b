import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { rendered } from './role-scope.ts';

/** Which requests for serving certificates the masters approve: real requests, and a kubectl that answers with them. */
const NODE = 'k8s-node-2';
const ADDRESS = '192.168.1.30';

interface Asked {
  readonly user?: string;
  readonly groups?: string;
  readonly usages?: string;
  readonly subject?: string;
  /** Arguments of openssl for the extensions. */
  readonly extensions?: readonly string[];
  /** The request itself, in place of a real one. */
  readonly request?: string;
  /** The conditions that the request has already. */
  readonly conditions?: string;
}

const names = (value: string): readonly string[] => ['-addext', `subjectAltName=${value}`];

function requestOf(folder: string, asked: Asked): string {
  const { subject = `/O=system:nodes/CN=system:node:${NODE}`, extensions, request } = asked;
  if (request !== undefined) return request;
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', join(folder, 'key')];
  const wanted = ['-subj', subject, ...(extensions ?? names(`DNS:${NODE},IP:${ADDRESS}`))];
  return execFileSync('openssl', ['req', '-new', ...key, ...wanted], { stdio: 'pipe' }).toString('base64');
}

interface Answer {
  readonly approved: boolean;
  readonly status: number | null;
  readonly said: string;
}

/** Runs the program for one request. `known` is the address of the Node in the cluster, if there is one. */
async function answerTo(asked: Asked, args: readonly string[] = [], known = ADDRESS): Promise<Answer> {
  const folder = temporaryFolder('runbook-approve-');
  const row = [
    `[${asked.conditions ?? ''}]`,
    'csr-1',
    asked.user ?? `system:node:${NODE}`,
    asked.groups ?? '["system:nodes","system:authenticated"]',
    asked.usages ?? '["digital signature","server auth"]',
    requestOf(folder, asked),
  ];
  writeFileSync(join(folder, 'row'), `${row.join('\t')}\n`);
  const kubectl = join(folder, 'kubectl');
  writeFileSync(
    kubectl,
    `#!/bin/sh\ncase "$*" in *'get certificatesigningrequests'*) cat ${folder}/row ;; *'get node'*) printf %s '${known}' ;;
    *'certificate approve csr-1') touch ${folder}/approved ;; *) exit 9 ;; esac\n`,
  );
  const program = join(folder, 'approve');
  writeFileSync(program, await rendered('approve-kubelets.hbs', { role: 'kubelet', extra: { kubectl } }));
  for (const file of [kubectl, program]) chmodSync(file, 0o755);
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return { approved: existsSync(join(folder, 'approved')), status, said: stderr };
}

it.each<[string, Asked, readonly string[]]>([
  ['a renewal', {}, []],
  ['a join', {}, [NODE, ADDRESS]],
  [
    'a join of a node that is new in the inventory',
    {
      user: 'system:node:new',
      subject: '/O=system:nodes/CN=system:node:new',
      extensions: names(`DNS:new,IP:${ADDRESS}`),
    },
    ['new', ADDRESS],
  ],
  ['a key of RSA', { usages: '["key encipherment","digital signature","server auth"]' }, []],
])('approves %s', async (_what, asked, args) => {
  expect(await answerTo(asked, args)).toEqual({ approved: true, status: 0, said: '' });
});

it.each<[string, Asked, string]>([
  ['another requestor', { user: 'kubernetes-admin' }, 'its requestor is kubernetes-admin'],
  ['a node for another node', { user: 'system:node:k8s-node-1' }, 'its subject is CN=system:node:k8s-node-2'],
  ['a stranger', { user: 'system:node:stranger' }, 'the inventory has no node stranger'],
  ['another group', { groups: '["system:masters","system:authenticated"]' }, 'its requestor is in the groups'],
  ['a client certificate', { usages: '["digital signature","client auth"]' }, 'it asks for the usages'],
  ['both usages', { usages: '["digital signature","server auth","client auth"]' }, 'it asks for the usages'],
  ['another subject', { subject: `/O=system:masters/CN=system:node:${NODE}` }, 'its subject is'],
  ['one more organization', { subject: `/O=system:nodes/O=system:masters/CN=system:node:${NODE}` }, 'its subject is'],
  ['the address of the API', { extensions: names(`DNS:${NODE},IP:192.168.1.34`) }, 'not for the name'],
  ['one more address', { extensions: names(`DNS:${NODE},IP:${ADDRESS},IP:192.168.1.34`) }, 'not for the name'],
  ['one more name', { extensions: names(`DNS:${NODE},DNS:kubernetes,IP:${ADDRESS}`) }, 'not for the name'],
  ['no name', { extensions: [] }, 'not for the name'],
  [
    'an authority',
    { extensions: [...names(`DNS:${NODE},IP:${ADDRESS}`), '-addext', 'basicConstraints=CA:TRUE'] },
    'not for the name',
  ],
  ['no request', { request: Buffer.from('nothing').toString('base64') }, 'its subject is'],
])('refuses %s', async (_what, asked, why) => {
  const renewal = await answerTo(asked);
  expect(renewal).toMatchObject({ approved: false, status: 0 });
  expect(renewal.said).toContain(why);
  expect(renewal.said).toContain('kubectl certificate deny csr-1');
});

it('ends with 1 when it refuses the request of the node that joins, and looks at no other one', async () => {
  const wrong = { extensions: names(`DNS:${NODE},IP:192.168.1.34`) };
  expect(await answerTo(wrong, [NODE, ADDRESS])).toMatchObject({ approved: false, status: 1 });
  expect(await answerTo(wrong, ['k8s-node-1', '192.168.1.32'])).toEqual({ approved: false, status: 0, said: '' });
});

it.each(['Approved', 'Denied', 'Approved Failed'])('leaves a request alone that is %s', async (conditions) => {
  expect(await answerTo({ conditions })).toEqual({ approved: false, status: 0, said: '' });
});

it('waits for a Node that is still to come, and refuses one with another address', async () => {
  expect(await answerTo({}, [NODE, ADDRESS], '')).toEqual({ approved: false, status: 0, said: '' });
  expect((await answerTo({}, [], '192.168.1.99')).said).toContain('has the address 192.168.1.99, and not 192.168.1.30');
});

it('knows each node of the inventory by its address', async () => {
  const text = await rendered('approve-kubelets.hbs', { role: 'kubelet' });
  expect(text.match(/^ {4}k8s-node-.*$/gm)).toEqual([
    '    k8s-node-1) echo 192.168.1.32 ;;',
    '    k8s-node-2) echo 192.168.1.30 ;;',
    '    k8s-node-3) echo 192.168.1.31 ;;',
  ]);
  expect(readFileSync(join(import.meta.dirname, '../../roles/kubelet/tasks/certificates.yml'), 'utf8')).toContain(
    '{{kubelet_approver}} {{inventory_hostname}} {{node_address}}',
  );
});
