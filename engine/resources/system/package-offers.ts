/** The facts in the package lists of a host about a package. */
export interface Offer {
  /** True if they have a package of that name that can be installed. */
  readonly offered: boolean;
  /** Packages that provide the name, if no package has the name. */
  readonly providers: readonly string[];
  /** True if a package that provides it is installed. */
  readonly provided: boolean;
  /** Seconds since 1970 of the last refresh of the lists. */
  readonly listed: number;
  /** True if the host holds any package back: an installation may want to change or remove such a package. */
  readonly holds: boolean;
  /** The versions that can be installed, and the installed one; the newest first. */
  readonly versions: readonly string[];
}

/** Shell words that name the packages for which the lists are asked. */
export interface Offered {
  readonly names: string;
  /** Names with a requested version: the lists are asked for them even if they are installed. */
  readonly versioned: string;
}

/**
 * Returns shell text that must come after the list of dpkg in `$d`. It asks the package lists for the names that are
 * not installed, or of which another version may be wanted.
 */
export function askOffers({ names, versioned }: Offered): string {
  // dpkg also has lines for packages of which only the configuration is left, and for names that others provide.
  return `N='
' T='	'
i=$N o=$IFS IFS=$N
set -f
for l in $d; do case $l in *"$T"config-files"$T"*|*"$T"not-installed"$T"*) ;; *) a=\${l#*"$T"}; i=$i\${l%%"$T"*}$N\${l%%"$T"*}:\${a%%"$T"*}$N;; esac; done
set +f
IFS=$o
set --
for n in ${names}; do case $i in *"$N$n$N"*) ;; *) set -- "$@" "$n";; esac; done
${versioned === '' ? '' : `for n in ${versioned}; do case $i in *"$N$n$N"*) set -- "$@" "$n";; esac; done\n`}if [ $# -gt 0 ]; then
p=$(apt-cache policy -- "$@" 2>/dev/null)
printf '@offers\\n%s\\n@listed\\n' "$p"
for f in /var/lib/apt/lists/*Packages*; do [ ! -e "$f" ] || stat -c %Y /var/lib/apt/lists /var/lib/apt/lists/partial; break; done
if grep -q '^Status: hold ' /var/lib/dpkg/status; then echo @held; fi
case $p in *'Candidate: (none)'*) echo @providers; apt-cache showpkg -- "$@" 2>/dev/null; echo @provided; dpkg-query -W -f '\${db:Status-Status}\\t\${Provides}\\n';; esac
fi
`;
}

/**
 * Decodes the answers. Returns a function that returns the offer for a package by any of its names; undefined if there
 * are no lists.
 */
export function decodeOffers(
  lines: readonly string[],
  offered: (lines: readonly string[]) => ReadonlyMap<string, string>,
): (names: readonly string[]) => Offer | undefined {
  const parts = ['@offers', '@listed', '@providers', '@provided'].map((mark) => lines.indexOf(mark));
  const [offers = -1, listed = -1, providers = -1, provided = -1] = parts;
  if (offers === -1) return () => undefined;
  const end = (next: number): number => (next === -1 ? lines.length : next);
  const policy = lines.slice(offers + 1, end(listed));
  const times = lines
    .slice(listed + 1, end(providers))
    .map(Number)
    .filter((time) => time > 0);
  if (times.length === 0) return () => undefined;
  const candidates = offered(policy);
  const versions = versionsOf(policy);
  const byName = providersOf(providers === -1 ? [] : lines.slice(providers + 1, end(provided)));
  const there = new Set(provided === -1 ? [] : lines.slice(provided + 1).flatMap(providedNames));
  return (names) => ({
    offered: names.some((name) => candidates.has(name)),
    providers: names.flatMap((name) => byName.get(name) ?? []),
    provided: names.some((name) => there.has(name)),
    listed: Math.max(...times),
    holds: lines.slice(listed + 1, end(providers)).includes('@held'),
    versions: names.flatMap((name) => versions.get(name) ?? []),
  });
}

/**
 * Reads apt-cache policy: after `Version table:` it has a line for each version, and below it a line for each
 * repository with that version.
 */
function versionsOf(policy: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let versions: string[] = [];
  let version: { readonly text: string; readonly isInstalled: boolean } | undefined;
  for (const line of policy) {
    const name = /^(\S+):$/.exec(line)?.[1];
    if (name !== undefined) found.set(name, (versions = []));
    const [, mark, text] = /^ (\*\*\*| {3}) (\S+) -?\d+$/.exec(line) ?? [];
    if (text !== undefined) version = { text, isInstalled: mark === '***' };
    const place = /^ {5,}-?\d+ (\S+)/.exec(line)?.[1];
    // A version that only dpkg knows, and that is not installed, has left its configuration.
    if (place === undefined || version === undefined || (place === '/var/lib/dpkg/status' && !version.isInstalled))
      continue;
    if (!versions.includes(version.text)) versions.push(version.text);
  }
  return found;
}

/**
 * Returns the names for which apt-cache policy prefers an older version than the installed one, which has three stars. Its
 * table begins with the newest version.
 */
export function olderCandidates(policy: readonly string[]): ReadonlySet<string> {
  const older = new Set<string>();
  let name = '';
  let candidate: string | undefined;
  let isPassed = true;
  for (const line of policy) {
    const heading = /^(\S+):$/.exec(line)?.[1];
    if (heading !== undefined) [name, candidate, isPassed] = [heading, undefined, false];
    candidate ??= /^ {2}Candidate: (\S+)/.exec(line)?.[1];
    const [, mark, version] = /^ (\*\*\*| {3}) (\S+) -?\d+$/.exec(line) ?? [];
    if (version === undefined) continue;
    isPassed ||= version === candidate;
    if (mark === '***' && !isPassed) older.add(name);
  }
  return older;
}

/** Reads apt-cache showpkg: after `Reverse Provides:` it has a line for each version of each package. */
function providersOf(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let name: string | undefined;
  let isProviders = false;
  for (const line of lines) {
    const package_ = /^Package: (\S+)/.exec(line)?.[1];
    if (package_ !== undefined) [name, isProviders] = [package_, false];
    else if (line.startsWith('Reverse Provides:')) isProviders = true;
    else if (isProviders && name !== undefined) {
      const provider = /^(\S+) \S+/.exec(line)?.[1];
      const known = found.get(name) ?? [];
      if (provider !== undefined && !known.includes(provider)) found.set(name, [...known, provider]);
    }
  }
  return found;
}

function providedNames(line: string): readonly string[] {
  const [status, names = ''] = line.split('\t');
  return status === 'installed' ? names.split(',').map((name) => name.trim().replace(/[ (][^]*$/, '')) : [];
}
