import { Problem, Problems } from '../../errors/problem.ts';
import type { Inventory } from '../../inventory/inventory.ts';
import { LOCALHOST } from '../../inventory/localhost.ts';
import { broughtBy } from '../../playbook/base/brings.ts';
import { regroupsOf } from '../../playbook/base/regrouping.ts';
import { stepsOf } from '../../playbook/base/select-tasks.ts';
import { type Value, Unknown } from '../../values/base/value.ts';
import { type Slice, sliceName } from '../base/slice.ts';
import type { PlannedPlay, RunContext } from '../context/context.ts';
import { newHostsInSlices } from '../host/elsewhere.ts';
import type { HostState } from '../host/host-state.ts';
import { playInSlices, stepsInSlices } from './refuse-in-slices.ts';
import { type Unit, shareHosts } from './share-hosts.ts';

/** The hosts of this slice, and how many hosts all slices have together. */
export interface Share {
  readonly slice: Slice;
  readonly total: number;
  /** Returns whether the host is in this slice. */
  has(host: string): boolean;
}

/**
 * Shares the hosts among the slices. All runs of the same playbook with the same inventory and limit get the same
 * result. Throws Problem if --slice-by names a variable that a host has not.
 */
export function shareOf(hosts: readonly HostState[], slice: Slice): Share {
  const shared = shareHosts(
    slice.by === undefined
      ? hosts.map(({ host: { name } }) => ({ key: name, hosts: [name] }))
      : grouped(hosts, slice.by),
    slice.of,
  );
  return { slice, total: shared.size, has: (host) => shared.get(host) === slice.index };
}

function grouped(hosts: readonly HostState[], by: string): readonly Unit[] {
  const units = new Map<string, string[]>();
  for (const { host, variables } of hosts) {
    const key = keyOf(variables.scope(undefined).lookup(by), host.name, by);
    const unit = units.get(key);
    if (unit === undefined) units.set(key, [host.name]);
    else unit.push(host.name);
  }
  return [...units].map(([key, names]) => ({ key, hosts: names }));
}

function keyOf(value: Value | undefined, host: string, by: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  const why =
    value === undefined
      ? `${host} has no variable ${by}.`
      : value instanceof Unknown
        ? `Its value for ${host} depends on ${value.because}.`
        : `Its value for ${host} is not a text, a number or a boolean.`;
  throw new Problem({
    code: 'not-in-slices',
    what: `--slice-by ${by} cannot divide the hosts into slices`,
    why,
    remedy: 'Name a variable that each host has in the inventory, such as site, or leave out --slice-by.',
  });
}

/**
 * Keeps only the hosts of this slice in each play. Of other hosts, the variables of the inventory can be read, but not
 * their facts and results. Rejects with Problems for keywords and variables that a slice would apply only to its own
 * hosts, although they concern all hosts of a play.
 */
export async function slicePlays(
  plays: readonly PlannedPlay[],
  share: Share,
  context: RunContext,
): Promise<readonly PlannedPlay[]> {
  const [first, ...others] = (await Promise.all(plays.map((planned) => refusals(planned, share, context)))).flat();
  if (first !== undefined) throw new Problems([first, ...others]);
  const name = sliceName(share.slice);
  for (const planned of plays) {
    const { results } = broughtBy(stepsOf(planned.play));
    for (const host of planned.hosts) if (!isHere(host.host.name, share)) host.variables.leaveToSlice(name, results);
  }
  return plays.map((planned) => ofSlice(planned, share));
}

/** Keeps only the hosts of this slice in one play. */
export function ofSlice(planned: PlannedPlay, share: Share): PlannedPlay {
  const hosts = planned.hosts.filter(({ host }) => isHere(host.name, share));
  const isWhole = hosts.length === planned.hosts.length || planned.hosts.length <= 1;
  return { ...planned, hosts, ...(isWhole ? {} : { slice: share.slice }) };
}

/** Throws Problems for steps of an include that concern all hosts of the play. */
export function refuseIncluded(steps: Parameters<typeof stepsInSlices>[0], planned: SlicedBatch): void {
  if (planned.slice === undefined) return;
  const [first, ...others] = stepsInSlices(steps, { ...planned, slice: planned.slice });
  if (first !== undefined) throw new Problems([first, ...others]);
}

type SlicedBatch = Omit<Parameters<typeof stepsInSlices>[1], 'slice'> & { readonly slice: Slice | undefined };

function isHere(host: string, share: Share): boolean {
  return host === LOCALHOST || share.has(host);
}

async function refusals(planned: PlannedPlay, share: Share, { selection }: RunContext): Promise<readonly Problem[]> {
  const { play, hosts } = planned;
  if (share.slice.of === 1) return [];
  const added = regroupsOf(play).filter((one) => one.hosts);
  if (added.length > 0) return added.map(({ place }) => newHostsInSlices('hosts', sliceName(share.slice), place));
  const local =
    hosts.some(({ host }) => host.name === LOCALHOST) && !play.perSlice.has('localhost')
      ? [controllerPlay(planned, share)]
      : [];
  const inSlices = new Set(hosts.map(({ host }) => share.has(host.name)));
  return inSlices.size < 2 ? local : [...local, ...(await playInSlices({ play, slice: share.slice, selection }))];
}

function controllerPlay({ play }: PlannedPlay, { slice }: Share): Problem {
  return new Problem({
    code: 'not-in-slices',
    what: `The play "${play.name}" runs on localhost, and each slice has a localhost of its own`,
    place: play.hostsPlace,
    why: `Slice ${sliceName(slice)} would do it on the machine that it runs on.`,
    remedy: 'If that is what you want, write into the play: per_slice: [localhost]. Otherwise run that play by itself.',
  });
}

/** Returns all hosts that may be in a play of the run, each once, in the order of the inventory. */
export function sharedHosts(
  plays: readonly PlannedPlay[],
  { inventory, hosts, allowed }: SharedFrom,
): readonly HostState[] {
  const taking = new Set(plays.flatMap((planned) => planned.hosts.map(({ host }) => host.name)));
  const isShared = (name: string): boolean =>
    name !== LOCALHOST && (allowed === 'plays' ? taking.has(name) : (allowed?.has(name) ?? true));
  return [...inventory.hosts.keys()].filter(isShared).flatMap((name) => hosts.get(name) ?? []);
}

export interface SharedFrom {
  readonly inventory: Inventory;
  readonly hosts: ReadonlyMap<string, HostState>;
  /**
   * `plays`: the hosts of the plays. Otherwise group_by may bring other hosts into a play, so all hosts of the limit
   * are divided.
   */
  readonly allowed: 'plays' | ReadonlySet<string> | undefined;
}
