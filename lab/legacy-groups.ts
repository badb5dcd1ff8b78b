import { mkdir, readFile, readdir, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { until } from './until.ts';

// On a machine whose controllers are in cgroup v1, a host that runs containers needs a group in the hierarchy of each
// controller: kubelet and the runtime set limits there. The group of cgroup v2 (power.ts) still holds every process of
// the host, so a power cut ends the containers too.

const FOLDER = 'runbook-lab';

interface Hierarchy {
  readonly mountPoint: string;
  readonly controllers: readonly string[];
}

/**
 * Returns the hierarchies of cgroup v1 in a text of /proc/self/mounts.
 * @param mounts lines such as `cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0`
 */
export function legacyHierarchies(mounts: string): Hierarchy[] {
  return mounts.split('\n').flatMap((line) => {
    const [, mountPoint = '', type, options = ''] = line.split(' ');
    return type === 'cgroup' ? [{ mountPoint, controllers: options.split(',') }] : [];
  });
}

async function hierarchies(): Promise<Hierarchy[]> {
  return legacyHierarchies(await readFile('/proc/self/mounts', 'utf8'));
}

/** Returns whether the memory controller of this machine is in cgroup v1: cgroup v2 cannot have it at the same time. */
export async function hasLegacyControllers(): Promise<boolean> {
  return (await hierarchies()).some(({ controllers }) => controllers.includes('memory'));
}

/** Makes the groups of a host, one in each hierarchy, and returns their folders. */
export async function makeLegacyGroups(id: string, machine: string): Promise<string[]> {
  const groups: string[] = [];
  for (const { mountPoint, controllers } of await hierarchies()) {
    const steps = [FOLDER, id, machine].map((_, index, all) => join(mountPoint, ...all.slice(0, index + 1)));
    for (const group of steps) {
      await mkdir(group, { recursive: true });
      if (controllers.includes('cpuset')) await takeCpusOfParent(group);
    }
    groups.push(join(mountPoint, FOLDER, id, machine));
  }
  return groups;
}

/** A new group of this controller has no processor and no memory, and takes no process until it has both. */
async function takeCpusOfParent(group: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems'])
    await writeFile(join(group, file), await readFile(join(dirname(group), file), 'utf8'));
}

/**
 * Removes the groups of a host that is off, or of all hosts of the lab, with those that its containers have left: with
 * old groups in place, kubelet needs half a minute longer to start.
 */
export async function removeLegacyGroups(id: string, machine = ''): Promise<void> {
  for (const { mountPoint } of await hierarchies()) {
    const group = join(mountPoint, FOLDER, id, machine);
    await until(`the control group ${group} is gone`, async () => await removeTree(group), { timeoutMs: 30_000 });
    // Another host or another lab may have its group there.
    if (machine === '') await rmdir(dirname(group)).catch(() => undefined);
  }
}

/** Returns whether the tree is gone. A group is in use for a moment after its last process has been killed. */
async function removeTree(group: string): Promise<boolean> {
  let entries;
  try {
    entries = await readdir(group, { withFileTypes: true });
  } catch {
    return true;
  }
  for (const entry of entries) {
    if (entry.isDirectory() && !(await removeTree(join(group, entry.name)))) return false;
  }
  try {
    await rmdir(group);
    return true;
  } catch {
    return false;
  }
}
