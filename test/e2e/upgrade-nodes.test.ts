import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_KUBERNETES, contextOf, ensureKubernetes } from '../../lab/binaries.ts';
import { NODE_COMMANDS } from '../../lab/binary-source.ts';
import { type Lab, up } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { ensureNodeBinaries } from '../../lab/node-binaries.ts';
import { until } from '../../lab/until.ts';
import {
  type RunbookEvent,
  type RunbookResult,
  changesOf,
  complaints,
  controllerCommand,
  runbook,
} from '../lab/controller.ts';
import { beside } from './beside.ts';
import { API, kubectl, pkiOf, release } from './cluster.ts';
import { foretold } from './foretold.ts';
import { underLoad } from './load.ts';
import { INVENTORY, NODES, applyManifest } from './node-cluster.ts';

/**
 * Nodes of a cluster in use get the next minor. Two clients ask all the time: one an application through the nodes, one
 * the API through the virtual address. No request may fail. The masters have the new version already:
 * operations.test.ts has their half of an upgrade.
 */
const why = unfitness();
const SKIPPED = why === undefined ? '' : ` (skipped: ${why})`;
const PREVIOUS = '1.35.4';
/** A busy machine answers late, and tells the time of its hosts late. */
const PATIENCE = ['--timeout', '60', '-e', '{"preflight_max_clock_skew_seconds": 300}'];
const PORTS = ['http://192.168.1.32:30080/hostname', 'http://192.168.1.30:30080/hostname'];

let lab: Lab;

const play = (playbook: string, ...args: readonly string[]): Promise<RunbookResult> =>
  runbook(lab, ['play', `playbooks/${playbook}`, ...args, ...PATIENCE], INVENTORY);

async function succeeds(playbook: string, ...args: readonly string[]): Promise<RunbookResult> {
  const done = await play(playbook, ...args);
  expect(complaints(done)).toBe('');
  expect(done.status).toBe(0);
  return done;
}

/** Builds masters of the new version, and lets nodes of the previous one join. */
async function build(): Promise<void> {
  await succeeds('site.yml', '--limit', 'masters', '--skip-tags', 'coredns');
  await succeeds('site.yml', '--limit', NODES.join(':'), '-e', `kubernetes_version=${PREVIOUS}`);
  await succeeds('site.yml');
}

/** Two of the three pods are always ready. A pod that ends serves until no node sends requests to it any more. */
const MANIFEST = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 60
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: { matchLabels: { app: web } } }]
      containers:
        - name: agnhost
          image: registry.k8s.io/e2e-test-images/agnhost:2.63.0
          args: [netexec, --http-port=8080]
          lifecycle: { preStop: { sleep: { seconds: 15 } } }
          readinessProbe: { httpGet: { path: /healthz, port: 8080 }, periodSeconds: 2, timeoutSeconds: 10 }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { minAvailable: 2, selector: { matchLabels: { app: web } } }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { type: NodePort, selector: { app: web }, ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] }
`;

async function threePods(): Promise<void> {
  await until(
    'three pods are ready',
    async () => (await kubectl(lab, 'get deployment web -o jsonpath={.status.readyReplicas}')) === '3',
    { timeoutMs: 300_000 },
  );
}

/** `name version cordoned mark` of each Node. */
const nodes = async (): Promise<readonly string[]> =>
  (
    await kubectl(
      lab,
      `get nodes -o jsonpath='{range .items[*]}{.metadata.name} {.status.nodeInfo.kubeletVersion} [{.spec.unschedulable}] [{.metadata.annotations.runbook/cordoned-by}]{"\\n"}{end}'`,
    )
  )
    .trim()
    .split('\n');

/** Plays until an event comes, and then does what Ctrl-C does. Returns the changes and the exit status. */
async function interrupted(
  args: readonly string[],
  isTime: (event: RunbookEvent) => boolean,
): Promise<{ readonly status: number | null; readonly changes: readonly string[] }> {
  const [command = '', ...argv] = controllerCommand(lab, args, INVENTORY);
  const child = spawn(command, argv, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const closed = once(child, 'close');
  const changes: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue;
    const event: RunbookEvent = JSON.parse(line);
    if (event.outcome?.kind === 'changed') changes.push(`${event.host ?? ''}: ${event.task?.name ?? ''}`);
    if (isTime(event) && child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  }
  await closed;
  return { status: child.exitCode, changes };
}

interface Served {
  readonly asked: number;
  readonly failed: number;
  readonly failures: readonly object[];
  readonly answered: readonly string[];
}

/** Runs `work` while both clients ask. No request may fail. */
async function unnoticed(work: () => Promise<void>): Promise<void> {
  const [[, service], api] = await underLoad(
    lab,
    pkiOf(lab),
    API,
    async () => await beside<void, Served>(lab, 'service-client.ts', ['20', ...PORTS], work),
  );
  process.stdout.write(`${JSON.stringify({ service, api })}\n`);
  expect(service.failures).toEqual([]);
  expect(service.asked).toBeGreaterThan(100);
  expect(api.failures).toEqual([]);
  expect(api.lost).toEqual([]);
}

beforeAll(async () => {
  if (why !== undefined) return;
  const options = { kubernetes: PREVIOUS };
  await ensureKubernetes(NODE_COMMANDS, options, contextOf(options));
  await ensureNodeBinaries();
  lab = await up({ name: 'upgrade', hosts: 3, workers: 2 });
  await build();
  await applyManifest(lab, MANIFEST);
  await threePods();
});
afterAll(() => release(lab));

describe.skipIf(why !== undefined)(`nodes get the next minor${SKIPPED}`, () => {
  test('site.yml does not change the version of a kubelet, and says so', async () => {
    const done = await succeeds('site.yml');
    expect(changesOf(done)).toEqual([]);
    for (const node of NODES) expect(done.stdout).toContain(`${node} keeps kubelet ${PREVIOUS}`);
  });

  test('an upgrade that is interrupted after the first kubelet goes on, and no client notices', async () => {
    await unnoticed(async () => {
      const cut = await interrupted(
        ['play', 'playbooks/upgrade.yml', ...PATIENCE],
        ({ task, outcome }) => task?.name === 'kubelet restarted' && outcome?.kind === 'changed',
      );
      expect(cut.status).toBe(130);
      expect(cut.changes).toContain('k8s-node-1: Node drained');
      expect(await nodes()).toEqual([
        expect.stringMatching(/^k8s-node-1 v[\d.]+ \[true\] \[upgrade\]$/),
        `k8s-node-2 v${PREVIOUS} [] []`,
      ]);
      const plan = await runbook(lab, ['plan', 'playbooks/upgrade.yml', ...PATIENCE], INVENTORY);
      expect(complaints(plan)).toBe('');
      const rest = await succeeds('upgrade.yml');
      const { untold, undone } = foretold(plan, rest);
      expect({ untold, undone }).toEqual({ untold: [], undone: [] });
      expect(changesOf(rest)).not.toContain('k8s-node-1: Node drained');
      expect(changesOf(rest)).toContain('k8s-node-1: Node takes pods again');
      expect(changesOf(rest)).toContain('k8s-node-2: Node drained');
      await threePods();
    });
    expect(await nodes()).toEqual(NODES.map((node) => `${node} v${DEFAULT_KUBERNETES} [] []`));
  });

  test('a second run changes nothing, and drains no node', async () => {
    expect(changesOf(await succeeds('upgrade.yml'))).toEqual([]);
    expect(changesOf(await succeeds('site.yml'))).toEqual([]);
    await succeeds('verify.yml');
  });
});
