import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Problem } from '../../engine/errors/problem.ts';
import { cacheFolder } from '../../lab/cache.ts';
import { distribution } from '../../lab/distribution.ts';
import { type Lab, down, find, up } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { packageRepository } from '../../lab/packages.ts';
import { namesOf, stateFolder } from '../../lab/state.ts';
import { until } from '../../lab/until.ts';

const execute = promisify(execFile);
const NAME = 'lab-test';
const HOST = 'k8s-master-1';
const reason = unfitness();
const SKIPPED = reason === undefined ? '' : ` (skipped: ${reason})`;

/** Returns everything of the lab on this machine: processes, mounts, namespaces, interfaces, control groups, files. */
async function traces(): Promise<string[]> {
  const { id, netns, machines } = namesOf(NAME);
  const marks = [id, netns, machines];
  const isOurs = (text: string): boolean => marks.some((mark) => text.includes(mark));
  const processes = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    });
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  const namespaces = (await execute('ip', ['netns', 'list'])).stdout.split('\n');
  const links = (await execute('ip', ['-o', 'link'])).stdout.split('\n');
  const groups = mounts
    .filter((line) => ['cgroup', 'cgroup2'].includes(line.split(' ')[2] ?? ''))
    .map((line) => `${line.split(' ')[1] ?? ''}/runbook-lab/${id}`)
    .filter((folder) => existsSync(folder));
  const places = [
    stateFolder(NAME),
    `${cacheFolder()}/disks/${id}`,
    `/var/lib/runbook-lab/${id}`,
    `/var/tmp/runbook-lab/${id}`,
  ];
  const supervisors = '/run/systemd/nspawn/propagate';
  const files = [
    ...places.filter((path) => existsSync(path)),
    ...(existsSync(supervisors) ? readdirSync(supervisors) : []),
  ];
  return [...[...processes, ...mounts, ...namespaces, ...links, ...files].filter((line) => isOurs(line)), ...groups];
}

async function answers(lab: Lab): Promise<boolean> {
  try {
    await lab.ssh(HOST, 'true');
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

let lab: Lab;

beforeAll(async () => {
  lab = await up({ name: NAME, hosts: 1 });
}, 300_000);

afterAll(async () => {
  await down(NAME);
}, 60_000);

describe.skipIf(reason !== undefined)(`lab${SKIPPED}`, () => {
  it('gives hosts like freshly installed ones: systemd runs, sudo works, the name is not set yet', async () => {
    expect(await lab.ssh(HOST, 'systemctl is-system-running --wait')).toBe('running\n');
    expect(await lab.ssh(HOST, 'hostname; sudo id -un')).toBe('debian\nroot\n');
    expect(await lab.ssh(HOST, 'cat /proc/1/comm; ip -4 -o addr show host0')).toMatch(
      /^systemd\n.*192\.168\.1\.26\/24/,
    );
  });

  it('has a package repository that works without a network', async () => {
    await lab.ssh(HOST, 'sudo apt-get -q update && sudo apt-get -q -y install conntrack && sudo conntrack --version');
  });

  it('fetches packages twice at the same time: the second waits for no lock and fails at none', async () => {
    const before = process.env['RUNBOOK_CACHE'];
    const cache = mkdtempSync(join(tmpdir(), 'runbook-lab-cache-'));
    process.env['RUNBOOK_CACHE'] = cache;
    try {
      const wish = { source: await distribution(), base: lab.state.base, report: () => undefined, names: ['socat'] };
      const [one, other] = await Promise.all([packageRepository(wish), packageRepository(wish)]);
      expect(other).toBe(one);
      expect(readFileSync(join(one, 'Packages'), 'utf8')).toContain('Package: socat\n');
    } finally {
      if (before === undefined) delete process.env['RUNBOOK_CACHE'];
      else process.env['RUNBOOK_CACHE'] = before;
      rmSync(cache, { recursive: true });
    }
  });

  it('is brought up twice without a change', async () => {
    const boot = await lab.ssh(HOST, 'cat /proc/sys/kernel/random/boot_id');
    await up({ name: NAME, hosts: 1 });
    expect(await lab.ssh(HOST, 'cat /proc/sys/kernel/random/boot_id')).toBe(boot);
  });

  it('loses a host to a power cut, and gets it back with its disk', async () => {
    await lab.ssh(HOST, 'echo kept > kept && sync kept');
    await lab.kill(HOST);
    await lab.kill(HOST);
    expect(await lab.condition(HOST)).toBe('off');
    expect(await answers(lab)).toBe(false);
    await lab.start(HOST);
    await lab.start(HOST);
    expect(await lab.condition(HOST)).toBe('on');
    expect(await lab.ssh(HOST, 'cat kept')).toBe('kept\n');
  });

  it.each(['cut', 'isolate'] as const)('cannot reach a host after %s, and can after mend', async (partition) => {
    await lab[partition](HOST);
    expect(await lab.condition(HOST)).toBe('cut');
    expect(await answers(lab)).toBe(false);
    await lab.mend(HOST);
    expect(await lab.condition(HOST)).toBe('on');
    await until('the host answers again', async () => await answers(lab), { timeoutMs: 20_000 });
  });
});

describe.skipIf(reason !== undefined)(`lab, further${SKIPPED}`, () => {
  it('refuses to cut the link of a host that is off', async () => {
    await lab.kill(HOST);
    await expect(lab.cut(HOST)).rejects.toMatchObject({ code: 'lab-host-off' });
    await lab.start(HOST);
  });

  it('gives a fresh disk on reset, and knows the new host key', async () => {
    await lab.ssh(HOST, 'touch gone');
    await lab.reset(HOST);
    expect(await lab.ssh(HOST, 'ls')).toBe('');
  });

  it('comes back after its host rebooted by itself', async () => {
    const boot = await lab.ssh(HOST, 'cat /proc/sys/kernel/random/boot_id');
    await lab.ssh(HOST, 'sudo systemctl reboot').catch(() => undefined);
    const isRebooted = async (): Promise<boolean> =>
      (await answers(lab)) && (await lab.ssh(HOST, 'cat /proc/sys/kernel/random/boot_id')) !== boot;
    await until('the host has rebooted', isRebooted, { timeoutMs: 30_000 });
  });

  it('leaves nothing behind when it goes down', async () => {
    expect(await traces()).not.toEqual([]);
    await lab.down();
    await down(NAME);
    expect(await traces()).toEqual([]);
    await expect(find(NAME)).rejects.toMatchObject({ code: 'lab-unknown' });
  });

  it('leaves nothing behind when up is interrupted', async () => {
    const controller = new AbortController();
    const report = (line: string): void => {
      if (line.startsWith('starting ')) controller.abort(new Problem({ code: 'interrupted', what: 'interrupted' }));
    };
    await expect(up({ name: NAME, hosts: 2, report, signal: controller.signal })).rejects.toMatchObject({
      code: 'interrupted',
    });
    expect(await traces()).toEqual([]);
  });
});
