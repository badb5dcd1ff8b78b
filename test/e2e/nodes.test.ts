import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { up, type Lab } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { ensureNodeBinaries } from '../../lab/node-binaries.ts';
import { changesOf, complaints, runbook } from '../lab/controller.ts';
import { kubectl, release } from './cluster.ts';
import { foretold } from './foretold.ts';
import { INVENTORY, NODES, applyPods, eventually, playOn } from './node-cluster.ts';

/** Nodes that run pods: they join, pods reach each other and the world outside, and nodes come and go. */
const why = unfitness();
const SKIPPED = why === undefined ? '' : ` (skipped: ${why})`;

let lab: Lab;

const play = async (playbook: string, ...args: readonly string[]): Promise<readonly string[]> =>
  changesOf(await playOn(lab, playbook, ...args));

const ready = (nodes: readonly string[]): RegExp => new RegExp(`^${nodes.map((node) => `${node} True`).join(' ')} $`);
const READY = `get nodes -o jsonpath='{range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status} {end}'`;

/** Name, node and address of each pod of the Deployment. */
async function pods(): Promise<readonly { readonly name: string; readonly node: string; readonly address: string }[]> {
  const rows = await kubectl(
    lab,
    `get pods -l app=web -o jsonpath='{range .items[*]}{.metadata.name} {.spec.nodeName} {.status.podIP}{"\\n"}{end}'`,
  );
  return rows
    .trim()
    .split('\n')
    .map((row) => row.split(' '))
    .map(([name = '', node = '', address = '']) => ({ name, node, address }));
}

/** What a pod gets from an address. */
const fromPod = (pod: string, url: string): Promise<string> =>
  kubectl(lab, `exec ${pod} -- /agnhost connect ${url} --timeout=10s && echo reached`);

beforeAll(async () => {
  if (why !== undefined) return;
  await ensureNodeBinaries();
  lab = await up({ name: 'nodes', hosts: 3, workers: 2 });
});
afterAll(() => release(lab));

describe.skipIf(why !== undefined)(`nodes: from nothing to pods${SKIPPED}`, () => {
  test('the play makes what the plan of untouched hosts said, and a second one changes nothing', async () => {
    const plan = await runbook(lab, ['plan', 'playbooks/site.yml'], INVENTORY);
    expect(complaints(plan)).toBe('');
    const done = await runbook(lab, ['play', 'playbooks/site.yml'], INVENTORY);
    expect(complaints(done)).toBe('');
    const { untold, undone } = foretold(plan, done);
    expect({ untold, undone }).toEqual({ untold: [], undone: [] });
    expect(await play('site.yml')).toEqual([]);
    await play('verify.yml');
  });

  test('nodes are Ready, and no token is left', async () => {
    expect(await kubectl(lab, READY)).toMatch(ready(NODES));
    expect(await kubectl(lab, 'get secrets -n kube-system --field-selector=type=bootstrap.kubernetes.io/token')).toBe(
      '',
    );
    for (const node of NODES)
      expect(await lab.ssh(node, 'sudo ls /etc/kubernetes')).not.toContain('bootstrap-kubelet.conf');
  });

  test('pods run on both nodes, and reach each other, Services, and the DNS of the cluster', async () => {
    await applyPods(lab);
    await eventually(lab, 'four pods are ready', 'get deployment web -o jsonpath={.status.readyReplicas}', /^4$/);
    const all = await pods();
    expect(new Set(all.map(({ node }) => node))).toEqual(new Set(NODES));
    const [one] = all;
    const other = all.find(({ node }) => node !== one?.node);
    if (one === undefined || other === undefined) throw new Error('no two pods');
    for (const url of [`${other.address}:8080`, 'web.default.svc.cluster.local:80', 'kubernetes.default:443'])
      expect(await fromPod(one.name, url), url).toContain('reached');
    expect(await kubectl(lab, `logs ${one.name}`)).toContain('8080');
  });

  test('a NodePort answers on both nodes, and pods see the true address of a pod', async () => {
    const ask = (url: string): Promise<string> =>
      lab.ssh(
        'k8s-master-1',
        `bash -c 'exec 3<>/dev/tcp/${url.replace(':', '/')} && printf "GET /clientip HTTP/1.0\\r\\n\\r\\n" >&3 && tail -n 1 <&3'`,
      );
    for (const address of ['192.168.1.32:30080', '192.168.1.30:30080']) expect(await ask(address)).toContain(':');
    const [first] = await pods();
    expect(await ask(`${first?.address ?? ''}:8080`)).toContain('192.168.1.26:');
  });
});

describe.skipIf(why !== undefined)(`nodes: they come and go${SKIPPED}`, () => {
  test('a node whose power was cut comes back with its routes and pods', async () => {
    await lab.kill('k8s-node-2');
    await lab.start('k8s-node-2');
    await eventually(lab, 'all nodes are Ready', READY, ready(NODES));
    await eventually(lab, 'four pods are ready', 'get deployment web -o jsonpath={.status.readyReplicas}', /^4$/);
    await play('verify.yml');
    expect(await play('site.yml')).toEqual([]);
  });

  test('a certificate of a former authority, or none, lets a node join again, and its pods go on', async () => {
    const before = await pods();
    await lab.ssh(
      'k8s-node-1',
      'sudo rm /var/lib/kubelet/pki/kubelet-client-current.pem /var/lib/kubelet/pki/kubelet-server-current.pem',
    );
    const changes = await play('site.yml', '--tags', 'kubelet');
    expect(changes).toContain('k8s-node-1: Serving certificate of kubelet approved');
    expect(changes.filter((change) => change.startsWith('k8s-node-2'))).toEqual([]);
    expect(await pods()).toEqual(before);
    expect(await play('site.yml')).toEqual([]);
  });

  test('a node that is reset alone leaves the cluster with its taints, and joins again', async () => {
    await kubectl(lab, 'taint node k8s-node-2 of=before:NoSchedule');
    await play('reset.yml', '-e', 'confirm=lab', '--limit', 'k8s-node-2');
    expect(await kubectl(lab, READY)).toMatch(ready(['k8s-node-1']));
    await play('site.yml');
    expect(await kubectl(lab, READY)).toMatch(ready(NODES));
    expect(await kubectl(lab, 'get node k8s-node-2 -o jsonpath={.spec.taints}')).toBe('');
    expect(await play('site.yml')).toEqual([]);
  });

  test('a node is removed: its pods move, and nothing is left of it', async () => {
    await play('remove-node.yml', '-e', 'removed=k8s-node-2');
    expect(await kubectl(lab, READY)).toMatch(ready(['k8s-node-1']));
    await eventually(lab, 'four pods are ready', 'get deployment web -o jsonpath={.status.readyReplicas}', /^4$/);
    expect(await lab.ssh('k8s-node-1', 'ip route show proto 87')).toBe('');
    expect(await lab.ssh('k8s-node-2', 'sudo ls /etc/kubernetes /var/lib/kubelet 2>&1 || true')).toMatch(
      /No such file/,
    );
    expect(await play('remove-node.yml', '-e', 'removed=k8s-node-2')).toEqual([]);
  });

  test('and is added again', async () => {
    await play('add-node.yml', '-e', 'added=k8s-node-2');
    expect(await kubectl(lab, READY)).toMatch(ready(NODES));
    expect(await play('site.yml')).toEqual([]);
  });
});
