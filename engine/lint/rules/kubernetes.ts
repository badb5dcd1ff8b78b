import type { Finding, Rule } from '../base/rule.ts';
import { scalarsIn } from '../base/scalars.ts';
import type { OtherFile, Site, SourceFile } from '../base/site.ts';
import { type FlagRow, GONE_FLAGS } from './kubernetes-flags.ts';

/** Variables with flags that an operator adds to those of a role. */
const FLAGS_VARIABLE =
  /^(?:kube_)?(?<program>apiserver|controller_manager|scheduler|kubelet|etcd)_(?:extra_)?(?:flags|args)$/;
const PROGRAM_VERSION = /^(?:etcd|k8s|kube|kubernetes)_(?:version|release)$/;

export const goneFlag: Rule = {
  name: 'kubernetes-flag-gone',
  level: 'error',
  summary: 'A flag of Kubernetes or etcd that the version in use does not have',
  why: 'A program refuses to start with a flag that it does not know. This shows only at its next restart: during an upgrade, on one host after the other.',
  remedy: 'Remove the flag.',
  bad: `- name: Cluster
  hosts: masters
  vars:
    kubernetes_version: 1.36.3
  tasks:
    - name: Unit of kube-controller-manager {{kubernetes_version}}
      copy:
        dest: /etc/systemd/system/kube-controller-manager.service
        mode: "0644"
        content: |
          [Service]
          ExecStart=/usr/local/bin/kube-controller-manager --pod-eviction-timeout=1m`,
  good: `- name: Cluster
  hosts: masters
  vars:
    kubernetes_version: 1.36.3
  tasks:
    - name: Unit of kube-controller-manager {{kubernetes_version}}
      copy:
        dest: /etc/systemd/system/kube-controller-manager.service
        mode: "0644"
        content: |
          [Service]
          ExecStart=/usr/local/bin/kube-controller-manager --leader-elect=true`,
  *check(site) {
    const versions = versionsOf(site);
    for (const file of site.files) yield* inFile(file, versions);
    for (const file of site.others) yield* inOther(file, versions);
    for (const { name, keys } of site.variables) {
      const program = FLAGS_VARIABLE.exec(name)?.groups?.['program']?.replaceAll('_', '-');
      for (const key of program === undefined ? [] : keys) {
        const row = GONE_FLAGS.find((one) => one.program === program && one.flag === key.name && isGone(one, versions));
        if (row !== undefined) yield { place: key.place, ...saying(row) };
      }
    }
  },
};

/**
 * Returns the lowest minor release that is set for Kubernetes and for etcd. Only that one counts: a flag that is gone
 * there is also gone in all later releases.
 */
function versionsOf(site: Site): ReadonlyMap<'kubernetes' | 'etcd', number> {
  const found = new Map<'kubernetes' | 'etcd', number>();
  for (const { name, literal } of site.variables) {
    const minor = literal === undefined ? undefined : minorOf(literal);
    if (!PROGRAM_VERSION.test(name) || minor === undefined) continue;
    const program = name.startsWith('etcd') ? 'etcd' : 'kubernetes';
    found.set(program, Math.min(minor, found.get(program) ?? minor));
  }
  return found;
}

/** Makes a number for comparison of `1.36.3` or `v1.36`; undefined for other texts. */
function minorOf(version: string): number | undefined {
  const { major, minor } = /^v?(?<major>\d+)\.(?<minor>\d+)/.exec(version)?.groups ?? {};
  return major === undefined || minor === undefined ? undefined : Number(major) * 1000 + Number(minor);
}

type Versions = ReadonlyMap<'kubernetes' | 'etcd', number>;

function isGone({ program, goneIn }: FlagRow, versions: Versions): boolean {
  const version = versions.get(program === 'etcd' ? 'etcd' : 'kubernetes');
  return version !== undefined && version >= (minorOf(goneIn) ?? Infinity);
}

function programOf({ program }: FlagRow): string {
  return program === 'etcd' || program === 'kubelet' ? program : `kube-${program}`;
}

function saying(row: FlagRow): Pick<Finding, 'what' | 'remedy'> {
  return { what: `${programOf(row)} ${row.goneIn} and later do not know --${row.flag}`, remedy: row.instead };
}

function* inFile(file: SourceFile, versions: Versions): Generator<Finding> {
  for (const node of file.nodes)
    for (const { scalar } of scalarsIn(node)) {
      const row = typeof scalar.value === 'string' ? goneIn(scalar.value, versions)?.row : undefined;
      if (row !== undefined) yield { place: scalar.place, ...saying(row) };
    }
}

function* inOther({ shown, text }: OtherFile, versions: Versions): Generator<Finding> {
  // Other files may mention a flag without using it.
  if (!/\/(?:templates|files)\//.test(shown)) return;
  const found = goneIn(text, versions);
  if (found === undefined) return;
  const before = text.slice(0, found.index).split('\n');
  const place = { file: shown, line: before.length, column: (before.at(-1) ?? '').length + 1 };
  yield { place, ...saying(found.row) };
}

/** Finds the first removed flag after the name of its program in the same command. */
function goneIn(text: string, versions: Versions): { readonly row: FlagRow; readonly index: number } | undefined {
  if (!text.includes('--')) return undefined;
  for (const row of GONE_FLAGS) {
    if (!isGone(row, versions) || !text.includes(`--${row.flag}`)) continue;
    const command = new RegExp(
      `(?:^|[\\s/=])${programOf(row)}\\s(?:[^\\n\\\\]|\\\\[\\s\\S])*?(?<flag>--${row.flag})(?:[=\\s"']|$)`,
    );
    const match = command.exec(text);
    if (match !== null) return { row, index: match.index + match[0].lastIndexOf(`--${row.flag}`) };
  }
  return undefined;
}
