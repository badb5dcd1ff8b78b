import { quote } from '../../connection/base/quote.ts';
import type { Facts } from '../../connection/shell/facts.ts';

/** The work of a package manager. */
export interface PackageWork {
  readonly install: readonly { readonly name: string; readonly version: string | undefined }[];
  readonly remove: readonly string[];
  /** True if installed packages are updated to the newest version, too. */
  readonly latest: boolean;
  /**
   * Maximal age of the package lists in seconds. Undefined: any age, but lists are refreshed if they are missing or,
   * for apt, older than the list of sources.
   */
  readonly refreshOlderThan: number | undefined;
  readonly recommends: boolean | undefined;
  readonly downgrade: boolean;
  readonly purge: boolean;
  readonly startUnits: boolean;
  /** The release of apt from which packages are taken first. */
  readonly release?: string | undefined;
  /** Options for dnf, yum and zypper that hold for all of their commands. */
  readonly options?: readonly string[] | undefined;
}

/** Returns shell text that does the work without questions, and exits with 0 if all went well. */
export function packageScript(manager: Exclude<Facts['package_manager'], 'none'>, work: PackageWork): string {
  switch (manager) {
    case 'apt':
      return apt(work);
    case 'dnf':
    case 'yum':
      return dnf(manager, work);
    case 'zypper':
      return zypper(work);
    case 'apk':
      return apk(work);
  }
}

/**
 * Parts of the script for apt. It waits for locks, because machines update themselves at boot. needrestart may only
 * list services, because the playbook says which services restart. apt cannot wait for the lock of the package lists,
 * so the refresh is repeated.
 */
const APT = `export DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical APT_LISTCHANGES_FRONTEND=none NEEDRESTART_MODE=l LC_ALL=C
lists=/var/lib/apt/lists
refreshed=no
get() { apt-get -y -q -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"; }
refresh() {
  refreshed=yes tries=0
  while ! told=$(apt-get -q update 2>&1); do
    tries=$((tries + 1))
    case $told in *'Could not get lock'*) [ $tries -lt 60 ] && sleep 2 && continue ;; esac
    printf '%s\\n' "$told" >&2
    return 1
  done
  mkdir -p "$lists/partial" && touch "$lists/partial"
}
fresh() {
  for list in "$lists"/*Packages*; do [ -e "$list" ] || return 1; break; done
  [ -z "$(find /etc/apt/sources.list /etc/apt/sources.list.d -newer "$lists/partial" 2>/dev/null)" ]
}
version() {
  for found in $(apt-cache madison "$1" | cut -d '|' -f 2); do
    case $found in $2) printf '%s=%s' "$1" "$found"; return ;; esac
    case \${found#*:} in $2|$2-*) printf '%s=%s' "$1" "$found"; return ;; esac
  done
  printf '%s=%s' "$1" "$2"
}
policy=/usr/sbin/policy-rc.d
restore() {
  if grep -q '# runbook' "$policy" 2>/dev/null; then rm -f "$policy"; fi
  if [ -e "$policy.before-runbook" ]; then mv "$policy.before-runbook" "$policy"; fi
}
restore
for update in /var/lib/dpkg/updates/*; do [ ! -e "$update" ] || dpkg --configure -a --force-confdef --force-confold; break; done
# A package whose unpacking was cut off can only be unpacked again.
mend() {
  ! grep -q '^Status: .* reinstreq ' /var/lib/dpkg/status ||
    get install --reinstall $(dpkg-query -W -f '\${db:Status-Eflag} \${binary:Package}\\n' | sed -n 's/^reinstreq //p')
}
`;

/**
 * Debian starts services while it installs them, unless this file forbids it. If a killed run has left the file, the
 * next run removes it.
 */
const FORBID_STARTING = `trap restore EXIT
trap 'exit 143' HUP INT TERM
if [ -e "$policy" ]; then mv "$policy" "$policy.before-runbook" || exit; fi
printf '#!/bin/sh\\n# runbook: nothing is started during this installation\\nexit 101\\n' >"$policy" && chmod 0755 "$policy" || exit
`;

function apt({
  install,
  remove,
  refreshOlderThan,
  recommends,
  downgrade,
  purge,
  startUnits,
  release,
}: PackageWork): string {
  if (install.length === 0) return `${APT}get ${purge ? 'purge' : 'remove'} ${words(remove)}\n`;
  const age =
    refreshOlderThan === undefined
      ? ''
      : ` && [ -z "$(find "$lists/partial" -prune -mmin +${Math.floor(refreshOlderThan / 60)})" ]`;
  const options = [
    recommends === undefined ? '' : recommends ? '--install-recommends' : '--no-install-recommends',
    downgrade ? '--allow-downgrades' : '',
    release === undefined ? '' : `-t ${quote(release)}`,
  ];
  const wanted = install.map(({ name, version }) => {
    if (version === undefined || (version.includes(':') && !version.endsWith('*')))
      return quote(version === undefined ? name : `${name}=${version}`);
    return `"$(version ${quote(name)} ${quote(version)})"`;
  });
  return `${APT}${startUnits ? '' : FORBID_STARTING}fresh${age} || refresh || exit
install() { mend && get ${options.filter((option) => option !== '').join(' ')} install ${wanted.join(' ')}; }
install && exit
status=$?
# What the lists name may be gone from the mirror by now.
[ $refreshed = no ] || exit $status
refresh && install
`;
}

