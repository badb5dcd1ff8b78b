import { mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../engine/errors/problem.ts';
import { cacheFolder } from './cache.ts';
import { succeeds } from './command.ts';

// The disk of a host is the writable layer of an overlay mount over the shared base. The driver makes the mount in the
// mount namespace of the host's supervisor, so that the mount ends with it.

/**
 * Possible places for writable layers, the best first. An overlay refuses some file systems as upper layer: another
 * overlay, some network file systems.
 */
function places(): string[] {
  return [join(cacheFolder(), 'disks'), '/var/lib/runbook-lab', '/var/tmp/runbook-lab', '/dev/shm/runbook-lab'];
}

async function carriesOverlay(place: string): Promise<boolean> {
  await mkdir(place, { recursive: true });
  const probe = await mkdtemp(join(place, '.probe-'));
  try {
    for (const folder of ['lower', 'upper', 'work', 'root']) await mkdir(join(probe, folder));
    const script =
      'mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work root && mkdir root/a && rmdir root/a';
    return await succeeds(['unshare', '--mount', '--propagation', 'slave', '--', 'sh', '-c', script], { cwd: probe });
  } finally {
    await rm(probe, { recursive: true, force: true });
  }
}

/** The folder for the disks of the lab `id`. @throws Problem `lab-no-overlay` */
export async function placeDisks(id: string): Promise<string> {
  for (const place of places()) {
    if (await carriesOverlay(place)) return join(place, id);
    await rmdir(place).catch(() => undefined);
  }
  throw new Problem({
    code: 'lab-no-overlay',
    what: "found no place for the hosts' disks: overlay mounts fail in all of them",
    why: places().join('\n'),
    remedy:
      'Set RUNBOOK_CACHE to a folder on an ordinary file system (ext4, xfs, tmpfs), and allow this user to mount.',
  });
}

export interface Disk {
  readonly upper: string;
  readonly work: string;
  readonly root: string;
  readonly console: string;
}

export function diskOf(disks: string, machine: string): Disk {
  const folder = join(disks, machine);
  return {
    upper: join(folder, 'upper'),
    work: join(folder, 'work'),
    root: join(folder, 'root'),
    console: join(folder, 'console.log'),
  };
}

/** Removes every disk of the lab, wherever an earlier run has put it. */
export async function removeDisks(id: string): Promise<void> {
  for (const place of places()) {
    await rm(join(place, id), { recursive: true, force: true });
    await rmdir(place).catch(() => undefined);
  }
}
