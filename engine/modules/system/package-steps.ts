import type { Request, Seen } from '../../resources/base/resource.ts';
import { type PackageState, isVersion, packageRequest } from '../../resources/package.ts';

/** The arguments that decide which packages change. */
export interface PackageWish {
  readonly name?: readonly string[] | undefined;
  readonly state: 'present' | 'absent' | 'latest';
  readonly purge: boolean;
  readonly allow_downgrade: boolean;
  readonly brings?: readonly unknown[] | undefined;
}

/** A package that a task names. */
export interface Asked {
  readonly name: string;
  /** The version that the task names; undefined if it names none. */
  readonly version: string | undefined;
  readonly request: Request<{ candidate: boolean; declared: boolean }, PackageState>;
}

/** Returns the packages that a task names, in its order. */
export function asked(wish: PackageWish): readonly Asked[] {
  return (wish.name ?? []).map((text) => {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    const declared = wish.brings !== undefined && wish.state !== 'absent';
    return {
      name,
      version: equals < 0 ? undefined : text.slice(equals + 1),
      request: packageRequest(name, {
        candidate: wish.state === 'latest',
        versioned: equals >= 0 && wish.state !== 'absent',
        declared,
      }),
    };
  });
}

/** The change of one package. `before` and `after` are texts for people. */
export interface PackageStep {
  readonly one: Asked;
  readonly before: string;
  readonly after: string;
  readonly state: PackageState;
}

/** The `before` of a package that was unpacked and not configured. */
export const HALF = 'half configured';

/**
 * Returns the change that one package needs: none or one. `leaves`: the package manager keeps the configuration of a
 * removed package.
 */
export function stepOf(
  wish: PackageWish,
  one: Asked,
  state: PackageState,
  { leaves }: { readonly leaves: boolean },
): readonly PackageStep[] {
  return wish.state === 'absent' ? removal(one, state, { leaves, purge: wish.purge }) : installation(wish, one, state);
}

function removal(
  one: Asked,
  state: PackageState,
  { leaves, purge }: { readonly leaves: boolean; readonly purge: boolean },
): readonly PackageStep[] {
  const leftover = leaves && !purge ? 'perhaps' : undefined;
  const gone = { installed: false, broken: false, leftover, ...unchangedOffer(state) } as const;
  if (state.installed)
    return isAnother(one, state) ? [] : [{ one, before: state.version ?? 'present', after: 'absent', state: gone }];
  return purge && state.leftover !== undefined ? [{ one, before: 'configuration', after: 'absent', state: gone }] : [];
}

function installation(wish: PackageWish, one: Asked, state: PackageState): readonly PackageStep[] {
  const newer = wish.state === 'latest' ? latestVersion(wish, state) : undefined;
  const exact = one.version?.endsWith('*') === true ? undefined : one.version;
  const after = {
    installed: true,
    version: newer ?? exact,
    broken: false,
    candidate: state.candidate,
    ...unchangedOffer(state),
  };
  if (!state.installed) return [{ one, before: 'absent', after: one.version ?? 'present', state: after }];
  const before = state.version ?? 'present';
  if (one.version !== undefined && isAnother(one, state)) return [{ one, before, after: one.version, state: after }];
  if (newer !== undefined && one.version === undefined) return [{ one, before, after: newer, state: after }];
  return state.broken === true ? [{ one, before: HALF, after: 'present', state: { ...state, broken: false } }] : [];
}

/** Returns the version that `latest` means, if it is another one than the installed one. */
function latestVersion(
  { allow_downgrade: mayBeOlder }: PackageWish,
  { candidate, version, isCandidateOlder }: PackageState,
): string | undefined {
  if (isCandidateOlder === true && !mayBeOlder) return undefined;
  return version === undefined || candidate === version ? undefined : candidate;
}

/** Returns the offer of the package lists, which does not change with the packages. */
function unchangedOffer({ offer }: PackageState): Pick<PackageState, 'offer'> {
  return offer === undefined ? {} : { offer };
}

/** Returns whether the installed version differs from the version in the task. */
export function isAnother({ version }: Asked, state: PackageState): boolean {
  return version !== undefined && state.version !== undefined && !isVersion(state.version, version);
}

/** Returns whether the lists have neither the package nor one that provides it, or do not have the wanted version. */
export function isUnoffered(one: Asked, seen: Seen): boolean {
  const { installed, version, offer } = seen.of(one.request);
  if (offer === undefined || isProvided(one, seen)) return false;
  if (!installed && !offer.offered) return true;
  if (one.version === undefined || (installed && version === undefined)) return false;
  return ![...(version === undefined ? [] : [version]), ...offer.versions].some((each) =>
    isVersion(each, one.version ?? each),
  );
}

/** Returns whether an installed package of another name provides this package. */
export function isProvided({ version, request }: Asked, seen: Seen): boolean {
  return version === undefined && seen.of(request).offer?.provided === true;
}
