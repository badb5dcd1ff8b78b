import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Value, type ValueMap, isMap } from '../../engine/values/base/value.ts';
import { DEBIAN, ROOT, entryOf, resolved, roleScope, tasksOf, yamlOf } from './role-scope.ts';

/** What the role bundle collects, against what the other roles ask for. */
const ROLES = readdirSync(join(ROOT, 'roles')).filter((role) => role !== 'bundle');
const facts = { ...DEBIAN, interfaces: { eth0: { ipv4: ['192.168.1.26'] } } };

const names = (value: Value): readonly string[] => z.array(z.string()).parse(Array.isArray(value) ? value : [value]);

/** Packages that the tasks of a role install on Debian. */
async function packagesOf(role: string): Promise<readonly string[]> {
  const scope = await roleScope({ role, inventory: 'prod', known: { facts } });
  const found: string[] = [];
  for (const file of readdirSync(join(ROOT, 'roles', role, 'tasks'))) {
    for (const task of tasksOf(`roles/${role}/tasks/${file}`).values()) {
      const given = entryOf(task, 'package');
      if (given?.kind === 'map') found.push(...names(resolved(entryOf(given, 'name'), scope)));
    }
  }
  return found;
}

function defaultsOf(role: string): ReadonlyMap<string, unknown> {
  const path = `roles/${role}/defaults/main.yml`;
  return new Map(
    Object.entries(z.record(z.string(), z.unknown()).parse(parse(readFileSync(join(ROOT, path), 'utf8')))),
  );
}

async function bundled(name: string, extra: ValueMap = {}): Promise<Value> {
  const scope = await roleScope({ role: 'bundle', inventory: 'prod', known: { facts }, extra });
  return scope.lookup(name) ?? null;
}

it('collects every package that a role installs', async () => {
  const wanted = new Set((await Promise.all(ROLES.map(packagesOf))).flat());
  expect(wanted.size).toBeGreaterThan(10);
  const collected = names(await bundled('bundle_packages'));
  expect([...wanted].filter((one) => !collected.includes(one))).toEqual([]);
});

it('copies from mirrors that are folders what the role binaries fetches from URLs', async () => {
  const extra = { node_hosts: ['k8s-node-1'] };
  const scope = await roleScope({ role: 'bundle', inventory: 'lab', known: { facts }, extra });
  const files = z.array(z.object({ at: z.string(), name: z.string() })).parse(scope.lookup('bundle_files'));
  const copied = (component: string): readonly string[] =>
    files.filter(({ at }) => at.startsWith(`${component}/`)).map(({ name }) => name);
  const fetched = await roleScope({ role: 'binaries', inventory: 'lab', known: { facts }, extra });
  for (const component of ['kubernetes', 'containerd', 'cni_plugins'])
    expect(copied(component.replace('_', '-')), component).toEqual(fetched.lookup(`binaries_${component}`));
});

it('has the same default image of CoreDNS as its role', () => {
  const [bundle, role] = ['bundle', 'coredns'].map((name) => defaultsOf(name).get('coredns_image'));
  expect(bundle).toMatch(/coredns:v/);
  expect(bundle).toBe(role);
});

it.each([
  ['registry.k8s.io/pause:3.10.2', 'registry.k8s.io_pause_3.10.2.tar'],
  ['registry.example:5000/a/b:v1', 'registry.example_5000_a_b_v1.tar'],
])('keeps the image %s in a file', async (image, file) => {
  const archives = await bundled('bundle_archives', { bundle_images: [image] });
  expect(archives).toEqual([{ image, name: `images/${file}`, file: `images/amd64/${file}` }]);
});

it('writes variables that name all mirrors and versions of the inventory', async () => {
  const written = await bundled('bundle_variables');
  const all = yamlOf('inventory/group_vars/all.yml');
  if (all.kind !== 'map' || !isMap(written)) throw new Error('these are maps');
  const sources = all.entries.map(({ key }) => key).filter((key) => /_(version|mirror)$/.test(key));
  expect(sources.length).toBeGreaterThan(8);
  expect(sources.filter((key) => !Object.hasOwn(written, key))).toEqual([]);
  expect(written['etcd_mirror']).toBe('{{offline_bundle}}/binaries/etcd');
});
