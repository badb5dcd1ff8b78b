import { readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Problem } from '../engine/errors/problem.ts';
import { USER, baseSystem } from './base.ts';
import { exists } from './cache.ts';
import { run, succeeds } from './command.ts';
import { diskOf, placeDisks, removeDisks } from './disk.ts';
import { distribution } from './distribution.ts';
import { removeLegacyGroups } from './legacy-groups.ts';
import { installTools, requireFitness } from './machine.ts';
import { enterCommand, isConnected, isolate, makeNetwork, mend, removeNetwork, unplug } from './network.ts';
import { makeDisk, powerOff, powerOn, removeDisk, removeTraces, requirePower } from './nspawn.ts';
import { packageRepository } from './packages.ts';
import { cutAllPower, isPowered } from './power.ts';
import { ensureRegistry } from './registry.ts';
import { knownHost, makeOperatorKey, sshCommand } from './ssh.ts';
import {
  type HostCounts,
  type HostState,
  type LabState,
  NETWORK,
  hostOf,
  namesOf,
  plannedHosts,
  readState,
  requireName,
  stateFolder,
  writeState,
} from './state.ts';
import { until } from './until.ts';

export type HostCondition = 'on' | 'off' | 'cut';

/**
 * A lab that is up. Hosts are named as in its state: `k8s-master-1`. Unknown names throw Problem `lab-host-unknown`.
 */
export interface Lab {
  readonly state: LabState;
  /** Words before a command that make it run inside the lab's network. */
  readonly enter: readonly string[];
  condition(host: string): Promise<HostCondition>;
  /** Cuts the power. The disk stays. */
  kill(host: string): Promise<void>;
  /** Switches on, and waits until the host answers over SSH. */
  start(host: string): Promise<void>;
  /** Kills the host and starts it with a fresh disk and a new host key, as a machine that was installed anew. */
  reset(host: string): Promise<void>;
  /** Pulls the network cable. */
  cut(host: string): Promise<void>;
  /** Drops the frames of the host, which still sees its link up. */
  isolate(host: string): Promise<void>;
  /** Undoes `cut` and `isolate`. */
  mend(host: string): Promise<void>;
  /** Runs a shell command line on a host as the operator and gives its output. @throws Problem `command-failed` */
  ssh(host: string, commandLine: string): Promise<string>;
  down(): Promise<void>;
}

export interface UpOptions {
  readonly name: string;
  /** The minimal number of hosts that are not workers. */
  readonly hosts: number;
  /** The minimal number of hosts that can run containers as worker nodes do. Default: 0. */
  readonly workers?: number;
  /** The packages that a new lab offers to its hosts, with their dependencies. Default: those of the roles. */
  readonly packages?: readonly string[];
  /** Whether the hosts of a new lab may run containers themselves. They can do more to this machine then. */
  readonly nests?: boolean;
  readonly report?: (line: string) => void;
  /** If aborted, `up` removes what it has made, and throws. */
  readonly signal?: AbortSignal;
}

const BOOT_TIMEOUT_MS = 60_000;

/**
 * Brings a lab up: makes what is missing, starts hosts that are off, and leaves the rest unchanged. A failed or
 * interrupted `up` of a new lab leaves nothing but the cache.
 * @throws Problem `lab-unfit` and others
 */
export async function up(options: UpOptions): Promise<Lab> {
  const { name, signal } = options;
  const report = options.report ?? (() => undefined);
  requireName(name);
  requireFitness();
  requireSomeHost(options);
  await installTools(report, signal);
  const existing = await readState(name);
  if (existing !== undefined && !((await exists(existing.base)) && (await exists(existing.packages)))) {
    throw new Problem({
      code: 'lab-base-lost',
      what: `the base system of lab ${name} is gone from the cache`,
      why: existing.base,
      remedy: `Remove the lab with \`npm run lab -- down --name ${name}\` and make it anew.`,
    });
  }
  const source = await distribution();
  const base = existing?.base ?? (await baseSystem(source, report, signal));
  const packages =
    existing?.packages ?? (await packageRepository({ source, base, report, signal, names: options.packages }));
  signal?.throwIfAborted();
  try {
    const state = existing ?? { ...(await newState(name, base, packages)), nests: options.nests === true };
    return await raise(state, { hosts: options.hosts, workers: options.workers ?? 0 }, report, signal);
  } catch (error) {
    if (existing === undefined) {
      report('up failed: removing what it made');
      await down(name);
    }
    throw error;
  }
}

/** @throws Problem `lab-empty` */
function requireSomeHost({ hosts, workers = 0 }: UpOptions): void {
  if (hosts + workers > 0) return;
  throw new Problem({
    code: 'lab-empty',
    what: 'a lab needs a host',
    remedy: 'Ask for one with `--hosts 1`, or for one that can run containers with `--workers 1`.',
  });
}

