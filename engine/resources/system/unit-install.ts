/** The suffixes of systemd's folders for the keys in a unit's [Install] section. */
const FOLDERS: ReadonlyMap<string, string> = new Map([
  ['WantedBy', 'wants'],
  ['RequiredBy', 'requires'],
  ['UpheldBy', 'upholds'],
]);

/** Shell text that prints every link that enabling has created, one per line. */
export const LIST_LINKS = `for path in ${['/etc', '/run', '/usr/lib', '/lib']
  .flatMap((root) => [...FOLDERS.values()].map((folder) => `${root}/systemd/system/*.${folder}/*`))
  .join(' ')}; do [ ! -L "$path" ] || printf '>%s\\n' "$path"; done
`;

/**
 * Shell text that prints the lines of the [Install] sections of the units in $shown. It must be the last part of its
 * script, because it changes how words are split.
 */
export const LIST_INSTALL = `IFS='
'; set -f; set --
for line in $shown; do case $line in FragmentPath=/*) set -- "$@" "\${line#*=}" ;; esac; done
[ $# -eq 0 ] || grep -sE '^\\[|^(${[...FOLDERS.keys()].join('|')})[[:space:]]*=' -- "$@" /dev/null || :
`;

/** Returns the existing links of one unit, such as `multi-user.target.wants/etcd.service`. */
export function linksOf(output: string, id: string): readonly string[] {
  const links = output.split('\n').flatMap((line) => {
    if (!line.startsWith('>') || !line.endsWith(`/${id}`)) return [];
    return [line.split('/').slice(-2).join('/')];
  });
  return [...new Set(links)];
}

/** Returns the lines of one file in the output. */
export function installLines(output: string, fragment: string): readonly string[] {
  return output
    .split('\n')
    .flatMap((line) => (line.startsWith(`${fragment}:`) ? [line.slice(fragment.length + 1)] : []));
}

/**
 * Returns the links that a unit's [Install] section asks for; undefined if that depends on facts that only systemd
 * knows.
 */
export function wantedLinks(lines: readonly string[], id: string): readonly string[] | undefined {
  let isInstall = false;
  const wanted = new Map<string, readonly string[]>();
  for (const line of lines) {
    if (line.startsWith('[')) isInstall = /^\[Install\]\s*$/.test(line);
    const [, key = '', written = ''] = /^([A-Za-z]+)\s*=(.*)$/.exec(line) ?? [];
    const value = written.trim();
    if (!isInstall || !FOLDERS.has(key)) continue;
    // An empty value cancels the values above it.
    wanted.set(key, value === '' ? [] : [...(wanted.get(key) ?? []), ...value.split(/\s+/)]);
  }
  const links = [...wanted].flatMap(([key, units]) => units.map((unit) => `${unit}.${FOLDERS.get(key) ?? ''}/${id}`));
  return links.some((link) => /[%\\"']/.test(link)) ? undefined : links;
}
