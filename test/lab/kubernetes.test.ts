import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Outcome } from '../../engine/modules/base/module.ts';
import { module } from '../../engine/modules/kubernetes.ts';
import type { ValueMap } from '../../engine/values/base/value.ts';
import { told } from '../modules/told.ts';
import { CONTEXT, planHere, settleHere } from '../modules/try-module.ts';
import { type KubeServer, startKubeServer } from './kube-server.ts';

// The module kubernetes with a real kube-apiserver. Each change is planned, made, looked at again and planned once more.

const folder = mkdtempSync(join(tmpdir(), 'runbook-kube-'));
let server: KubeServer;

beforeAll(async () => {
  server = await startKubeServer(folder);
}, 900_000);
afterAll(() => {
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const given = (args: ValueMap): ValueMap => ({ kubeconfig: server.kubeconfig, ...args });
const context = () => ({ ...CONTEXT, preamble: `PATH=${server.programs}:$PATH; export PATH\n` });
const settle = async (args: ValueMap) => settleHere(module, given(args), { context: context() });
const planned = async (args: ValueMap): Promise<Outcome> =>
  (await planHere(module, given(args), { context: context() })).outcome;
const kubectl = (...words: readonly string[]): string =>
  execFileSync(join(server.programs, 'kubectl'), [`--kubeconfig=${server.kubeconfig}`, ...words], { encoding: 'utf8' });

const configMap = (data: ValueMap, more: ValueMap = {}): ValueMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', ...more },
  data,
});

describe('an object', () => {
  test('is made, changed, cleaned of a field that the task no longer has, and removed', async () => {
    const { change } = await settle({ definition: configMap({ color: 'blue', size: 'big' }) });
    expect(told(change)).toBe('ConfigMap settings');
    await settle({ definition: configMap({ color: 'green' }) });
    expect(JSON.parse(kubectl('get', 'configmap', 'settings', '-o', 'json'))).toMatchObject({
      data: { color: 'green' },
    });
    expect(kubectl('get', 'configmap', 'settings', '-o', 'jsonpath={.data.size}')).toBe('');
    // A person's change is a difference, and what others add is not.
    kubectl('patch', 'configmap', 'settings', '-p', '{"data":{"color":"red","note":"mine"}}');
    const { result } = await settle({ definition: configMap({ color: 'green' }) });
    expect(result).toMatchObject({ result: { kind: 'ConfigMap', data: { color: 'green', note: 'mine' } } });
    await settle({ definition: configMap({}), state: 'absent', wait: true });
    expect(kubectl('get', 'configmap', 'settings', '--ignore-not-found')).toBe('');
  });

  test('is looked at without a change', async () => {
    const before = kubectl('get', 'configmaps,namespaces', '-A', '-o', 'name');
    expect((await planned({ kind: 'Namespace', name: 'nowhere' })).kind).toBe('change');
    expect((await planned({ definition: configMap({ a: 'b' }) })).kind).toBe('change');
    expect(kubectl('get', 'configmaps,namespaces', '-A', '-o', 'name')).toBe(before);
  });

  test('is refused by the server before the play', async () => {
    expect(await planned({ definition: { ...configMap({}), shade: 'x' } })).toMatchObject({
      kind: 'impossible',
      what: 'the cluster refuses ConfigMap settings',
      why: expect.stringMatching(/shade/),
    });
    expect(await planned({ definition: configMap({}, { namespace: 'nowhere' }) })).toMatchObject({
      kind: 'impossible',
      remedy: expect.stringContaining('kubernetes: { kind: Namespace, name: nowhere }'),
    });
  });

  test('is not taken from another manager if the task says so', async () => {
    await settle({ definition: configMap({ owned: 'a' }), server_side_apply: { field_manager: 'somebody' } });
    const mine = { definition: configMap({ owned: 'b' }) };
    expect(await planned({ ...mine, server_side_apply: { force_conflicts: false } })).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('somebody'),
      remedy: expect.stringContaining('force_conflicts: true'),
    });
    await settle(mine);
  });

  test('is patched only if it is there', async () => {
    const patch = { definition: configMap({ more: 'x' }, { name: 'none' }), state: 'patched' };
    expect((await planned(patch)).kind).toBe('in_sync');
  });
});

describe('several objects of one task', () => {
  test('a namespace with what is in it', async () => {
    const { change } = await settle({
      namespace: 'shop',
      definition: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }, configMap({ a: 'b' })],
    });
    expect(told(change)).toBe('Namespace shop\nConfigMap settings of shop');
    expect(kubectl('get', 'configmap', 'settings', '-n', 'shop', '-o', 'jsonpath={.data.a}')).toBe('b');
  });

  test('a kind with its first object', async () => {
    const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: plants.garden.example }
spec:
  group: garden.example
  scope: Namespaced
  names: { kind: Plant, plural: plants, singular: plant }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, properties: { height: { type: integer } } } } } }
---
apiVersion: garden.example/v1
kind: Plant
metadata: { name: fern }
spec: { height: 3 }
`;
    await settle({ definition });
    expect(kubectl('get', 'plant', 'fern', '-o', 'jsonpath={.spec.height}')).toBe('3');
    await settle({ definition: definition.replace('height: 3 }', 'height: 4 }') });
  });

  test('a Secret, whose values no state and no plan has', async () => {
    const secret = (value: string): ValueMap => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'login' },
      stringData: { password: value },
    });
    await settle({ definition: secret('correct horse') });
    const { change, result } = await settle({ definition: secret('battery staple') });
    const told = JSON.stringify([change.differences, change.predictions.map(({ state }) => state), result]);
    for (const one of ['horse', 'staple', Buffer.from('battery staple').toString('base64')])
      expect(told).not.toContain(one);
    expect(kubectl('get', 'secret', 'login', '-o', 'jsonpath={.data.password}')).toBe(
      Buffer.from('battery staple').toString('base64'),
    );
  });
});

test('a Deployment is made with the defaults of the server, and nothing is different afterwards', async () => {
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            { name: 'web', image: 'web:1', ports: [{ containerPort: 80 }], resources: { limits: { cpu: '0.5' } } },
          ],
        },
      },
    },
  };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  };
  await settle({ definition: [deployment, service] });
  // No controller makes pods here: the task would wait.
  expect((await planned({ definition: deployment, wait: true })).kind).toBe('await');
});

test('a task that waits for a condition ends when it holds, and fails when it does not', async () => {
  const definition = configMap({}, { name: 'waited' });
  await expect(settle({ definition, wait: true, wait_timeout: 1, wait_condition: { type: 'Ready' } })).rejects.toThrow(
    /timed out/,
  );
  await settle({ kind: 'Namespace', name: 'ready', wait: true });
  expect((await planned({ kind: 'Namespace', name: 'ready', wait: true })).kind).toBe('in_sync');
});

test('a cluster that does not answer is told with its remedy', async () => {
  const { outcome } = await planHere(
    module,
    { kubeconfig: '/nonexistent/admin.conf', kind: 'Namespace', name: 'a' },
    { context: context() },
  );
  expect(outcome).toMatchObject({
    kind: 'impossible',
    what: 'the Kubernetes cluster cannot be asked',
    remedy: expect.stringContaining('Correct kubeconfig'),
  });
});
