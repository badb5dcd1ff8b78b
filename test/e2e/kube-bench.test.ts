import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ensureKubeBench } from '../../lab/binaries.ts';
import type { Lab } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { sshCommand } from '../../lab/ssh.ts';
import { cluster, kubectl, release } from './cluster.ts';

/** The CIS benchmark for Kubernetes: kube-bench runs it with its own checks on a master of the lab. */
const HOST = 'k8s-master-1';
const FOLDER = '/var/tmp/kube-bench';
const CONFIG = join(import.meta.dirname, 'kube-bench/config.yaml');
const KUBECONFIG = '--kubeconfig=/etc/kubernetes/admin.conf';
const ANSWERS = join(import.meta.dirname, '../../docs/kube-bench.md');

/**
 * A ClusterRole that is built into Kubernetes: an apiserver would make it again. docs/kube-bench.md says why it stays.
 */
const WILDCARDS = '5.1.3';

// As in the image of kube-bench: /bin/sh supports [[, which Debian's does not, and jq is installed.
const RUN = `
mount --bind /bin/bash /bin/sh
cd ${FOLDER}
export PATH=${FOLDER}:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin KUBECONFIG=/etc/kubernetes/admin.conf
exec ./kube-bench run --config-dir cfg --config config.yaml --benchmark cis-1.12 --targets master,etcd,controlplane,policies --json
`;

// The checks of pods fail if there is none. The token of this pod depends only on the defaults of the cluster.
const POD =
  '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"plain"},"spec":{"containers":[{"name":"plain","image":"example.org/plain"}]}}';

const resultSchema = z.object({
  test_number: z.string(),
  status: z.enum(['PASS', 'FAIL', 'WARN', 'INFO']),
  actual_value: z.string(),
});
const outputSchema = z.object({
  Controls: z.array(z.object({ node_type: z.string(), tests: z.array(z.object({ results: z.array(resultSchema) })) })),
});
type Output = z.infer<typeof outputSchema>;

const rolesSchema = z.object({
  items: z.array(
    z.object({ metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).optional() }) }),
  ),
});

async function bring(lab: Lab): Promise<void> {
  const host = lab.state.hosts.find(({ name }) => name === HOST);
  if (host === undefined) throw new Error(`there is no ${HOST}`);
  const [command = '', ...argv] = sshCommand(lab.state, host, [`sudo tar -xf - --no-same-owner -C ${FOLDER}`]);
  await lab.ssh(HOST, `sudo rm -rf ${FOLDER}; sudo mkdir ${FOLDER}`);
  const folder = await ensureKubeBench();
  const archive = execFileSync(
    'tar',
    ['-cf', '-', '-C', folder, 'kube-bench', 'jq', 'cfg.tar', '-C', join(CONFIG, '..'), 'config.yaml'],
    {
      maxBuffer: 2 ** 30,
    },
  );
  execFileSync(command, argv, { input: archive });
  await lab.ssh(HOST, `sudo tar -xf ${FOLDER}/cfg.tar --no-same-owner -C ${FOLDER}`);
}

const reason = unfitness();
describe.skipIf(reason !== undefined)(`kube-bench${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let lab: Lab;
  let output: Output;

  beforeAll(async () => {
    lab = await cluster('kube-bench');
    await bring(lab);
    await lab.ssh(HOST, `echo '${POD}' | sudo kubectl ${KUBECONFIG} apply --filename=-`);
    output = outputSchema.parse(JSON.parse(await lab.ssh(HOST, `sudo unshare --mount bash -c '${RUN}'`)));
  });
  afterAll(async () => {
    await release(lab);
  });

  function withStatus(status: string): readonly string[] {
    return output.Controls.flatMap(({ tests }) => tests.flatMap(({ results }) => results))
      .filter((result) => result.status === status)
      .map((result) => result.test_number);
  }

  test('it looked at all four targets', () => {
    expect(output.Controls.map((control) => control.node_type).toSorted()).toEqual([
      'controlplane',
      'etcd',
      'master',
      'policies',
    ]);
    expect(withStatus('PASS').length).toBeGreaterThan(60);
  });

  test('nothing fails', () => {
    expect(withStatus('FAIL')).toEqual([]);
  });

  test('roles with wildcards are those that Kubernetes itself brings', async () => {
    const text = output.Controls.flatMap(({ tests }) => tests.flatMap(({ results }) => results)).find(
      (result) => result.test_number === WILDCARDS,
    )?.actual_value;
    const found = [...(text ?? '').matchAll(/role_name: (\S+) .*role_is_compliant: false/g)].map(([, name]) => name);
    const brought = rolesSchema.parse(
      JSON.parse(await kubectl(lab, 'get clusterroles -l kubernetes.io/bootstrapping=rbac-defaults -o json')),
    );
    const names = new Set<string | undefined>(brought.items.map(({ metadata }) => metadata.name));
    expect(found).toContain('cluster-admin');
    expect(found.filter((name) => !names.has(name))).toEqual([]);
  });

  test('every warning is answered in docs/kube-bench.md, and only those', () => {
    const answered = [...readFileSync(ANSWERS, 'utf8').matchAll(/^\| (\d+\.\d+\.\d+) \| [^|]+ \| [^|]+ \|$/gm)].map(
      ([, number = '']) => number,
    );
    expect(answered.toSorted()).toEqual(withStatus('WARN').toSorted());
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
