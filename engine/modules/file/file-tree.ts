import { quote } from '../../connection/base/quote.ts';
import type { Request } from '../../resources/base/resource.ts';
import { probe, type ProbeDetail, type ProbeState } from '../../resources/probe.ts';
import { applyMode, formatMode, type Mode } from '../base/file-mode.ts';
import type { Difference } from '../base/module.ts';
import { accountText, attributeDifferences, modeKept, type WantedAttributes } from '../path/file-attributes.ts';

/**
 * Returns the probe for types, modes, owners and groups beneath a directory. Each combination is printed once, so that
 * the output is short for any tree.
 */
export function treeProbe(path: string): Request<ProbeDetail, ProbeState> {
  const quoted = quote(path);
  return probe(
    `[ -d ${quoted} ] || exit 0\nfind ${quoted}/ ! -type l -exec stat -c '%f %u %g %U %G' -- '{}' + | sort -u`,
  );
}

interface Combination {
  readonly type: 'file' | 'directory';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly owner: string | undefined;
  readonly group: string | undefined;
}

function combinationsIn(tree: ProbeState): readonly Combination[] {
  const lines = (tree.stdout ?? Buffer.alloc(0)).toString('utf8').split('\n');
  return lines.flatMap((line) => {
    if (line === '') return [];
    const [raw = '', uid, gid, owner, group] = line.split(' ');
    const bits = Number.parseInt(raw, 16);
    const type = (bits & 0o170000) === 0o040000 ? 'directory' : 'file';
    return [{ type, mode: bits & 0o7777, uid: Number(uid), gid: Number(gid), owner, group } as const];
  });
}

/**
 * Returns the differences of everything beneath the directory `path` from the wanted attributes, each once. `tree` is
 * the answer of `treeProbe`. The path in a difference ends with `/…`.
 */
export function differencesBeneath(path: string, wanted: WantedAttributes, tree: ProbeState): readonly Difference[] {
  const different = combinationsIn(tree).flatMap((one) => attributeDifferences(`${path}/…`, wanted, one, one.type));
  const seen = new Set<string>();
  return different.filter((one) => {
    const text = JSON.stringify(one);
    return seen.has(text) ? false : seen.add(text);
  });
}

/**
 * Returns the shell commands that set owner, group and mode of everything beneath the directory `path`. `tree` is the
 * answer of `treeProbe`. Only files with other attributes are changed.
 */
export function recursively(path: string, wanted: WantedAttributes, tree: ProbeState): readonly string[] {
  const { owner, group, mode } = wanted;
  return [
    ...ownersBeneath(path, { owner, group }),
    ...(mode === undefined ? [] : modesBeneath(path, { owner, group, mode }, tree)),
  ];
}

/** Changes only files that belong to others: chown removes set-id bits, even if it sets the same owner. */
function ownersBeneath(path: string, { owner, group }: WantedAttributes): readonly string[] {
  const account = group === undefined ? accountText(owner) : `${accountText(owner)}:${accountText(group)}`;
  if (account === '') return [];
  const others = [
    ...(owner === undefined ? [] : [`! -user ${quote(accountText(owner))}`]),
    ...(group === undefined ? [] : [`! -group ${quote(accountText(group))}`]),
  ];
  return [`find ${quote(path)}/ \\( ${others.join(' -o ')} \\) -exec chown -h ${quote(account)} -- '{}' +`];
}

/** A mode of files or directories that is replaced by another mode. */
export interface ModeChange {
  readonly type: 'file' | 'directory' | 'any';
  /** The mode that is replaced, as permission bits. Undefined for any mode. */
  readonly before: number | undefined;
  readonly after: number;
}

/** Returns the changes in an order in which no change affects the result of an earlier one. */
export function modeChanges(account: WantedAttributes, mode: Mode, tree: ProbeState): readonly ModeChange[] {
  if (mode.kind === 'octal') return [{ type: 'any', before: undefined, after: mode.bits }];
  const changes = new Map<string, ModeChange & { readonly before: number }>();
  for (const one of combinationsIn(tree)) {
    const before = modeKept(account, one, one.type) ?? one.mode;
    const after = applyMode(mode, before, one.type);
    if (after !== before) changes.set(`${one.type} ${before}`, { type: one.type, before, after });
  }
  const makes = new Set([...changes.values()].map(({ after }) => after));
  return [...changes.values()].toSorted(
    (one, other) => Number(makes.has(other.before)) - Number(makes.has(one.before)),
  );
}

/**
 * Returns the commands that set the computed modes, always as five digits. `chmod -R` would compute another mode from a
 * symbolic one; with four digits, it would keep the set-id bits of directories.
 */
function modesBeneath(
  path: string,
  { mode, ...account }: WantedAttributes & { readonly mode: Mode },
  tree: ProbeState,
): readonly string[] {
  return modeChanges(account, mode, tree).map(({ type, before, after }) => {
    if (before === undefined) return `chmod -R 0${formatMode(after)} -- ${quote(path)}`;
    const which = `${type === 'directory' ? '-type d' : '! -type d ! -type l'} -perm ${formatMode(before)}`;
    // With -depth a directory comes after its content, because its new mode may forbid to enter it. (Two lists in one
    // find are too much for some versions of busybox.)
    return `find ${quote(path)}/ -depth ${which} -exec chmod 0${formatMode(after)} -- '{}' +`;
  });
}

/**
 * Returns whether anyone except root and the user of the task can change names beneath the directory. If a directory of
 * root is writable for its group, an access list (ACL) may let others in.
 */
export function isInForeignHands(tree: ProbeState, user: string): boolean {
  return combinationsIn(tree).some(
    ({ type, uid, owner, group, mode }) =>
      type === 'directory' &&
      ((uid !== 0 && owner !== user) ||
        (mode & 0o002) !== 0 ||
        ((mode & 0o020) !== 0 && (uid === 0 || owner !== group))),
  );
}
