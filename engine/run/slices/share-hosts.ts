import { createHash } from 'node:crypto';

/** Hosts that stay together: a single host, or all hosts with the same value of a variable. */
export interface Unit {
  /** Decides the slice. Unique among the units. */
  readonly key: string;
  readonly hosts: readonly string[];
}

/**
 * Gives each host to one of `of` slices. The result depends on the keys and the sizes of the units, and not on their
 * order. Without groups, the sizes of two slices differ by at most one, and a new host moves about as many hosts as the
 * natural logarithm of `of`. With groups, the sizes differ by at most the largest group.
 *
 * Returns the slice of each host, from 1 to `of`.
 */
export function shareHosts(units: readonly Unit[], of: number): ReadonlyMap<string, number> {
  const slices = Array.from({ length: of }, (_, index): Filled => ({ index: index + 1, size: 0 }));
  const shared = new Map<string, number>();
  const room = roomFor(units, of);
  for (const { unit, hash } of byHash(units)) {
    const largest = room(unit, slices);
    const chosen = preferred(
      hash,
      slices.filter(({ size }) => size <= largest),
    );
    chosen.size += unit.hosts.length;
    for (const host of unit.hosts) shared.set(host, chosen.index);
  }
  return shared;
}

interface Filled {
  readonly index: number;
  size: number;
}

/** Returns the size up to which a slice can take the unit. */
type Room = (unit: Unit, slices: readonly Filled[]) => number;

function roomFor(units: readonly Unit[], of: number): Room {
  if (units.every(({ hosts }) => hosts.length === 1)) return roomForSingles(units.length, of);
  // Each group gets a slice of its own, whose number does not depend on the sizes of the groups.
  return units.length <= of ? () => 0 : roomForGroups(units);
}

/**
 * Slices take hosts until they are full. As units come in the order of their hashes, a new host displaces only a host
 * that came after it, and most slices are full only near the end.
 */
function roomForSingles(count: number, of: number): Room {
  const quota = Math.floor(count / of);
  const larger = count % of;
  return (_, slices) => (slices.filter(({ size }) => size > quota).length < larger ? quota : quota - 1);
}

/** After each step, no slice is larger than the smallest one by more than the largest group. */
function roomForGroups(units: readonly Unit[]): Room {
  const largest = Math.max(...units.map(({ hosts }) => hosts.length));
  return ({ hosts }, slices) => Math.min(...slices.map(({ size }) => size)) + largest - hosts.length;
}

interface Hashed {
  readonly unit: Unit;
  readonly hash: number;
}

function byHash(units: readonly Unit[]): readonly Hashed[] {
  return units
    .map((unit) => ({ unit, hash: createHash('sha256').update(unit.key).digest().readUInt32BE(0) }))
    .toSorted((one, other) => one.hash - other.hash || (one.unit.key < other.unit.key ? -1 : 1));
}

/** Returns the slice with the highest rank for this hash (rendezvous hashing). */
function preferred(hash: number, free: readonly Filled[]): Filled {
  const [first, ...others] = free;
  if (first === undefined) throw new Error('one slice can always take a unit');
  let best = first;
  for (const slice of others) if (rank(hash, slice.index) > rank(hash, best.index)) best = slice;
  return best;
}

/** Mixes two numbers to 32 bits, as MurmurHash3 does at its end. */
function rank(hash: number, index: number): number {
  let mixed = (hash ^ Math.imul(index, 0x9e3779b1)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
