import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { up, type Lab } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { ensureNodeBinaries } from '../../lab/node-binaries.ts';
import { REGISTRY } from '../../lab/registry.ts';
import { changesOf, complaints, runbook } from '../lab/controller.ts';
import { installedPath } from '../system-packages.ts';
import { kubectl, release } from './cluster.ts';
import { foretold } from './foretold.ts';
import { applyManifest, eventually } from './node-cluster.ts';

/**
 * A bundle is made on a controller with a network. Then a cluster is built out of it: its hosts have no source of packages,
 * and no mirror of images.
 */
const why = unfitness();
const SKIPPED = why === undefined ? '' : ` (skipped: ${why})`;
const INVENTORY = 'inventory/lab-one-node.yml';
const AGNHOST = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0';
const IMAGES = ['registry.k8s.io/pause:3.10.2', 'registry.k8s.io/coredns/coredns:v1.14.2', AGNHOST];

const POD = `
apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers: [{ name: agnhost, image: ${AGNHOST}, args: [netexec, --http-port=8080] }]
`;

let lab: Lab;
let scratch: string;

const collect = (): readonly string[] => {
  const values = {
    bundle_dir: join(scratch, 'made'),
    bundle_images: IMAGES,
    bundle_registries_file: join(scratch, 'registries.conf'),
    bundle_host_dir: join(scratch, 'work'),
  };
  return ['play', 'playbooks/bundle.yml', '-e', JSON.stringify(values)];
};
const bundled = (command: string): readonly string[] => {
  const values = { offline_bundle: join(scratch, 'moved'), containerd_registry_mirrors: {} };
  return [command, 'playbooks/site.yml', '-e', `@${join(scratch, 'moved/vars.yml')}`, '-e', JSON.stringify(values)];
};

beforeAll(async () => {
  if (why !== undefined) return;
  await ensureNodeBinaries();
  if (installedPath('skopeo') === undefined)
    await promisify(execFile)('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'skopeo']);
  scratch = await mkdtemp(join(tmpdir(), 'runbook-bundle-'));
  lab = await up({ name: 'offline', hosts: 1, workers: 1 });
});
afterAll(async () => {
  await release(lab);
  await rm(scratch, { recursive: true, force: true });
});

describe.skipIf(why !== undefined)(`a bundle${SKIPPED}`, () => {
  test('has binaries, images and packages, and a second run changes nothing', async () => {
    const mirror = `[[registry]]\nprefix = "registry.k8s.io"\nlocation = "${new URL(REGISTRY).host}"\ninsecure = true\n`;
    await writeFile(join(scratch, 'registries.conf'), mirror);
    // The registry is in the network of the lab, and packages are outside of it.
    const [command = '', ...args] = collect();
    const images = await runbook(lab, [command, ...args, '-e', '{"bundle_packages": []}'], INVENTORY);
    expect(complaints(images)).toBe('');
    const outside: Lab = { ...lab, enter: ['env'] };
    const packages = await runbook(outside, [command, ...args], INVENTORY);
    expect(complaints(packages)).toBe('');
    expect(changesOf(packages)).toEqual([
      'localhost: Folder for packages',
      'localhost: Archive of packages',
      'localhost: Archive of packages in the bundle',
      'localhost: Checksums of the bundle',
    ]);
    expect(changesOf(await runbook(outside, [command, ...args], INVENTORY))).toEqual([]);
  });

  test('that is not whole is refused before a host changes', async () => {
    await promisify(execFile)('mv', [join(scratch, 'made'), join(scratch, 'moved')]);
    const vars = join(scratch, 'moved/vars.yml');
    await promisify(execFile)('cp', ['-p', vars, `${vars}.whole`]);
    await writeFile(vars, '# more\n', { flag: 'a' });
    const refused = await runbook(lab, bundled('play'), INVENTORY);
    expect(refused.status).toBe(2);
    expect(complaints(refused)).toContain('vars.yml: FAILED');
    expect(changesOf(refused)).toEqual([]);
    await promisify(execFile)('mv', [`${vars}.whole`, vars]);
  });

  test('builds a cluster whose hosts have no source of packages or images', async () => {
    for (const { name } of lab.state.hosts) {
      await lab.ssh(name, 'sudo rm -r /etc/apt/sources.list.d /etc/apt/sources.list; sudo apt-get clean');
      expect(await lab.ssh(name, 'command -v haproxy keepalived conntrack || true')).toBe('');
    }
    const plan = await runbook(lab, bundled('plan'), INVENTORY);
    expect(complaints(plan)).toBe('');
    const done = await runbook(lab, bundled('play'), INVENTORY);
    expect(complaints(done)).toBe('');
    const { untold, undone } = foretold(plan, done);
    expect({ untold, undone }).toEqual({ untold: [], undone: [] });
    expect(changesOf(await runbook(lab, bundled('play'), INVENTORY))).toEqual([]);
  });

  test('gives nodes images that they keep', async () => {
    await applyManifest(lab, POD);
    await eventually(lab, 'the pod runs', 'get pod web -o jsonpath={.status.phase}', /^Running$/);
    const images = await lab.ssh('k8s-node-1', 'sudo ctr --namespace=k8s.io images list');
    for (const image of IMAGES) {
      const row = images.split('\n').find((line) => line.startsWith(`${image} `));
      expect(row, image).toContain('io.cri-containerd.pinned=pinned');
    }
    expect(await kubectl(lab, 'get events -A')).not.toContain('Failed to pull image');
  });
});
