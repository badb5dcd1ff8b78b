import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Lab, up } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { ensureNodeBinaries } from '../../lab/node-binaries.ts';
import { complaints, runbook } from '../lab/controller.ts';
import { type Benchmark, answeredChecks, benchmark } from './benchmark.ts';
import { cluster, kubectl, release } from './cluster.ts';

const HOST = 'k8s-master-1';
const KUBECONFIG = '--kubeconfig=/etc/kubernetes/admin.conf';

/**
 * A ClusterRole that is built into Kubernetes: an apiserver would make it again. docs/kube-bench.md says why it stays.
 */
const WILDCARDS = '5.1.3';

// The checks of pods fail if there is none. The token of this pod depends only on the defaults of the cluster.
const POD =
  '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"plain"},"spec":{"containers":[{"name":"plain","image":"example.org/plain"}]}}';

const rolesSchema = z.object({
  items: z.array(
    z.object({ metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).optional() }) }),
  ),
});

const reason = unfitness();
describe.skipIf(reason !== undefined)(`kube-bench${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let lab: Lab;
  let found: Benchmark;

  beforeAll(async () => {
    lab = await cluster('kube-bench');
    await lab.ssh(HOST, `echo '${POD}' | sudo kubectl ${KUBECONFIG} apply --filename=-`);
    found = await benchmark(lab, HOST, 'master,etcd,controlplane,policies');
  });
  afterAll(async () => {
    await release(lab);
  });

  test('it looked at all four targets', () => {
    expect(found.targets).toEqual(['controlplane', 'etcd', 'master', 'policies']);
    expect(found.withStatus('PASS').length).toBeGreaterThan(60);
  });

  test('nothing fails', () => {
    expect(found.withStatus('FAIL')).toEqual([]);
  });

  test('roles with wildcards are those that Kubernetes itself brings', async () => {
    const text = found.results.find((result) => result.test_number === WILDCARDS)?.actual_value;
    const wild = [...(text ?? '').matchAll(/role_name: (\S+) .*role_is_compliant: false/g)].map(([, name]) => name);
    const brought = rolesSchema.parse(
      JSON.parse(await kubectl(lab, 'get clusterroles -l kubernetes.io/bootstrapping=rbac-defaults -o json')),
    );
    const names = new Set<string | undefined>(brought.items.map(({ metadata }) => metadata.name));
    expect(wild).toContain('cluster-admin');
    expect(wild.filter((name) => !names.has(name))).toEqual([]);
  });

  test('every warning is answered in docs/kube-bench.md, and only those', () => {
    expect(answeredChecks('masters')).toEqual(found.withStatus('WARN').toSorted());
  });

  // kube-bench checks a flag of the scheduler, but the configuration file decides.
  test.each([10_257, 10_259])('port %i serves no profiles', async (port) => {
    const server = `--server=https://127.0.0.1:${port}`;
    expect(await kubectl(lab, `${server} get --raw=/healthz`, HOST)).toBe('ok');
    expect(await lab.ssh(HOST, `sudo kubectl ${KUBECONFIG} ${server} get --raw=/debug/pprof/ 2>&1 || true`)).toContain(
      '(NotFound)',
    );
  });
});

describe.skipIf(reason !== undefined)(
  `kube-bench on a node${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  () => {
    const NODE = 'k8s-node-1';
    let lab: Lab;
    let found: Benchmark;

    beforeAll(async () => {
      await ensureNodeBinaries();
      lab = await up({ name: 'kube-bench-node', hosts: 1, workers: 1 });
      const done = await runbook(lab, ['play', 'playbooks/site.yml'], 'inventory/lab-one-node.yml');
      expect(complaints(done)).toBe('');
      found = await benchmark(lab, NODE, 'node');
    });
    afterAll(async () => {
      await release(lab);
    });

    test('it looked at kubelet and kube-proxy, and nothing fails', () => {
      expect(found.targets).toEqual(['node']);
      expect(found.withStatus('PASS').length).toBeGreaterThan(20);
      expect(found.withStatus('FAIL')).toEqual([]);
    });

    test('every warning is answered in docs/kube-bench.md, and only those', () => {
      expect(answeredChecks('nodes')).toEqual(found.withStatus('WARN').toSorted());
    });
  },
);
