import { quote } from '../connection/base/quote.ts';
import { type Prediction, type Request, type ResourceKind, predictedOf, request } from './base/resource.ts';
import { type Offer, askOffers, decodeOffers, olderCandidates } from './system/package-offers.ts';
import { compareRpmVersions } from './system/rpm-version.ts';

/** A package of the distribution. Fields that a prediction cannot know are undefined. */
export interface PackageState {
  readonly installed: boolean;
  /** The installed version, as the package manager writes it. */
  readonly version?: string | undefined;
  /** True if it is unpacked or half configured: an earlier installation was interrupted. */
  readonly broken?: boolean | undefined;
  /**
   * `yes` if only its configuration is left: it is not installed, and can be purged. `perhaps` only in a prediction.
   */
  readonly leftover?: 'yes' | 'perhaps' | undefined;
  /** True if the host holds it back (`apt-mark hold`). */
  readonly held?: boolean | undefined;
  /** The version that the host's package lists offer. Only if requested. */
  readonly candidate?: string | undefined;
  /** True if the candidate is older than the installed version: a pin of apt prefers it. */
  readonly isCandidateOlder?: boolean | undefined;
  /**
   * Seconds since 1970 of the last refresh of the host's package lists; 0 without lists. Only if the candidate was
   * requested.
   */
  readonly refreshed?: number | undefined;
  /**
   * Facts in the package lists. Only if the package is not installed or a version is wanted, and the lists were asked.
   */
  readonly offer?: Offer | undefined;
  /** Only in a prediction: the lists have been refreshed. */
  readonly isRefreshed?: boolean | undefined;
}

export interface PackageDetail {
  readonly candidate: boolean;
  /** True if a certain version is wanted: the lists are asked for their versions. */
  readonly versioned: boolean;
  /** True if the task lists all units and users of the package: other states do not change when it is installed. */
  readonly declared: boolean;
}

export const packages: ResourceKind<PackageDetail, PackageState> = {
  name: 'package',
  observe(requests) {
    const names = requests.map((one) => quote(one.id)).join(' ');
    const candidates = requests.filter((one) => one.detail.candidate).map((one) => quote(one.id));
    const versioned = requests.filter((one) => one.detail.versioned).map((one) => quote(one.id));
    // A distribution may have the tools of another one, but only its own list has content.
    return `if command -v dpkg-query >/dev/null && [ -s /var/lib/dpkg/status ]; then
  echo dpkg
  d=$(dpkg-query -W -f '\${Package}\\t\${Architecture}\\t\${Version}\\t\${db:Status-Status}\\t\${db:Status-Want}\\n' dpkg ${names}) || [ $? -eq 1 ] || exit
  printf '%s\\n' "$d"
${candidates.length === 0 ? '' : aptCandidates(candidates.join(' '))}${askOffers({ names, versioned: versioned.join(' ') })}elif [ -r /lib/apk/db/installed ]; then
  echo apk
  grep '^[PV]:' /lib/apk/db/installed || [ $? -eq 1 ] || exit
${candidates.length === 0 ? '' : apkCandidates(candidates.join(' '))}elif command -v rpm >/dev/null; then
  echo rpm
  rpm -q --qf '%{NAME}\\t%{ARCH}\\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\tinstalled\\n' ${names} || :
${candidates.length === 0 ? '' : rpmCandidates(candidates.join(' '))}else
  echo none
fi
`;
  },
  decode(output, requests) {
    const [manager, ...all] = output.toString('utf8').split('\n');
    const asked = all.indexOf('@offers');
    const lines = asked === -1 ? all : all.slice(0, asked);
    const offerOf = decodeOffers(asked === -1 ? [] : all.slice(asked), decodeCandidates);
    const { find, offered, isOlder, namesOf, refreshed } =
      manager === 'apk' ? decodeApk(lines) : decodeTable(lines, manager === 'dpkg' ? ':' : '.');
    return new Map(
      requests.map(({ id, detail }) => {
        const found = find(id);
        const newest = manager === 'rpm' ? newestRpm(offered(id), found?.version) : offered(id);
        const offer = detail.candidate
          ? { candidate: newest, ...(isOlder(id) ? { isCandidateOlder: true } : {}), refreshed }
          : {};
        if (found?.installed === true && !detail.versioned) return [id, { ...found, ...offer }];
        const listed = offerOf(namesOf(id));
        return [
          id,
          {
            ...(found ?? { installed: false, broken: false }),
            ...offer,
            ...(listed === undefined ? {} : { offer: listed }),
          },
        ];
      }),
    );
  },
  merge: (one, other) => ({
    candidate: one.candidate || other.candidate,
    versioned: one.versioned || other.versioned,
    declared: one.declared || other.declared,
  }),
  after: stateAfter,
  disagreement(predicted, seen) {
    if (predicted.installed && !seen.installed) {
      return 'is not installed. If the name is a virtual package, write the real one';
    }
    if (!predicted.installed && seen.installed) return `is still installed, version ${seen.version ?? 'unknown'}`;
    if (predicted.installed && seen.broken === true) return 'is only half configured';
    if (predicted.version !== undefined && seen.version !== undefined && !isVersion(seen.version, predicted.version)) {
      return `version is ${seen.version}, should be ${predicted.version}`;
    }
    return undefined;
  },
};

