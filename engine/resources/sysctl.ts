import { quote } from '../connection/base/quote.ts';
import { type Request, type ResourceKind, predictedOf, request } from './base/resource.ts';
import { kernelModules } from './kernel-module.ts';

/** The running value of a kernel parameter. */
export interface SysctlState {
  readonly exists: boolean;
  /** True if it can be set here. A container sees the parameters of its machine, read-only. */
  readonly writable: boolean;
  /** One space between numbers. Undefined if it cannot be read, or if a prediction cannot know it. */
  readonly value?: string | undefined;
}

/** Ids are paths beneath /proc/sys, as `sysctlPath` returns them. */
const sysctls: ResourceKind<undefined, SysctlState> = {
  name: 'sysctl',
  // The shell's `read` is not used: dash and busybox read single bytes, and for some parameters the kernel then returns
  // only the first byte.
  observe: (requests) => `while read -r device at type options rest; do
  case $at in /|/proc|/proc/sys|/proc/sys/*) printf 'mount %s %s\\n' "$at" "$options" ;; esac
done </proc/self/mounts
cd /proc/sys || exit
for path in ${requests.map((one) => quote(one.id)).join(' ')}; do
  if [ ! -e "$path" ]; then echo absent; elif [ -w "$path" ]; then echo w; else echo -; fi
done
${apart(requests.map(({ id }) => id))
  .map((ids) => `grep -s '' -- ${ids.map(quote).join(' ')} /dev/null || :\n`)
  .join('echo @\n')}`,
  decode(output, requests) {
    const lines = output.toString('utf8').split('\n');
    const first = lines.findIndex((line) => !line.startsWith('mount '));
    const mounts = lines.slice(0, first).flatMap((line) => {
      const [, at, options] = /^mount (\S+) (\S+)$/.exec(line) ?? [];
      return at === undefined || options === undefined ? [] : [{ at, readOnly: options.split(',').includes('ro') }];
    });
    const marks = lines.slice(first, first + requests.length);
    const values = valuesIn(lines.slice(first + requests.length), apart(requests.map(({ id }) => id)));
    return new Map(
      requests.map(({ id }, index): [string, SysctlState] => {
        const mark = marks[index] ?? 'absent';
        if (mark === 'absent') return [id, { exists: false, writable: false }];
        const value = values.get(id);
        const writable = mark === 'w' && !isReadOnly(`/proc/sys/${id}`, mounts);
        return [id, { exists: true, writable, value: value === undefined ? undefined : normalizeValue(value) }];
      }),
    );
  },
  merge: () => undefined,
  disagreement(predicted, seen) {
    if (predicted.value === undefined || seen.value === predicted.value) return undefined;
    return `value is ${seen.value ?? 'not readable'}, should be ${predicted.value}`;
  },
  after(state, id, effect) {
    const module = predictedOf(kernelModules, effect);
    if (module === undefined || state.exists || module.presence !== 'loaded') return undefined;
    return moduleOf(id) === effect.request.id ? { exists: true, writable: true, value: undefined } : 'stale';
  },
};

/**
 * Splits the ids into calls of grep. Each line of a value begins with the name and a colon, so names with a colon are
 * read alone.
 */
function apart(ids: readonly string[]): readonly (readonly string[])[] {
  return [ids.filter((id) => !id.includes(':')), ...ids.filter((id) => id.includes(':')).map((id) => [id])].filter(
    (some) => some.length > 0,
  );
}

function valuesIn(lines: readonly string[], groups: readonly (readonly string[])[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let group = 0;
  for (const line of lines) {
    if (line === '@') group += 1;
    const id = groups[group]?.find((one) => line.startsWith(`${one}:`));
    if (id === undefined) continue;
    const before = values.get(id);
    values.set(id, `${before === undefined ? '' : `${before}\n`}${line.slice(id.length + 1)}`);
  }
  return values;
}

/**
 * Asks for a parameter. `name` has the form of sysctl: net.ipv4.ip_forward, or net/ipv4/conf/eth0.1/forwarding if a
 * part contains a dot.
 */
export function sysctlRequest(name: string): Request<undefined, SysctlState> {
  return request(sysctls, sysctlPath(name), undefined);
}

/**
 * Returns the path as procps reads the name: the first separator decides; the other character is then part of a name.
 */
export function sysctlPath(name: string): string {
  const first = /[./]/.exec(name)?.[0];
  return first === '/' ? name : name.replace(/[./]/g, (separator) => (separator === '.' ? '/' : '.'));
}

/** Returns the value with single blanks: the kernel prints tabs between numbers. */
export function normalizeValue(value: string): string {
  return value.trim().replace(/\s+/g, ' ');
}

/** Returns the kernel module that a parameter needs to exist. */
export function moduleOf(path: string): string | undefined {
  return MODULES.find(([prefix]) => path.startsWith(prefix))?.[1];
}

const MODULES: readonly (readonly [string, string])[] = [
  ['net/bridge/', 'br_netfilter'],
  ['net/netfilter/nf_conntrack', 'nf_conntrack'],
  ['net/nf_conntrack', 'nf_conntrack'],
  ['net/ipv4/vs/', 'ip_vs'],
];

/**
 * True if the mount of a path is read-only. It is the mount with the longest path above it; of two at the same path,
 * the later one. The test `-w` is not enough: in busybox, everything is writable for root.
 */
function isReadOnly(path: string, mounts: readonly { readonly at: string; readonly readOnly: boolean }[]): boolean {
  let found = { at: '', readOnly: false };
  for (const mount of mounts) {
    const above = mount.at === '/' || path === mount.at || path.startsWith(`${mount.at}/`);
    if (above && mount.at.length >= found.at.length) found = mount;
  }
  return found.readOnly;
}
