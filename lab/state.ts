import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { Problem } from '../engine/errors/problem.ts';

/** The network of the documented production inventory, so that the same playbooks run on both. */
export const NETWORK = { prefix: 24, controller: '192.168.1.1', virtualAddress: '192.168.1.34' } as const;

const hostSchema = z.strictObject({
  name: z.string(),
  address: z.string(),
  /**
   * The name for systemd-nspawn. It is unique on this machine, and short: names of interfaces have at most 15
   * characters.
   */
  machine: z.string(),
  /** Whether it can run containers, as a worker node does. */
  worker: z.boolean().optional(),
});

const stateSchema = z.strictObject({
  version: z.literal(1),
  name: z.string(),
  id: z.string(),
  /** The network namespace, in the list of `ip netns`. */
  netns: z.string(),
  /** Words before a command that make it run inside the lab's network. */
  enter: z.array(z.string()),
  controller: z.string(),
  virtualAddress: z.string(),
  user: z.string(),
  key: z.string(),
  knownHosts: z.string(),
  /** The folder with one folder per host: its writable layer. */
  disks: z.string(),
  base: z.string(),
  packages: z.string(),
  /** Whether hosts may run containers themselves. */
  nests: z.boolean().optional(),
  hosts: z.array(hostSchema),
});

export type HostState = z.infer<typeof hostSchema>;
export type LabState = z.infer<typeof stateSchema>;

const LABS = resolve(import.meta.dirname, '..', '.runbook', 'lab');

/** Returns the folder of a lab's key, known_hosts and state.json. It is stable, because inventories name it. */
export function stateFolder(name: string): string {
  return join(LABS, name);
}

/** @throws Problem `lab-name-invalid` */
export function requireName(name: string): void {
  if (/^[a-z][a-z0-9-]{0,19}$/.test(name)) return;
  throw new Problem({
    code: 'lab-name-invalid',
    what: `"${name}" cannot name a lab`,
    remedy: 'Use up to 20 lower-case letters, digits and dashes, a letter first.',
  });
}

/** Names by which all parts of a lab on this machine are found, even if its state file is lost. */
export interface LabNames {
  readonly id: string;
  readonly netns: string;
  /** The first part of the names of its machines. */
  readonly machines: string;
}

/** Two checkouts may each have a lab of one name: the folder is part of the id. */
export function namesOf(name: string): LabNames {
  const digest = createHash('sha256').update(stateFolder(name)).digest('hex').slice(0, 6);
  return { id: `${name}-${digest}`, netns: `runbook-${name}-${digest}`, machines: `r${digest}-` };
}

const MASTERS = ['192.168.1.26', '192.168.1.28', '192.168.1.29'] as const;
const NODES = ['192.168.1.32', '192.168.1.30', '192.168.1.31'] as const;
export const MOST_HOSTS = 100;

/** How many hosts of each kind a lab has at least. */
export interface HostCounts {
  readonly hosts: number;
  readonly workers: number;
}

/**
 * Returns the hosts of a lab: those that it has, then the missing ones by the production inventory. Hosts are the
 * masters, then nodes; workers are nodes. Further nodes have addresses after those of the inventory.
 * @param before the hosts that the lab has; they stay as they are
 */
export function plannedHosts(before: readonly HostState[], counts: HostCounts, machines: string): HostState[] {
  const planned = [...before];
  const count = (worker: boolean): number => planned.filter((host) => (host.worker === true) === worker).length;
  while (count(false) < counts.hosts) planned.push(nextHost(planned, machines));
  while (count(true) < counts.workers) planned.push({ ...nextNode(planned, machines), worker: true });
  return planned;
}

function nextHost(planned: readonly HostState[], machines: string): HostState {
  const others = planned.filter(({ worker }) => worker !== true).length;
  const address = MASTERS[others];
  if (address === undefined) return nextNode(planned, machines);
  return { name: `k8s-master-${others + 1}`, address, machine: `${machines}${planned.length + 1}` };
}

function nextNode(planned: readonly HostState[], machines: string): HostState {
  const node = planned.filter(({ name }) => name.startsWith('k8s-node-')).length;
  const address = NODES[node] ?? `192.168.1.${100 + node}`;
  return { name: `k8s-node-${node + 1}`, address, machine: `${machines}${planned.length + 1}` };
}

/** @throws Problem `lab-state-invalid` */
export async function readState(name: string): Promise<LabState | undefined> {
  const file = join(stateFolder(name), 'state.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Problem({
      code: 'lab-state-invalid',
      what: `${file} is not the state of a lab`,
      why: error instanceof Error ? error.message : undefined,
      remedy: `Remove the lab with \`npm run lab -- down --name ${name}\`: that needs no state.`,
      cause: error,
    });
  }
}

export async function writeState(state: LabState): Promise<void> {
  const folder = stateFolder(state.name);
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'state.json');
  await writeFile(`${file}.new`, `${JSON.stringify(state, undefined, 2)}\n`);
  await rename(`${file}.new`, file);
}

export async function labNames(): Promise<string[]> {
  try {
    return (await readdir(LABS)).toSorted();
  } catch {
    return [];
  }
}

/** @throws Problem `lab-host-unknown` */
export function hostOf(state: LabState, name: string): HostState {
  const host = state.hosts.find((one) => one.name === name);
  if (host !== undefined) return host;
  throw new Problem({
    code: 'lab-host-unknown',
    what: `lab ${state.name} has no host ${name}`,
    remedy: `Its hosts are ${state.hosts.map((one) => one.name).join(', ')}.`,
  });
}
