import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, up } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { ensureNodeBinaries } from '../../lab/node-binaries.ts';
import { cutPower } from '../../lab/power.ts';
import { ensureRegistry } from '../../lab/registry.ts';
import { until } from '../../lab/until.ts';
import { changesOf } from '../lab/controller.ts';
import { kubectl, pkiOf, release } from './cluster.ts';
import { type CutAt, cutAtTask } from './cut-at-task.ts';
import { INVENTORY, applyPods, eventually, playOn, podsAreWell, siteIsInSync, untilNode } from './node-cluster.ts';

/** Faults of a node. The cluster gets well by itself or by one run of the site, and then nothing is left to change. */
const why = unfitness();
const SKIPPED = why === undefined ? '' : ` (skipped: ${why})`;
const NODE = 'k8s-node-2';
const POD_IDS = `get pods -l app=web -o jsonpath='{range .items[*]}{.metadata.uid} {.status.containerStatuses[0].restartCount}{"\\n"}{end}'`;

let lab: Lab;

beforeAll(async () => {
  if (why !== undefined) return;
  await ensureNodeBinaries();
  lab = await up({ name: 'node-faults', hosts: 3, workers: 2 });
  await playOn(lab, 'site.yml');
  await applyPods(lab);
  await podsAreWell(lab);
});
afterAll(() => release(lab));

/** Kills the program of a service, or all that it has started too, and waits until systemd has started it again. */
async function killService(unit: string, whom: 'main' | 'all' = 'main'): Promise<void> {
  const mainPid = async (): Promise<string> =>
    (await lab.ssh(NODE, `systemctl show ${unit} --property=MainPID --value`)).trim();
  const before = await mainPid();
  await lab.ssh(NODE, `sudo systemctl kill --kill-whom=${whom} --signal=KILL ${unit}`);
  await until(`${unit} runs again`, async () => !['0', before].includes(await mainPid()), { timeoutMs: 120_000 });
}

interface Fault {
  readonly name: string;
  readonly harm: () => Promise<void>;
  /** Whether the same containers run afterwards. */
  readonly podsGoOn: boolean;
}

/** Each heals by itself: no run is needed. */
const FAULTS: readonly Fault[] = [
  { name: 'kubelet is killed', harm: () => killService('kubelet.service'), podsGoOn: true },
  { name: 'containerd is killed', harm: () => killService('containerd.service'), podsGoOn: true },
  {
    name: 'containerd is killed with the shims of the pods',
    harm: () => killService('containerd.service', 'all'),
    podsGoOn: false,
  },
  { name: 'kube-proxy is killed', harm: () => killService('kube-proxy.service'), podsGoOn: true },
  {
    name: 'the power of the node is cut, until the cluster has noticed',
    harm: async () => {
      await lab.kill(NODE);
      await untilNode(lab, NODE, 'Unknown');
      await lab.start(NODE);
    },
    podsGoOn: false,
  },
  {
    name: 'the frames of the node are dropped, until the cluster has noticed',
    harm: async () => {
      await lab.isolate(NODE);
      await untilNode(lab, NODE, 'Unknown');
      await lab.mend(NODE);
    },
    podsGoOn: true,
  },
];

describe.skipIf(why !== undefined)(`faults of a node${SKIPPED}`, () => {
  test.each(FAULTS)('$name: all is well again by itself', async ({ harm, podsGoOn }) => {
    const before = await kubectl(lab, POD_IDS);
    await harm();
    await podsAreWell(lab);
    if (podsGoOn) expect(await kubectl(lab, POD_IDS)).toBe(before);
    await playOn(lab, 'verify.yml');
    await siteIsInSync(lab);
  });
});

describe.skipIf(why !== undefined)(`faults of a join${SKIPPED}`, () => {
  test('the registry is away while a node that was installed anew joins: its pods start when it is back', async () => {
    await lab.reset(NODE);
    await cutPower(lab.state.id, 'registry');
    // CoreDNS may have had a pod there, which cannot start now either: the run would wait for it, and fail.
    await playOn(lab, 'site.yml', '--skip-tags', 'coredns');
    await untilNode(lab, NODE, 'True');
    await kubectl(lab, 'delete pods -l app=web --wait=false');
    const waits = `get pods -l app=web --field-selector=spec.nodeName=${NODE} -o jsonpath='{.items[*].status.containerStatuses[*].state.waiting.reason}'`;
    await eventually(lab, 'pods of the node wait', waits, /ContainerCreating|ErrImagePull|ImagePullBackOff/);
    await ensureRegistry(lab.state, { report: () => undefined, signal: undefined });
    await podsAreWell(lab);
    await siteIsInSync(lab);
  });

  test('the run is cut off five times during a join: the next run ends it, and no token is left', async () => {
    await lab.reset(NODE);
    const points: readonly CutAt[] = [
      { task: 'Configuration of containerd', role: 'containerd', by: 'SIGKILL' },
      { task: 'Bootstrap token in the cluster', role: 'kubelet', by: 'SIGINT' },
      { task: 'kubelet runs', role: 'kubelet', by: 'SIGKILL' },
      { task: 'Serving certificate of kubelet approved', role: 'kubelet', by: 'SIGKILL' },
      { task: 'Network of the pods of this node', role: 'pod-network', by: 'SIGINT' },
    ];
    for (const point of points) await cutAtTask({ lab, host: NODE, inventory: INVENTORY, playbook: 'site.yml', point });
    expect(
      changesOf(await playOn(lab, 'site.yml', '--wait-lock', '120')).filter((change) =>
        change.startsWith('k8s-node-1'),
      ),
    ).toEqual([]);
    expect(await kubectl(lab, 'get secrets -n kube-system --field-selector=type=bootstrap.kubernetes.io/token')).toBe(
      '',
    );
    expect(await lab.ssh(NODE, 'sudo ls /etc/kubernetes')).not.toContain('bootstrap-kubelet.conf');
    expect(existsSync(join(pkiOf(lab), 'joins', NODE))).toBe(false);
    await podsAreWell(lab);
    await siteIsInSync(lab);
  });
});
