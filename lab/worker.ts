import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exists } from './cache.ts';
import type { Disk } from './disk.ts';
import { hasLegacyControllers, makeLegacyGroups } from './legacy-groups.ts';

// What a host needs beyond the others to run containers: a worker node of Kubernetes.

/** kubelet sets these itself if they differ, but /proc/sys belongs to the machine: the host sees files instead. */
const KERNEL_PARAMETERS: Readonly<Record<string, string>> = {
  'vm.overcommit_memory': '1',
  'kernel.panic': '10',
  'kernel.panic_on_oops': '1',
};

const PARAMETERS_FOLDER = 'etc/runbook-lab';
const UNIT = 'runbook-lab-worker.service';

const UNIT_TEXT = `# Gives the host, which is a container, what kubelet expects of a machine.
[Unit]
Description=A machine for kubelet
DefaultDependencies=no
After=local-fs.target
Before=sysinit.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -ec 'for file in /${PARAMETERS_FOLDER}/*; do mount --bind "$$file" "/proc/sys/$$(basename "$$file" | tr . /)"; done'
ExecStart=/bin/sh -ec 'for group in /sys/fs/cgroup/*; do if mountpoint -q "$$group" && [ ! -h "$$group" ]; then mount -o remount,bind,rw "$$group"; fi; done'
ExecStart=mount --make-rshared /
`;

/** Returns the folder of the machine for the images and layers of the host. An overlay cannot be the upper layer of one. */
function containersOf(disk: Disk): string {
  return join(dirname(disk.upper), 'containerd');
}

/** Lays the files of a worker over the base, before its first boot. */
export async function layWorker(disk: Disk): Promise<void> {
  await mkdir(containersOf(disk), { recursive: true });
  await chmod(containersOf(disk), 0o700);
  const parameters = join(disk.upper, PARAMETERS_FOLDER);
  await mkdir(parameters, { recursive: true });
  for (const [name, value] of Object.entries(KERNEL_PARAMETERS)) await writeFile(join(parameters, name), `${value}\n`);
  const units = join(disk.upper, 'etc/systemd/system');
  await mkdir(join(units, 'sysinit.target.wants'), { recursive: true });
  await writeFile(join(units, UNIT), UNIT_TEXT);
  await symlink(`../${UNIT}`, join(units, 'sysinit.target.wants', UNIT));
}

/** How systemd-nspawn has to start a worker. */
export interface WorkerStart {
  readonly options: readonly string[];
  /** The control groups that the host joins before it starts, one for each hierarchy of cgroup v1. */
  readonly legacyGroups: readonly string[];
}

/** Makes what a worker needs on the machine, and returns how it is started. */
export async function prepareWorker(id: string, machine: string, disk: Disk): Promise<WorkerStart> {
  const isLegacy = await hasLegacyControllers();
  return {
    legacyGroups: isLegacy ? await makeLegacyGroups(id, machine) : [],
    options: [
      // CAP_SYSLOG is for /dev/kmsg, which kubelet reads.
      '--capability=CAP_NET_ADMIN,CAP_SYS_ADMIN,CAP_SYSLOG',
      '--system-call-filter=@keyring bpf',
      `--bind=${containersOf(disk)}:/var/lib/containerd`,
      ...((await exists('/dev/kmsg')) ? ['--bind=/dev/kmsg'] : []),
    ],
  };
}
