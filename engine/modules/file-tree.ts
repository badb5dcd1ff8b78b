import { quote } from '../connection/quote.ts';
import { probe } from '../resources/probe.ts';
import type { ProbeDetail, ProbeState } from '../resources/probe.ts';
import type { Request } from '../resources/resource.ts';
import { accountText, attributeDifferences, modeKept } from './file-attributes.ts';
import type { WantedAttributes } from './file-attributes.ts';
import { applyMode, formatMode } from './file-mode.ts';
import type { Mode } from './file-mode.ts';
import type { Difference } from './module.ts';

/** Type, mode and owner of everything beneath a directory, each combination once: short, however large the tree. */
export function treeProbe(path: string): Request<ProbeDetail, ProbeState> {
  const quoted = quote(path);
  return probe(`[ -d ${quoted} ] || exit 0\nfind ${quoted}/ ! -type l -exec stat -c '%f %u %g %U %G' -- '{}' + | sort -u`);
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

export function differencesBeneath(path: string, wanted: WantedAttributes, tree: ProbeState): readonly Difference[] {
  const different = combinationsIn(tree).flatMap((one) => attributeDifferences(`${path}/…`, wanted, one, one.type));
  const seen = new Set<string>();
  return different.filter((one) => {
    const text = JSON.stringify(one);
    return seen.has(text) ? false : seen.add(text);
  });
}

export function recursively(path: string, wanted: WantedAttributes, tree: ProbeState): readonly string[] {
  const { owner, group, mode } = wanted;
  return [...ownersBeneath(path, { owner, group }), ...(mode === undefined ? [] : modesBeneath(path, { owner, group, mode }, tree))];
}

/** Only of those that are another's: a chown takes set-id bits away, also one to the owner that a file has. */
function ownersBeneath(path: string, { owner, group }: WantedAttributes): readonly string[] {
  const account = group === undefined ? accountText(owner) : `${accountText(owner)}:${accountText(group)}`;
  if (account === '') return [];
  const others = [
    ...(owner === undefined ? [] : [`! -user ${quote(accountText(owner))}`]),
    ...(group === undefined ? [] : [`! -group ${quote(accountText(group))}`]),
  ];
  return [`find ${quote(path)}/ \\( ${others.join(' -o ')} \\) -exec chown -h ${quote(account)} -- '{}' +`];
}

/** `chmod -R` reads a symbolic mode otherwise, and leaves set-id bits of directories unless five digits say so. */
function modesBeneath(path: string, { mode, ...account }: WantedAttributes & { readonly mode: Mode }, tree: ProbeState): readonly string[] {
  if (mode.kind === 'octal') return [`chmod -R 0${formatMode(mode.bits)} -- ${quote(path)}`];
  const commands = new Map<string, { readonly before: number; readonly after: number }>();
  for (const one of combinationsIn(tree)) {
    const { type } = one;
    const before = modeKept(account, one, type) ?? one.mode;
    const after = applyMode(mode, before, type);
    const which = `${type === 'directory' ? '-type d' : '! -type d ! -type l'} -perm ${formatMode(before)}`;
    // Names before directories: one that nobody may enter any more is left by then.
    const command = `find ${quote(path)}/ -depth ${which} -exec chmod 0${formatMode(after)} -- '{}' +`;
    if (after !== before) commands.set(command, { before, after });
  }
  // What one of them makes must not be changed again by the next. (Two lists of one find are too much for some busyboxes.)
  const makes = new Set([...commands.values()].map(({ after }) => after));
  return [...commands]
    .toSorted(([, one], [, other]) => Number(makes.has(other.before)) - Number(makes.has(one.before)))
    .map(([command]) => command);
}
