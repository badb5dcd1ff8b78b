import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, up } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { ensureContainerRuntime } from '../../lab/node-binaries.ts';
import { changesOf, complaints, recapOf, runbook } from '../lab/controller.ts';

/** The role containerd on a node without Kubernetes: images from the registry of the lab, and containers. */
const why = unfitness();
const SKIPPED = why === undefined ? '' : ` (skipped: ${why})`;
const NODE = 'k8s-node-1';
const IMAGE = 'registry.k8s.io/e2e-test-images/busybox:1.37.0-1';
const CONFIG = '/etc/containerd/certs.d';

let lab: Lab;
let folder: string;

beforeAll(async () => {
  if (why !== undefined) return;
  await ensureContainerRuntime();
  lab = await up({ name: 'containerd', hosts: 0, workers: 1 });
  folder = mkdtempSync(join(tmpdir(), 'containerd-'));
  symlinkSync(join(import.meta.dirname, '../../roles'), join(folder, 'roles'));
  writeFileSync(
    join(folder, 'site.yml'),
    JSON.stringify([{ hosts: 'nodes', become: true, roles: [{ role: 'containerd' }] }]),
  );
});
afterAll(async () => {
  if (why !== undefined) return;
  await lab.down();
  rmSync(folder, { recursive: true });
});

const site = (command: 'plan' | 'play', variables: object = {}): ReturnType<typeof runbook> =>
  runbook(
    lab,
    [command, join(folder, 'site.yml'), '--trust', '-e', JSON.stringify(variables)],
    'inventory/lab-one-node.yml',
  );
const ctr = (args: string): Promise<string> => lab.ssh(NODE, `sudo ctr --namespace k8s.io ${args}`);

describe.skipIf(why !== undefined)(`containerd${SKIPPED}`, () => {
  test('is installed as the plan of the untouched host said; then there is nothing to do', async () => {
    const plan = await site('plan');
    const play = await site('play');
    expect(complaints(play)).toBe('');
    expect(changesOf(play)).not.toEqual([]);
    expect(changesOf(plan)).toEqual(changesOf(play));
    const again = await site('play');
    expect(complaints(again)).toBe('');
    expect(recapOf(again)).toMatchObject([{ host: NODE, changed: 0, failed: 0 }]);
  });

  test('pulls an image by its own name from the mirror, and runs it with a limit', async () => {
    await ctr(`images pull --hosts-dir ${CONFIG} ${IMAGE}`);
    expect(await ctr(`run --rm ${IMAGE} hello sh -c 'id -u; hostname'`)).toMatch(/^0\n/);
    await ctr(`run --detach --memory-limit 33554432 ${IMAGE} keeper sleep 100000`);
    expect(await ctr('tasks list')).toMatch(/^keeper +\d+ +RUNNING$/m);
  });

  test('restarts for a changed configuration, and containers run on', async () => {
    const task = await ctr('tasks list');
    const variables = { containerd_extra_config: "[debug]\n  level = 'warn'" };
    const play = await site('play', variables);
    expect(complaints(play)).toBe('');
    expect(changesOf(play)).toEqual([`${NODE}: Configuration of containerd`, `${NODE}: containerd restarted`]);
    expect(await ctr('tasks list')).toBe(task);
    expect(changesOf(await site('plan', variables))).toEqual([]);
  });

  test('refuses a configuration that containerd cannot read, and runs on with the one that it has', async () => {
    const play = await site('play', { containerd_extra_config: '[debug' });
    expect(complaints(play)).toContain('the new file did not pass');
    await ctr('version');
  });

  test('forgets a mirror that is no longer wanted, without a restart', async () => {
    const play = await site('play', {
      containerd_registry_mirrors: { 'registry.k8s.io': [{ url: 'http://192.168.1.1:5000' }] },
    });
    expect(complaints(play)).toBe('');
    expect(await lab.ssh(NODE, `find ${CONFIG} -type f`)).toBe(`${CONFIG}/registry.k8s.io/hosts.toml\n`);
    await ctr(`images remove ${IMAGE}`);
    await ctr(`images pull --hosts-dir ${CONFIG} ${IMAGE}`);
  });

  test('comes back after a power cut, with its images', async () => {
    await lab.kill(NODE);
    await lab.start(NODE);
    await expect
      .poll(async () => await ctr('images list --quiet').catch(() => ''), { timeout: 60_000 })
      .toContain(IMAGE);
    expect(await ctr(`run --rm ${IMAGE} hello-again true`)).toBe('');
  });
});
