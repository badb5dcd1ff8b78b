import { z } from 'zod';

/** A package of a lock file, at its place below the project. */
export interface LockedPackage {
  readonly version: string | undefined;
  readonly resolved: string | undefined;
  readonly integrity: string | undefined;
  /** Why the project needs it: for both, it is left out only if both reasons are. */
  readonly only: 'dev' | 'optional' | 'either' | undefined;
}

/** The packages of a lock file by their places, such as `node_modules/a`. */
export type Lock = ReadonlyMap<string, LockedPackage>;

const flag = z.boolean().default(false);
const LOCK = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      dev: flag,
      optional: flag,
      devOptional: flag,
    }),
  ),
});

/** Returns the packages of a lock file; undefined if it has no list of places, as those that npm 6 writes. */
export function readLock(text: string): Lock | undefined {
  const read = LOCK.safeParse(parsed(text));
  if (!read.success) return undefined;
  return new Map(
    Object.entries(read.data.packages)
      .filter(([place]) => place !== '')
      .map(([place, { version, resolved, integrity, dev, optional, devOptional }]) => [
        place,
        {
          version,
          resolved,
          integrity,
          only: dev ? (optional ? 'either' : 'dev') : optional ? 'optional' : devOptional ? 'either' : undefined,
        },
      ]),
  );
}

/** One package that is installed otherwise than the lock file says. Undefined: it is not there, or shall not be. */
export interface LockDifference {
  readonly place: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What is left out of an installation. */
export interface LeftOut {
  readonly dev: boolean;
  readonly optional: boolean;
}

/**
 * Compares a lock file with the list that npm keeps of what it has installed. An optional package may be missing: it may
 * not fit the host.
 */
export function compareLocks(wanted: Lock, installed: Lock, leftOut: LeftOut): readonly LockDifference[] {
  const places = [...new Set([...wanted.keys(), ...installed.keys()])].sort();
  return places.flatMap((place) => {
    const before = installed.get(place);
    const named = wanted.get(place);
    const after = named === undefined || isLeftOut(named, leftOut) ? undefined : named;
    const mayBeMissing = after === undefined || after.only === 'optional' || after.only === 'either';
    if (before === undefined ? mayBeMissing : after !== undefined && isSame(before, after)) return [];
    return [{ place, before: shown(before), after: shown(after) }];
  });
}

function isLeftOut({ only }: LockedPackage, { dev, optional }: LeftOut): boolean {
  switch (only) {
    case 'dev':
      return dev;
    case 'optional':
      return optional;
    case 'either':
      return dev && optional;
    case undefined:
      return false;
  }
}

function isSame(one: LockedPackage, other: LockedPackage): boolean {
  return one.version === other.version && one.resolved === other.resolved && one.integrity === other.integrity;
}

function shown(one: LockedPackage | undefined): string | undefined {
  return one === undefined ? undefined : (one.version ?? one.resolved ?? 'a folder');
}

const PROJECT = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

/** Returns the packages that a package.json cannot do without, with their ranges; undefined if it cannot be read. */
export function neededBy(text: string, leftOut: Pick<LeftOut, 'dev'>): Readonly<Record<string, string>> | undefined {
  const read = PROJECT.safeParse(parsed(text));
  if (!read.success) return undefined;
  const { dependencies, devDependencies, optionalDependencies } = read.data;
  const all = { ...(leftOut.dev ? {} : devDependencies), ...dependencies };
  return Object.fromEntries(Object.entries(all).filter(([name]) => !(name in optionalDependencies)));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
