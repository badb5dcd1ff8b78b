import { quote } from '../connection/base/quote.ts';
import { type Prediction, type Request, type ResourceKind, predictedOf, request } from './base/resource.ts';
import { files } from './file.ts';
import { isBeneath } from './file/file-state.ts';
import { groups } from './group.ts';
import { mounts } from './mount.ts';
import { isUndeclaredPackage, packages } from './package.ts';
import { users } from './user.ts';

/** A condition that a change needs on the host, and that the state of the changed thing does not show. */
export type Need =
  /** An account of this name exists. */
  | { readonly kind: 'user' | 'group'; readonly name: string }
  /** The user may create and replace names in the directory, or, if it is missing, in the nearest one above it. */
  | { readonly kind: 'writable'; readonly path: string }
  /** The user may write to the path, or, if it is missing, to the nearest one above it. */
  | { readonly kind: 'changeable'; readonly path: string }
  /** The user is in the group of this name or number, or new files in the folder get the folder's group. */
  | { readonly kind: 'member'; readonly name: string; readonly folder: string }
  /** If the path is a directory, it is empty. */
  | { readonly kind: 'empty'; readonly path: string }
  /** One of these programs exists. */
  | { readonly kind: 'program'; readonly names: readonly string[] };

export interface NeedState {
  readonly isMet: boolean;
}

/** Uses only the shell, except for memberships and for accounts that are in no file of the host. */
export const needs: ResourceKind<Need, NeedState> = {
  name: 'need',
  observe(requests) {
    const all = requests.map(({ detail }, index) => ({ index, detail }));
    return [
      'm=',
      ...accounts('user', 'passwd', all),
      ...accounts('group', 'group', all),
      ...all.map(({ index, detail }) => {
        switch (detail.kind) {
          case 'writable':
            return writable(index, detail.path, '-d');
          case 'changeable':
            return writable(index, detail.path, '-e');
          case 'member':
            return member(index, detail);
          case 'empty':
            return empty(index, detail.path);
          case 'program':
            return program(index, detail.names);
          case 'user':
          case 'group':
            return '';
        }
      }),
      'printf %s "$m"',
    ]
      .filter((part) => part !== '')
      .join('\n');
  },
  decode(output, requests) {
    const met = new Set(output.toString('latin1').split(' '));
    return new Map(requests.map(({ id }, index) => [id, { isMet: met.has(String(index)) }]));
  },
  isBrief: () => true,
  isOfOthers: true,
  merge: (one) => one,
  disagreement: () => undefined,
  after(state, id, effect) {
    const [kind, name] = parts(id);
    switch (kind) {
      case 'user':
      case 'group':
        return accountAfter(kind, name, state, effect);
      case 'program':
        return programAfter(name.split(' '), state, effect);
      case 'member':
        return predictedOf(users, effect) === undefined && predictedOf(groups, effect) === undefined
          ? undefined
          : 'stale';
      default:
        return directoryAfter(kind, name, effect);
    }
  },
};

/** Asks whether a condition for a change holds on the host. Equal conditions are looked at once. */
export function need(detail: Need): Request<Need, NeedState> {
  return request(needs, `${detail.kind}:${subjectOf(detail)}`, detail);
}

function subjectOf(detail: Need): string {
  switch (detail.kind) {
    case 'user':
    case 'group':
      return detail.name;
    case 'member':
      return `${detail.name}:${detail.folder}`;
    case 'program':
      return detail.names.join(' ');
    case 'writable':
    case 'changeable':
    case 'empty':
      return detail.path;
  }
}

function parts(id: string): readonly [string, string] {
  const colon = id.indexOf(':');
  return [id.slice(0, colon), id.slice(colon + 1)];
}

function accountAfter(
  kind: 'user' | 'group',
  name: string,
  state: NeedState,
  effect: Prediction,
): NeedState | 'stale' | undefined {
  const user = predictedOf(users, effect);
  const group = predictedOf(groups, effect);
  // A new user usually has a group of the same name.
  if (user !== undefined && effect.request.id === name)
    return kind === 'group' && !user.exists ? 'stale' : { isMet: user.exists };
  if (kind === 'group' && group !== undefined && effect.request.id === name) return { isMet: group.exists };
  return !state.isMet && isUndeclaredPackage(effect) ? 'stale' : undefined;
}

/** A package of the program's name brings it. Any other package may bring it. */
function programAfter(names: readonly string[], state: NeedState, effect: Prediction): NeedState | 'stale' | undefined {
  const { id } = effect.request;
  const other = predictedOf(packages, effect);
  if (other !== undefined && names.includes(id)) return other.installed ? { isMet: true } : 'stale';
  const isFile = predictedOf(files, effect) !== undefined && names.includes(id.slice(id.lastIndexOf('/') + 1));
  return isFile || (other !== undefined && !state.isMet) ? 'stale' : undefined;
}

function directoryAfter(kind: string, path: string, effect: Prediction): NeedState | 'stale' | undefined {
  if (predictedOf(mounts, effect) !== undefined)
    return path === effect.request.id || isBeneath(path, effect.request.id) ? 'stale' : undefined;
  const other = predictedOf(files, effect);
  if (other === undefined) return undefined;
  const changed = effect.request.id;
  if (kind === 'empty' && isBeneath(changed, path)) return other.type === 'absent' ? 'stale' : { isMet: false };
  if (changed !== path && !isBeneath(path, changed)) return undefined;
  if (kind === 'empty' && other.type === 'directory') return undefined;
  return kind === 'empty' && other.type === 'absent' ? { isMet: true } : 'stale';
}

interface Asked {
  readonly index: number;
  readonly detail: Need;
}

function accounts(kind: 'user' | 'group', database: 'passwd' | 'group', all: readonly Asked[]): readonly string[] {
  const wanted = all.flatMap(({ index, detail }) => (detail.kind === kind ? [{ index, name: detail.name }] : []));
  if (wanted.length === 0) return [];
  const cases = wanted.map(({ index, name }) => `${quote(name)}) m="$m ${index} " ;;`).join(' ');
  const rest = wanted.map(
    ({ index, name }) =>
      `case $m in *" ${index} "*) ;; *) getent ${database} ${quote(name)} >/dev/null 2>&1 && m="$m ${index} " ;; esac`,
  );
  return [`while IFS=: read -r n r || [ -n "$n" ]; do case $n in ${cases} esac; done </etc/${database}`, ...rest];
}

function member(index: number, { name, folder }: Extract<Need, { readonly kind: 'member' }>): string {
  return `case " $(id -Gn) $(id -G) " in *${quote(` ${name} `)}*) m="$m ${index} " ;; *) ! [ -g ${quote(folder)} ] || m="$m ${index} " ;; esac`;
}

/** `is`: the test that finds the nearest existing path. */
function writable(index: number, path: string, is: '-d' | '-e'): string {
  return `q=${quote(path)}
while ! [ ${is} "$q" ] && [ -n "$q" ]; do q=\${q%/*}; done
[ -w "\${q:-/}" ] && m="$m ${index} "`;
}

function program(index: number, names: readonly string[]): string {
  return `${names.map((name) => `command -v ${quote(name)} >/dev/null 2>&1`).join(' || ')} && m="$m ${index} " || :`;
}

function empty(index: number, path: string): string {
  return `p=${quote(path)} f=
if [ -d "$p" ] && ! [ -L "$p" ]; then for q in "$p"/* "$p"/.[!.]* "$p"/..?*; do if [ -e "$q" ] || [ -L "$q" ]; then f=1; break; fi; done; fi
[ -n "$f" ] || m="$m ${index} "`;
}
