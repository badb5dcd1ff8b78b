import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Value, type ValueMap, isMap } from '../../engine/values/base/value.ts';
import { DEBIAN, RHEL, ROOT, entryOf, holds, rendered, resolved, roleScope, tasksOf } from './role-scope.ts';

/** Differences between families of Linux. The last test finds branches that these tables lack. */
const FAMILIES = { debian: DEBIAN, redhat: RHEL };
const factsOf = (family: keyof typeof FAMILIES): ValueMap => ({
  facts: { ...FAMILIES[family], interfaces: { eth0: { ipv4: ['192.168.1.26'] } } },
});

/** Returns an argument of a module in a task, rendered for a host of the family. */
async function argument(
  [role, file, task]: readonly [role: string, file: string, task: string],
  module: string,
  name: string,
  family: keyof typeof FAMILIES,
): Promise<Value> {
  const node = tasksOf(`roles/${role}/tasks/${file}.yml`).get(task);
  const given = node === undefined ? undefined : entryOf(node, module);
  if (given?.kind !== 'map') throw new Error(`${role} has no task "${task}" of ${module}`);
  return resolved(entryOf(given, name), await roleScope({ role, known: factsOf(family) }));
}

describe.each(['debian', 'redhat'] as const)('a host of the family %s', (family) => {
  const debian = family === 'debian';

  it('gets the packages by the names that they have there', async () => {
    const names = await argument(['os-prep', 'software', 'Packages'], 'package', 'name', family);
    expect(names).toEqual(
      debian
        ? ['conntrack', 'ethtool', 'ipset', 'iptables', 'ipvsadm', 'kmod', 'nftables', 'openssl', 'socat']
        : ['conntrack-tools', 'ethtool', 'ipset', 'ipvsadm', 'kmod', 'libseccomp', 'openssl', 'socat'],
    );
  });

  it('asks an offline bundle for these packages, and for those of its other roles', async () => {
    const wanted = await argument(
      ['os-prep', 'software', 'Packages of an offline bundle'],
      'vars',
      'bundle_wanted',
      family,
    );
    const names = await argument(['os-prep', 'software', 'Packages'], 'package', 'name', family);
    const others = ['chrony', 'haproxy', 'keepalived'];
    expect(wanted).toEqual([...(Array.isArray(names) ? names : []), ...others]);
  });

  it('keeps the time by the unit that chrony has there', async () => {
    const unit = debian ? 'chrony.service' : 'chronyd.service';
    expect(await argument(['os-prep', 'software', 'Time is kept'], 'systemd', 'name', family)).toBe(unit);
    expect(await argument(['os-prep', 'software', 'Time service'], 'package', 'brings', family)).toEqual([
      { unit, state: debian ? 'started' : 'stopped', enabled: true },
    ]);
  });

  it.each(['haproxy', 'keepalived'])('has %s enabled by its package only where packages do that', async (name) => {
    const brings = await argument(['haproxy-keepalived', name, `Package of ${name}`], 'package', 'brings', family);
    const unit = Array.isArray(brings) ? brings.find((one) => isMap(one) && 'unit' in one) : undefined;
    expect(unit).toEqual({ unit: `${name}.service`, state: 'stopped', enabled: debian });
  });

  it("is asked by the apiserver's handler at the socket that haproxy has there", async () => {
    const text = await rendered('haproxy.cfg.hbs', { role: 'haproxy-keepalived', known: factsOf(family) });
    const socket = /stats socket (\S+)/.exec(text)?.[1] ?? '';
    expect(socket).toBe(debian ? '/run/haproxy/admin.sock' : '/var/lib/haproxy/stats');
    expect(readFileSync(join(ROOT, 'roles/apiserver/handlers/main.yml'), 'utf8')).toContain(`socket=${socket}\n`);
  });

  it('has SELinux made permissive where there is SELinux', async () => {
    const task = tasksOf('roles/os-prep/tasks/kernel.yml').get('SELinux does not enforce');
    if (task === undefined) throw new Error('the task is gone');
    expect(holds(entryOf(task, 'when'), await roleScope({ role: 'os-prep', known: factsOf(family) }))).toBe(!debian);
    expect(await argument(['os-prep', 'kernel', 'SELinux does not enforce'], 'selinux', 'state', family)).toBe(
      'permissive',
    );
  });
});

it('no role branches by family elsewhere', () => {
  const files = readdirSync(join(ROOT, 'roles'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(yml|hbs)$/.test(file),
  );
  const branching = files.flatMap((file) => {
    const lines = readFileSync(join(ROOT, 'roles', file), 'utf8').split('\n');
    return lines
      .filter((line) => /os\.(family|distribution)|haproxy_debian|os_prep_packages|facts\.selinux/.test(line))
      .map(() => file);
  });
  const counts = Object.fromEntries(
    branching.toSorted().map((file) => [file, branching.filter((one) => one === file).length]),
  );
  expect(counts).toEqual({
    'bundle/defaults/main.yml': 1,
    'bundle/tasks/make-packages.yml': 2,
    'haproxy-keepalived/defaults/main.yml': 1,
    'haproxy-keepalived/tasks/haproxy.yml': 1,
    'haproxy-keepalived/tasks/keepalived.yml': 1,
    'haproxy-keepalived/templates/haproxy.cfg.hbs': 1,
    'os-prep/defaults/main.yml': 2,
    'os-prep/tasks/kernel.yml': 1,
    'os-prep/tasks/software.yml': 3,
  });
});
