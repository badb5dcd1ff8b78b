import { expect } from 'vitest';
import type { Lab } from '../../lab/hosts.ts';
import { until } from '../../lab/until.ts';
import { type RunbookResult, changesOf, complaints, runbook } from '../lab/controller.ts';
import { kubectl } from './cluster.ts';

/** A cluster with two nodes in a lab, and pods that answer on both of them. */
export const INVENTORY = 'inventory/lab-nodes.yml';
export const NODES = ['k8s-node-1', 'k8s-node-2'];
/** Images and busy machines take their time. */
const PATIENCE = { timeoutMs: 600_000 };

const MANIFEST = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 4
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: { matchLabels: { app: web } } }]
      containers: [{ name: agnhost, image: registry.k8s.io/e2e-test-images/agnhost:2.63.0, args: [netexec, --http-port=8080], readinessProbe: { httpGet: { path: /healthz, port: 8080 }, timeoutSeconds: 10 } }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { type: NodePort, selector: { app: web }, ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] }
`;

export async function applyPods(lab: Lab): Promise<void> {
  await applyManifest(lab, MANIFEST);
}

/** Makes the objects of a manifest in the cluster. */
export async function applyManifest(lab: Lab, manifest: string): Promise<void> {
  const text = Buffer.from(manifest).toString('base64');
  const apply = 'sudo kubectl --kubeconfig=/etc/kubernetes/admin.conf apply --filename=-';
  await lab.ssh('k8s-master-1', `echo ${text} | base64 -d | ${apply}`);
}

/** Plays a playbook, which must succeed. */
export async function playOn(lab: Lab, playbook: string, ...args: readonly string[]): Promise<RunbookResult> {
  const done = await runbook(lab, ['play', `playbooks/${playbook}`, ...args], INVENTORY);
  expect(complaints(done)).toBe('');
  expect(done.status).toBe(0);
  return done;
}

/** Waits until kubectl prints the text. What it has printed last is in the error. */
export async function eventually(lab: Lab, what: string, args: string, expected: RegExp): Promise<void> {
  let last = '';
  try {
    await until(
      what,
      async () => {
        last = await kubectl(lab, args).catch((error: unknown) => String(error));
        return expected.test(last);
      },
      PATIENCE,
    );
  } catch (error) {
    throw new Error(last, { cause: error });
  }
}

const STATE = `get nodes -o jsonpath='{range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status} {end}'`;

/** Waits until the node is Ready, or is seen not to be. */
export async function untilNode(lab: Lab, node: string, state: 'True' | 'False' | 'Unknown'): Promise<void> {
  await eventually(lab, `${node} is ${state}`, STATE, new RegExp(`(^| )${node} ${state} `));
}

/** Waits until the nodes are Ready, and the pods answer each other by the name of their Service from both nodes. */
export async function podsAreWell(lab: Lab): Promise<void> {
  for (const node of NODES) await untilNode(lab, node, 'True');
  const replicas = 'get deployment web -o jsonpath={.status.readyReplicas}/{.status.replicas}';
  await eventually(lab, 'four pods are ready', replicas, /^4\/4$/);
  const rows = await kubectl(
    lab,
    `get pods -l app=web --field-selector=status.phase=Running -o jsonpath='{range .items[*]}{.spec.nodeName} {.metadata.name}{"\\n"}{end}'`,
  );
  const podOn = new Map(
    rows
      .trim()
      .split('\n')
      .map((row): [string, string] => [row.split(' ')[0] ?? '', row.split(' ')[1] ?? '']),
  );
  for (const pod of podOn.values()) {
    const ask = `exec ${pod} -- /agnhost connect web.default.svc.cluster.local:80 --timeout=10s && echo reached`;
    await eventually(lab, `${pod} reaches the Service`, ask, /reached/);
  }
}

/** Fails if a run of the whole site changes something. */
export async function siteIsInSync(lab: Lab, ...args: readonly string[]): Promise<void> {
  expect(changesOf(await playOn(lab, 'site.yml', ...args))).toEqual([]);
}