/**
 * Returns shell text that does these commands one after the other. A command calls apt-get as `get`: without questions,
 * and waiting for locks.
 */
export function aptRun(commands: readonly string[]): string {
  return `${APT}mend && ${commands.join(' && ')}\n`;
}

/** Returns a command that refreshes the package lists of apt, to go before others. */
export function refreshedFirst(): string {
  return `(\n${APT}refresh\n)`;
}

/** Returns shell text that refreshes the package lists at any age. `options`: those of the package manager. */
export function packageLists(
  manager: Exclude<Facts['package_manager'], 'none'>,
  options: readonly string[] = [],
): string {
  switch (manager) {
    case 'apt':
      return `${APT}refresh\n`;
    case 'dnf':
    case 'yum':
      return `LC_ALL=C ${manager} -y -q${optionWords(options)} --setopt=metadata_expire=0 makecache\n`;
    case 'zypper':
      return `LC_ALL=C ZYPP_LOCK_TIMEOUT=120 zypper --non-interactive --quiet${optionWords(options)} refresh\n`;
    case 'apk':
      return `apk --wait 120 update\n`;
  }
}

/** Returns the names of packages that do not exist, according to the messages of a package manager. */
export function unknownNames(stderr: string): readonly string[] {
  const found = stderr.matchAll(
    /Unable to locate package (\S+)|Package '?([^\s']+)'? has no installation candidate|(?:Unable to find a match|No match for argument|No package): (\S+)|No provider of '([^']+)' found|^ {2}(\S+) \(no such package\)/gm,
  );
  return [...new Set([...found].map((match) => match.slice(1).find((name) => name !== undefined) ?? ''))].filter(
    (name) => name !== '',
  );
}

function dnf(
  manager: 'dnf' | 'yum',
  { install, remove, latest, refreshOlderThan, recommends, downgrade, options }: PackageWork,
): string {
  const run = `${manager} -y -q${optionWords(options)}`;
  if (install.length === 0) return `${run} remove ${words(remove)}\n`;
  const wanted = words(install.map(({ name, version }) => (version === undefined ? name : `${name}-${version}`)));
  const weak =
    recommends === undefined || manager === 'yum' ? '' : `--setopt=install_weak_deps=${recommends ? 'True' : 'False'} `;
  const refresh = refreshOlderThan === undefined ? '' : `--setopt=metadata_expire=${refreshOlderThan} `;
  const lines = [
    `${run} ${refresh}${weak}install ${wanted}${downgrade ? ` && ${run} downgrade ${wanted} 2>/dev/null || ${run} downgrade ${wanted}` : ''} || exit`,
    latest ? `${run} upgrade ${wanted} || exit` : '',
  ];
  return `export LC_ALL=C\n${lines.filter((line) => line !== '').join('\n')}\n`;
}

function zypper(work: PackageWork): string {
  const { install, remove, latest, refreshOlderThan, recommends, downgrade } = work;
  const run = `ZYPP_LOCK_TIMEOUT=120 zypper --non-interactive --quiet${optionWords(work.options)}`;
  if (install.length === 0) return `${run} remove ${words(remove)}\n`;
  const wanted = words(install.map(({ name, version }) => (version === undefined ? name : `${name}=${version}`)));
  const options = [
    recommends === undefined ? '' : recommends ? '--recommends' : '--no-recommends',
    downgrade ? '--oldpackage' : '',
  ];
  const lines = [
    refreshOlderThan === undefined ? '' : `${run} refresh || exit`,
    `${run} install --auto-agree-with-licenses ${options.filter((option) => option !== '').join(' ')} ${wanted} || exit`,
    latest ? `${run} update ${wanted}` : '',
  ];
  return `export LC_ALL=C\n${lines.filter((line) => line !== '').join('\n')}\n`;
}

function apk({ install, remove, latest, refreshOlderThan }: PackageWork): string {
  if (install.length === 0) return `apk --wait 120 del ${words(remove)}\n`;
  const wanted = words(
    install.map(({ name, version }) =>
      version === undefined ? name : version.endsWith('*') ? `${name}~${version.slice(0, -1)}` : `${name}=${version}`,
    ),
  );
  const refresh = `{ [ -n "$(find /var/cache/apk -name 'APKINDEX.*' ${refreshOlderThan === undefined ? '' : `-mmin -${Math.ceil(refreshOlderThan / 60)}`} 2>/dev/null)" ] || apk --wait 120 update; }`;
  return `${refresh} && apk --wait 120 add ${latest ? '-u ' : ''}${wanted}\n`;
}

function words(list: readonly string[]): string {
  return list.map(quote).join(' ');
}

/** Returns the options, each behind a blank. */
function optionWords(options: readonly string[] = []): string {
  return options.map((one) => ` ${quote(one)}`).join('');
}
