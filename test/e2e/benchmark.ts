import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ensureKubeBench } from '../../lab/binaries.ts';
import type { Lab } from '../../lab/hosts.ts';
import { sshCommand } from '../../lab/ssh.ts';
import { hostOf } from '../../lab/state.ts';

/** The CIS benchmark for Kubernetes: kube-bench runs it with its own checks on a host of the lab. */
const FOLDER = '/var/tmp/kube-bench';
const CONFIG = join(import.meta.dirname, 'kube-bench/config.yaml');
const ANSWERS = join(import.meta.dirname, '../../docs/kube-bench.md');

// As in the image of kube-bench: /bin/sh supports [[, which Debian's does not, and jq is installed.
const runOf = (targets: string): string => `
mount --bind /bin/bash /bin/sh
cd ${FOLDER}
export PATH=${FOLDER}:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin KUBECONFIG=/etc/kubernetes/admin.conf
exec ./kube-bench run --config-dir cfg --config config.yaml --benchmark cis-1.12 --targets ${targets} --json
`;

const resultSchema = z.object({
  test_number: z.string(),
  status: z.enum(['PASS', 'FAIL', 'WARN', 'INFO']),
  actual_value: z.string(),
});
const outputSchema = z.object({
  Controls: z.array(z.object({ node_type: z.string(), tests: z.array(z.object({ results: z.array(resultSchema) })) })),
});

type CheckResult = z.infer<typeof resultSchema>;

export interface Benchmark {
  /** The targets that kube-bench looked at, sorted. */
  readonly targets: readonly string[];
  readonly results: readonly CheckResult[];
  /** The numbers of the checks with a status. */
  withStatus(status: CheckResult['status']): readonly string[];
}

async function bring(lab: Lab, host: string): Promise<void> {
  const [command = '', ...argv] = sshCommand(lab.state, hostOf(lab.state, host), [
    `sudo tar -xf - --no-same-owner -C ${FOLDER}`,
  ]);
  await lab.ssh(host, `sudo rm -rf ${FOLDER}; sudo mkdir ${FOLDER}`);
  const folder = await ensureKubeBench();
  const archive = execFileSync(
    'tar',
    ['-cf', '-', '-C', folder, 'kube-bench', 'jq', 'cfg.tar', '-C', join(CONFIG, '..'), 'config.yaml'],
    { maxBuffer: 2 ** 30 },
  );
  execFileSync(command, argv, { input: archive });
  await lab.ssh(host, `sudo tar -xf ${FOLDER}/cfg.tar --no-same-owner -C ${FOLDER}`);
}

/** Runs the checks of the targets (`node`, or `master,etcd`) on the host. */
export async function benchmark(lab: Lab, host: string, targets: string): Promise<Benchmark> {
  await bring(lab, host);
  const text = await lab.ssh(host, `sudo unshare --mount bash -c '${runOf(targets)}'`);
  const { Controls } = outputSchema.parse(JSON.parse(text));
  const results = Controls.flatMap(({ tests }) => tests.flatMap((part) => part.results));
  return {
    targets: Controls.map((control) => control.node_type).toSorted(),
    results,
    withStatus: (status) => results.filter((result) => result.status === status).map(({ test_number }) => test_number),
  };
}

/** Returns the numbers of the checks that docs/kube-bench.md answers, sorted: those of nodes, or all others. */
export function answeredChecks(of: 'nodes' | 'masters'): readonly string[] {
  const rows = readFileSync(ANSWERS, 'utf8').matchAll(/^\| (\d+\.\d+\.\d+) \| [^|]+ \| [^|]+ \|$/gm);
  return [...rows]
    .map(([, number = '']) => number)
    .filter((number) => number.startsWith('4.') === (of === 'nodes'))
    .toSorted();
}