/** Returns the newest version that a host with rpm may have: the lists may offer only older ones. */
export function newestRpm(offered: string | undefined, installed: string | undefined): string | undefined {
  if (offered === undefined || installed === undefined) return offered;
  return compareRpmVersions(offered, installed) > 0 ? offered : installed;
}

/** Files in which a host lists its package repositories. */
const SOURCES = /^\/etc\/(?:apt|yum\.repos\.d|zypp\/repos\.d|apk\/repositories)(?:\/|$)/;

/**
 * Other repositories or newer lists may have packages that the old lists lack. A change of one package may also install
 * or remove another one.
 */
function stateAfter(state: PackageState, id: string, effect: Prediction): PackageState | 'stale' | undefined {
  if (effect.request.kind.name === 'setting') return effect.request.id === `selection ${id}` ? 'stale' : undefined;
  const other = predictedOf(packages, effect);
  const isFromLists = state.offer !== undefined || state.refreshed !== undefined;
  if (isFromLists && other?.isRefreshed === true) return 'stale';
  // Another package may provide the name.
  if (other !== undefined) return (state.offer?.providers.length ?? 0) > 0 ? 'stale' : state;
  return isFromLists && effect.request.kind.name === 'file' && SOURCES.test(effect.request.id) ? 'stale' : undefined;
}

/**
 * Asks for a package by its name. `detail` says whether the package lists are asked for versions, and whether the task
 * lists the content of the package.
 */
export function packageRequest(name: string, detail: PackageDetail): Request<PackageDetail, PackageState> {
  return request(packages, name, detail);
}

/** True for a change of a package without a list of its content: any unit, user or group may have come with it. */
export function isUndeclaredPackage(effect: Prediction): boolean {
  if (effect.request.kind.name !== packages.name) return false;
  const detail = effect.request.detail;
  return !(typeof detail === 'object' && detail !== null && 'declared' in detail && detail.declared === true);
}

/**
 * True if an installed version is the requested one. The requested version may omit epoch and release; `*` at its end
 * matches any rest.
 */
export function isVersion(installed: string, wanted: string): boolean {
  const withoutEpoch = installed.replace(/^\d+:/, '');
  return [installed, withoutEpoch].some((version) => {
    if (wanted.endsWith('*')) return version.startsWith(wanted.slice(0, -1));
    return version === wanted || (version.startsWith(wanted) && /^-[^-]*$/.test(version.slice(wanted.length)));
  });
}

/** The list files keep the times of the server. The times of their folders show a refresh. */
function aptCandidates(names: string): string {
  return `  echo @candidates
  apt-cache policy ${names}
  echo @refreshed
  for list in /var/lib/apt/lists/*Packages*; do
    if [ -e "$list" ]; then stat -c %Y /var/lib/apt/lists /var/lib/apt/lists/partial || :; fi
    break
  done
`;
}

function rpmCandidates(names: string): string {
  return `  echo @candidates
  if command -v zypper >/dev/null; then
    zypper --non-interactive --quiet --no-refresh info ${names} 2>/dev/null || :
  elif command -v dnf >/dev/null; then
    dnf -q -C repoquery --latest-limit=1 --qf '%{name} %{epoch}:%{version}-%{release}\\n' ${names} 2>/dev/null || :
  elif command -v repoquery >/dev/null; then
    repoquery -q -C --qf '%{name} %{epoch}:%{version}-%{release}' ${names} 2>/dev/null || :
  fi
  echo @refreshed
  stat -c %Y /var/cache/dnf/*/repodata/repomd.xml /var/cache/yum/*/*/*/repomd.xml /var/cache/zypp/raw/*/repodata/repomd.xml 2>/dev/null || :
`;
}

function apkCandidates(names: string): string {
  return `  echo @candidates
  apk policy ${names} 2>/dev/null || :
  echo @refreshed
  stat -c %Y /var/cache/apk/APKINDEX.* 2>/dev/null || :
`;
}

interface Listing {
  readonly find: (id: string) => PackageState | undefined;
  readonly offered: (id: string) => string | undefined;
  /** Returns whether the lists offer an older version than the installed one. */
  readonly isOlder: (id: string) => boolean;
  /** Returns the names that the lists may have for it: the architecture may be missing if it is the host's own. */
  readonly namesOf: (id: string) => readonly string[];
  readonly refreshed: number;
}

interface Row {
  readonly architecture: string;
  readonly state: PackageState;
}

/**
 * Decodes the list of dpkg or rpm. The architecture may follow the name: `libc6:i386` for dpkg, `glibc.i686` for rpm.
 */