async function newState(name: string, base: string, packages: string): Promise<LabState> {
  // Parts of a lab whose state file was lost.
  await down(name);
  const names = namesOf(name);
  const folder = stateFolder(name);
  const state: LabState = {
    version: 1,
    name,
    id: names.id,
    netns: names.netns,
    enter: enterCommand(names.netns),
    controller: NETWORK.controller,
    virtualAddress: NETWORK.virtualAddress,
    user: USER,
    key: join(folder, 'id_ed25519'),
    knownHosts: join(folder, 'known_hosts'),
    disks: await placeDisks(names.id),
    base,
    packages,
    hosts: [],
  };
  await writeState(state);
  return state;
}

async function raise(
  before: LabState,
  counts: HostCounts,
  report: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<Lab> {
  const planned = plannedHosts(before.hosts, counts, namesOf(before.name).machines);
  const state: LabState = { ...before, hosts: planned };
  await makeNetwork(state.netns);
  const publicKey = await makeOperatorKey(state.key);
  for (const host of state.hosts) {
    if (!(await exists(diskOf(state.disks, host.machine).upper))) await makeDisk(state, host, publicKey);
  }
  await writeKnownHosts(state);
  await writeState(state);
  if (state.hosts.some(({ worker }) => worker === true)) await ensureRegistry(state, { report, signal });
  await Promise.all(
    state.hosts.map(async (host) => {
      if (await isPowered(state.id, host.machine)) return;
      report(`starting ${host.name} (${host.address})`);
      await powerOn(state, host);
      await untilReachable(state, host, signal);
    }),
  );
  return labOf(state);
}

async function writeKnownHosts(state: LabState): Promise<void> {
  const lines = await Promise.all(
    state.hosts.map(async (host) => await knownHost(host, diskOf(state.disks, host.machine).upper)),
  );
  await writeFile(state.knownHosts, lines.join(''));
}

async function untilReachable(state: LabState, host: HostState, signal?: AbortSignal): Promise<void> {
  await until(
    `${host.name} answers over SSH`,
    async () => {
      await requirePower(state, host);
      return await succeeds(sshCommand(state, host, ['true']), { signal });
    },
    { timeoutMs: BOOT_TIMEOUT_MS, signal, remedy: `Its console is in ${diskOf(state.disks, host.machine).console}.` },
  );
}

/**
 * Finds the lab of that name.
 * @throws Problem `lab-unknown` if it is not up.
 */
export async function find(name: string): Promise<Lab> {
  requireName(name);
  requireFitness();
  const state = await readState(name);
  if (state !== undefined) return labOf(state);
  throw new Problem({
    code: 'lab-unknown',
    what: `there is no lab named ${name}`,
    remedy: `Make it with \`npm run lab -- up --name ${name}\`.`,
  });
}

/** Removes a lab with all its parts except the cache: processes, namespace, disks, state. Needs no state file. */
export async function down(name: string): Promise<void> {
  requireName(name);
  requireFitness();
  const names = namesOf(name);
  await cutAllPower(names.id);
  await removeLegacyGroups(names.id);
  await removeNetwork(names.netns);
  await removeDisks(names.id);
  const left = await readdir('/run/systemd/nspawn/propagate').catch(() => []);
  for (const machine of left.filter((one) => one.startsWith(names.machines))) await removeTraces(machine);
  const folder = stateFolder(name);
  await rm(folder, { recursive: true, force: true });
  // Fails if another lab still has its folder there.
  await rmdir(dirname(folder)).catch(() => undefined);
}

function labOf(state: LabState): Lab {
  const { id, netns } = state;
  const machineOf = (name: string): string => hostOf(state, name).machine;
  const plugged = async (name: string): Promise<string> => {
    const machine = machineOf(name);
    if (await isPowered(id, machine)) return machine;
    throw new Problem({
      code: 'lab-host-off',
      what: `${name} is off: it has no link to cut or to mend`,
      remedy: `Switch it on with \`npm run lab -- start ${name} --name ${state.name}\`.`,
    });
  };
  const start = async (name: string): Promise<void> => {
    const host = hostOf(state, name);
    await powerOn(state, host);
    await untilReachable(state, host);
  };
  return {
    state,
    enter: state.enter,
    async condition(name) {
      if (!(await isPowered(id, machineOf(name)))) return 'off';
      return (await isConnected(netns, machineOf(name))) ? 'on' : 'cut';
    },
    kill: async (name) => await powerOff(state, hostOf(state, name)),
    start,
    async reset(name) {
      const host = hostOf(state, name);
      await powerOff(state, host);
      await removeDisk(state, host);
      await makeDisk(state, host, await makeOperatorKey(state.key));
      await writeKnownHosts(state);
      await start(name);
    },
    cut: async (name) => await unplug(netns, await plugged(name)),
    isolate: async (name) => await isolate(netns, await plugged(name)),
    mend: async (name) => await mend(netns, await plugged(name)),
    ssh: async (name, commandLine) => await run(sshCommand(state, hostOf(state, name), [commandLine])),
    down: async () => await down(state.name),
  };
}
