import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../engine/errors/problem.ts';
import { REPOSITORY } from './base.ts';
import { exists } from './cache.ts';
import { diskOf } from './disk.ts';
import { removeLegacyGroups } from './legacy-groups.ts';
import { BRIDGE, enterCommand, removePort } from './network.ts';
import { cutPower, isPowered, makeGroup } from './power.ts';
import { authorize, layHostKey } from './ssh.ts';
import { type HostState, type LabState, NETWORK } from './state.ts';
import { until } from './until.ts';
import { layWorker, prepareWorker } from './worker.ts';

// The driver for hosts as systemd-nspawn containers. Another driver (Docker, qemu) would be a file beside this one.

// The mount is in the mount namespace of the supervisor: it ends with the power, and is not visible on this machine.
// systemd-nspawn takes no lock, because the lock would leave a file in /run; the control group shows that a host is on.
// Exit status 133 means that the host reboots, and systemd-nspawn must be started again.
const BOOT = `
set -eu
umask 022
mkdir -p "$GROUP/power" "$GROUP/host"
echo 0 > "$GROUP/power/cgroup.procs"
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$UPPER,workdir=$WORK" "$ROOT"
# Groups of cgroup v1 that containers of the last boot have left are removed first: see legacy-groups.ts.
boot() {
  echo 0 > "$GROUP/host/cgroup.procs" || exit
  for group in $LEGACY_GROUPS; do
    find "$group" -mindepth 1 -depth -type d -exec rmdir {} + || exit
    echo 0 > "$group/cgroup.procs" || exit
  done
  exec systemd-nspawn "$@"
}
status=133
while [ "$status" = 133 ]; do
  status=0
  (boot "$@") || status=$?
done
exit "$status"
`;

/** Makes a fresh disk: the files of this host only, laid over the base before the first boot. */
export async function makeDisk(state: LabState, host: HostState, publicKey: string): Promise<void> {
  const disk = diskOf(state.disks, host.machine);
  for (const folder of [disk.upper, disk.work, disk.root]) await mkdir(folder, { recursive: true });
  await authorize(state.base, disk.upper, `home/${state.user}`, publicKey);
  await layHostKey(disk.upper);
  const network = join(disk.upper, 'etc/systemd/network');
  await mkdir(network, { recursive: true });
  const address = [`[Network]`, `Address=${host.address}/${NETWORK.prefix}`, `Gateway=${NETWORK.controller}`];
  const carrier = ['ConfigureWithoutCarrier=yes', 'IgnoreCarrierLoss=yes'];
  await writeFile(
    join(network, '10-host0.network'),
    ['[Match]', 'Name=host0', '', ...address, ...carrier, ''].join('\n'),
  );
  if (host.worker === true) await layWorker(disk);
}

export async function removeDisk(state: LabState, host: HostState): Promise<void> {
  await rm(join(state.disks, host.machine), { recursive: true, force: true });
}

const ORDINARY = ['--capability=CAP_NET_ADMIN,CAP_SYS_ADMIN'];
/** May do to the machine what its root may do. */
const NESTING = ['--capability=all', '--system-call-filter=@keyring bpf'];

/** Returns the arguments of systemd-nspawn. */
async function containerOf(state: LabState, host: HostState, abilities: readonly string[]): Promise<string[]> {
  return [
    '--register=no',
    '--keep-unit',
    '--settings=no',
    '--quiet',
    `--directory=${diskOf(state.disks, host.machine).root}`,
    `--machine=${host.machine}`,
    `--network-bridge=${BRIDGE}`,
    '--boot',
    ...(state.nests === true ? NESTING : abilities),
    '--link-journal=no',
    '--resolv-conf=off',
    '--timezone=off',
    '--console=read-only',
    `--bind-ro=${state.packages}:${REPOSITORY}`,
    // The modules of the kernel: a role checks whether they exist before it loads them.
    ...(
      await Promise.all(
        ['/sys/module', '/lib/modules'].map(async (path) => ((await exists(path)) ? [`--bind-ro=${path}`] : [])),
      )
    ).flat(),
  ];
}

/** Switches a host on, and does not wait until it has booted. Does nothing to a host that is on. */
export async function powerOn(state: LabState, host: HostState): Promise<void> {
  if (await isPowered(state.id, host.machine)) return;
  // Control groups of an earlier start, which are empty after the host has switched itself off.
  await powerOff(state, host);
  await removePort(state.netns, host.machine);
  const disk = diskOf(state.disks, host.machine);
  const worker = host.worker === true ? await prepareWorker(state.id, host.machine, disk) : undefined;
  const container = await containerOf(state, host, worker?.options ?? ORDINARY);
  const own = ['unshare', '--mount', '--propagation', 'slave', '--'];
  const [command = '', ...rest] = [...own, ...enterCommand(state.netns), 'sh', '-c', BOOT, 'boot', ...container];
  const console = await open(disk.console, 'w');
  try {
    const supervisor = spawn(command, rest, {
      detached: true,
      stdio: ['ignore', console.fd, console.fd],
      env: {
        ...process.env,
        PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
        // A worker needs the controllers, which are in cgroup v1 or in cgroup v2.
        SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: worker !== undefined && worker.legacyGroups.length > 0 ? '0' : '1',
        SYSTEMD_NSPAWN_LOCK: '0',
        GROUP: await makeGroup(state.id, host.machine),
        LEGACY_GROUPS: worker?.legacyGroups.join(' ') ?? '',
        LOWER: state.base,
        UPPER: disk.upper,
        WORK: disk.work,
        ROOT: disk.root,
      },
    });
    await new Promise<void>((resolve, reject) => {
      supervisor.once('spawn', resolve);
      supervisor.once('error', reject);
    });
    supervisor.unref();
    const hasBegun = async (): Promise<boolean> =>
      supervisor.exitCode !== null || (await isPowered(state.id, host.machine));
    await until(`${host.name} is switched on`, hasBegun, { timeoutMs: 10_000 });
  } finally {
    await console.close();
  }
}

/** Cuts the power. The disk stays as it is. */
export async function powerOff(state: LabState, host: HostState): Promise<void> {
  await cutPower(state.id, host.machine);
  await removeLegacyGroups(state.id, host.machine);
  await removeTraces(host.machine);
}

/** Removes the files of systemd-nspawn in /run after it was killed. */
export async function removeTraces(machine: string): Promise<void> {
  for (const folder of ['propagate', 'unix-export']) {
    await rm(join('/run/systemd/nspawn', folder, machine), { recursive: true, force: true });
  }
}

/** @throws Problem `lab-host-died` with the end of its console, if a host that should be on is not. */
export async function requirePower(state: LabState, host: HostState): Promise<void> {
  if (await isPowered(state.id, host.machine)) return;
  const text = await readFile(diskOf(state.disks, host.machine).console, 'utf8').catch(() => '');
  throw new Problem({
    code: 'lab-host-died',
    what: `${host.name} went off while it booted`,
    why: text.trimEnd().split('\n').slice(-15).join('\n') || undefined,
    remedy: `Its console is in ${diskOf(state.disks, host.machine).console} as long as the lab is there.`,
  });
}