function decodeTable(lines: readonly string[], separator: ':' | '.'): Listing {
  const { head, candidates, refreshed } = split(lines);
  const rows = new Map<string, Row[]>();
  for (const line of head) {
    const [name, architecture, version, status, wanted] = line.split('\t');
    if (name === undefined || architecture === undefined || status === undefined) continue;
    if (status === 'not-installed') continue;
    if (status === 'config-files') {
      const state = { installed: false, broken: false, leftover: 'yes' } as const;
      rows.set(name, [...(rows.get(name) ?? []), { architecture, state }]);
      continue;
    }
    const held = wanted === 'hold' ? { held: true } : {};
    const state = { installed: true, version, broken: status !== 'installed', ...held };
    rows.set(name, [...(rows.get(name) ?? []), { architecture, state }]);
  }
  // dpkg itself has the host's own architecture.
  const native = separator === ':' ? rows.get('dpkg')?.[0]?.architecture : undefined;
  const offers = decodeCandidates(candidates);
  const older = separator === ':' ? olderCandidates(candidates) : new Set<string>();
  const namesOf = (id: string): readonly string[] => {
    const { name, architecture } = parted(id, separator);
    return isNative(architecture, native) ? [id, name] : [id];
  };
  return {
    find(id) {
      const plain = rows.get(id);
      if (plain !== undefined) return ofAll(plain, native)?.state;
      const { name, architecture } = parted(id, separator);
      const fits = (own: string): boolean =>
        own === architecture || (isNative(own, native) && isNative(architecture, native));
      return rows.get(name)?.find((row) => fits(row.architecture))?.state;
    },
    offered: (id) => namesOf(id).flatMap((name) => offers.get(name) ?? [])[0],
    isOlder: (id) => namesOf(id).some((name) => older.has(name)),
    namesOf,
    refreshed,
  };
}

/** Returns the row for a name without architecture. Installed packages come before removed ones. */
function ofAll(rows: readonly Row[], native: string | undefined): Row | undefined {
  const there = rows.filter(({ state }) => state.installed);
  const all = there.length > 0 ? there : rows;
  return all.find(({ architecture }) => isNative(architecture, native)) ?? all[0];
}

function isNative(architecture: string, native: string | undefined): boolean {
  return native !== undefined && (architecture === native || architecture === 'all' || architecture === 'native');
}

function parted(id: string, separator: string): { readonly name: string; readonly architecture: string } {
  const at = id.lastIndexOf(separator);
  return at < 0 ? { name: id, architecture: '' } : { name: id.slice(0, at), architecture: id.slice(at + 1) };
}

/** Decodes the file `installed` of apk: the `V:` of a package follows its `P:`. */
function decodeApk(lines: readonly string[]): Listing {
  const installed = new Map<string, PackageState>();
  const { head, candidates, refreshed } = split(lines);
  let name = '';
  for (const line of head) {
    if (line.startsWith('P:')) name = line.slice(2);
    if (line.startsWith('V:')) installed.set(name, { installed: true, version: line.slice(2), broken: false });
  }
  const offers = decodeCandidates(candidates);
  return {
    find: (id) => installed.get(id),
    offered: (id) => offers.get(id),
    isOlder: () => false,
    namesOf: (id) => [id],
    refreshed,
  };
}

function split(lines: readonly string[]): {
  head: readonly string[];
  candidates: readonly string[];
  refreshed: number;
} {
  const candidates = lines.indexOf('@candidates');
  if (candidates < 0) return { head: lines, candidates: [], refreshed: 0 };
  const refreshed = lines.indexOf('@refreshed');
  const times = lines
    .slice(refreshed + 1)
    .map(Number)
    .filter((time) => time > 0);
  return {
    head: lines.slice(0, candidates),
    candidates: lines.slice(candidates + 1, refreshed),
    refreshed: Math.max(0, ...times),
  };
}

/** Decodes four formats: apt-cache policy, apk policy, zypper info, and `name version` of repoquery. */
function decodeCandidates(lines: readonly string[]): Map<string, string> {
  const candidates = new Map<string, string>();
  let name = '';
  for (const line of lines) {
    const heading = fieldOf(line, /^(\S+?)(?: policy)?:$/, /^Name\s*: (\S+)/);
    if (heading !== undefined) {
      name = heading;
      continue;
    }
    const apk = fieldOf(line, /^ {2}(\d\S*):$/);
    const version = apk ?? fieldOf(line, /^ {2}Candidate: (\S+)/, /^Version\s*: (\S+)/);
    if (version !== undefined) {
      if (version !== '(none)' && (apk === undefined || !candidates.has(name))) candidates.set(name, version);
      continue;
    }
    const [, queried, found] = /^(\S+) ([^\s-]+-\S+)$/.exec(line) ?? [];
    if (queried !== undefined && found !== undefined) candidates.set(queried, found);
  }
  return candidates;
}

/** Returns the first group of the first pattern that matches the line. */
function fieldOf(line: string, ...patterns: readonly RegExp[]): string | undefined {
  for (const pattern of patterns) {
    const found = pattern.exec(line)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}
