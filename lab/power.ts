import { mkdir, readFile, readdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../engine/errors/problem.ts';
import { until } from './until.ts';

// Every host has a control group of its own, with the supervisor of the container in it. The kernel knows all processes
// in the group, and can kill all of them at once: no process ids are stored, and none can be mistaken. The hosts need
// separate groups too: otherwise the systemd of two hosts would share one tree of units.

async function hierarchy(): Promise<string> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  const line = mounts.split('\n').find((mount) => mount.split(' ')[2] === 'cgroup2');
  const mountPoint = line?.split(' ')[1];
  if (mountPoint !== undefined) return mountPoint;
  throw new Problem({
    code: 'lab-unfit',
    what: "the lab needs the kernel's cgroup v2, which this machine has not mounted",
    remedy: 'Mount it: `mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 none /sys/fs/cgroup/unified`.',
  });
}

async function groupOf(id: string, machine?: string): Promise<string> {
  return join(await hierarchy(), 'runbook-lab', id, machine ?? '');
}

/** Makes the control group of the host. Its processes are in subgroups; every process there belongs to the host. */
export async function makeGroup(id: string, machine: string): Promise<string> {
  const group = await groupOf(id, machine);
  await mkdir(group, { recursive: true });
  for (const folder of [join(group, '../..'), join(group, '..'), group]) await passControllersOn(folder);
  return group;
}

/** Lets subgroups account for memory, processor time and so on, if the machine's hierarchy has the controllers. */
async function passControllersOn(group: string): Promise<void> {
  const controllers = (await readFile(join(group, 'cgroup.controllers'), 'utf8')).trim();
  if (controllers === '') return;
  const wanted = controllers.split(' ').map((controller) => `+${controller}`);
  await writeFile(join(group, 'cgroup.subtree_control'), wanted.join(' '));
}

async function populated(group: string): Promise<boolean> {
  try {
    return /^populated 1$/m.test(await readFile(join(group, 'cgroup.events'), 'utf8'));
  } catch {
    return false;
  }
}

/** Returns whether a process of the host runs. */
export async function isPowered(id: string, machine: string): Promise<boolean> {
  return await populated(await groupOf(id, machine));
}

async function removeTree(group: string): Promise<void> {
  let entries;
  try {
    entries = await readdir(group, { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) {
    if (entry.isDirectory()) await removeTree(join(group, entry.name));
  }
  await rmdir(group);
}

async function killGroup(group: string): Promise<void> {
  if (await populated(group)) {
    await writeFile(join(group, 'cgroup.kill'), '1');
    await until("the host's processes are gone", async () => !(await populated(group)), { timeoutMs: 30_000 });
  }
  await removeTree(group);
}

/** Cuts the power: every process of the host is killed at once. Does nothing to a host that is off. */
export async function cutPower(id: string, machine: string): Promise<void> {
  await killGroup(await groupOf(id, machine));
}

/** Cuts the power of all hosts of a lab, even of hosts that are in no state file. */
export async function cutAllPower(id: string): Promise<void> {
  const lab = await groupOf(id);
  await killGroup(lab);
  try {
    await rmdir(join(lab, '..'));
  } catch {
    // Another lab has its control groups there.
  }
}
