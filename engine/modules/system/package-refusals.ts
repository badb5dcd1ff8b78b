import type { Seen } from '../../resources/base/resource.ts';
import { isVersion } from '../../resources/package.ts';
import type { Impossible } from '../base/module.ts';
import { type Asked, type PackageStep, HALF, isAnother, isUnoffered } from './package-steps.ts';

/** Package lists that were refreshed during this time count as fresh. */
const FRESH_SECONDS = 3600;

/** The arguments about the age of the package lists, and about older versions. */
export interface ListsWish {
  readonly update_cache: boolean;
  readonly cache_valid_time: number;
  readonly allow_downgrade: boolean;
}

/**
 * Returns why these packages cannot be installed; undefined if they can. Either fresh lists do not have such a package
 * or version, or the requested version is older than the installed one.
 */
export function installProblem(wish: ListsWish, all: readonly Asked[], seen: Seen, now: Date): Impossible | undefined {
  return unofferedProblem(wish, all, seen, now) ?? (wish.allow_downgrade ? undefined : downgradeProblem(all, seen));
}

/** Returns the problem of packages that fresh lists do not have; undefined if there is none. */
function unofferedProblem(wish: ListsWish, all: readonly Asked[], seen: Seen, now: Date): Impossible | undefined {
  const missing = all.flatMap((one) => {
    const { offer } = seen.of(one.request);
    return offer === undefined || !isUnoffered(one, seen) || seen.certainty(one.request) !== 'certain'
      ? []
      : [{ ...one, offer }];
  });
  const virtual = missing.find(({ offer }) => offer.providers.length > 0);
  if (virtual !== undefined) {
    return {
      kind: 'impossible',
      what: `${virtual.name} is a virtual package: no package has this name`,
      remedy: `Write a package that provides it: ${virtual.offer.providers.slice(0, 10).join(', ')}.`,
    };
  }
  const fresh = missing.filter(
    ({ offer }) =>
      offer.listed + FRESH_SECONDS >= now.getTime() / 1000 && offer.listed <= now.getTime() / 1000 + FRESH_SECONDS,
  );
  if (fresh.length === 0 || (wish.update_cache && wish.cache_valid_time < FRESH_SECONDS)) return undefined;
  const names = fresh.map(({ name, version, offer }) =>
    offer.offered && version !== undefined ? `${name} in version ${version}` : name,
  );
  const others = fresh.flatMap(({ name, offer }) => offer.versions.map((version) => `${name}=${version}`));
  return {
    kind: 'impossible',
    what: `no package list of the host has ${names.join(', ')}`,
    why: 'The lists were refreshed less than an hour ago.',
    remedy: `${others.length === 0 ? 'Check the name' : `Write a version that the lists have (${others.slice(0, 10).join(', ')})`}, or add its repository first: apt_repository, yum_repository.`,
  };
}

/**
 * Returns the problem of an older version that would replace a newer one: the package manager would do nothing at all.
 */
function downgradeProblem(all: readonly Asked[], seen: Seen): Impossible | undefined {
  const older = all.find((one) => {
    const { version: now, offer, installed } = seen.of(one.request);
    if (!installed || now === undefined || offer === undefined || !isAnother(one, seen.of(one.request))) return false;
    const wanted = offer.versions.findIndex((each) => one.version !== undefined && isVersion(each, one.version));
    return (
      offer.versions.includes(now) && wanted > offer.versions.indexOf(now) && seen.certainty(one.request) === 'certain'
    );
  });
  if (older === undefined) return undefined;
  return {
    kind: 'impossible',
    what: `${older.name} is installed in version ${seen.of(older.request).version ?? ''}, and ${older.version ?? ''} is older`,
    remedy: 'Write allow_downgrade: true, if the older version may replace it.',
  };
}

/** Returns the problem of packages that are held back: apt does nothing at all if one of them would change. */
export function heldProblem(steps: readonly PackageStep[], seen: Seen): Impossible | undefined {
  const held = steps.filter(
    ({ one, before }) =>
      before !== HALF && seen.of(one.request).held === true && seen.certainty(one.request) === 'certain',
  );
  if (held.length === 0) return undefined;
  const names = held.map(({ one }) => one.name);
  return {
    kind: 'impossible',
    what: `${names.join(', ')} may not change, as the host holds ${names.length === 1 ? 'it' : 'them'} back`,
    remedy: `Release ${names.length === 1 ? 'it' : 'them'} with a task before this one: command: apt-mark unhold ${names.join(' ')}`,
  };
}
