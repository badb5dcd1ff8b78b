import { quote } from '../connection/base/quote.ts';
import { numbered, printRecords, recordsOf } from './base/records.ts';
import { type Request, type ResourceKind, predictedOf, request } from './base/resource.ts';
import { CALMLY } from './base/unhindered-read.ts';
import { files } from './file.ts';
import { otherTypeOf } from './file/file-decode.ts';
import {
  type Attributes,
  type Directory,
  type Link,
  type OtherFile,
  type RegularFile,
  isBeneath,
} from './file/file-state.ts';
import { users } from './user.ts';

/** The public keys that may log in as a user. */
export interface AuthorizedKeysState {
  /** True if the user exists. */
  readonly exists: boolean;
  /** The file of the keys. Undefined if the user's home directory is unknown. */
  readonly path: string | undefined;
  /** The bytes of the file; null if it does not exist. */
  readonly content: Buffer | null;
  /**
   * What exists above the file: its folder, only the parent of the folder, or neither. `hidden`: the user who looks may
   * not enter it.
   */
  readonly above: 'folder' | 'folder of the folder' | 'nothing' | 'hidden';
  /** The path, without links, of the parent of the folder; undefined if it does not exist. */
  readonly home?: string | undefined;
  /** Those that exist of: the file, its folder, `home`, and the directories above `home` except the root. */
  readonly places?: readonly KeyPlace[] | undefined;
}

export interface KeyPlace {
  readonly path: string;
  readonly state: Directory | RegularFile | Link | OtherFile;
}

interface AuthorizedKeysDetail {
  readonly user: string;
  /** The path of the file. Undefined for `.ssh/authorized_keys` in the home directory. */
  readonly path: string | undefined;
}

/** An id is the name of a user. A colon and a path follow if the file is not the usual one. */
const authorizedKeys: ResourceKind<AuthorizedKeysDetail, AuthorizedKeysState> = {
  name: 'authorized_keys',
  observe(requests) {
    const names = [...new Set(requests.map(({ detail }) => quote(detail.user)))];
    const elsewhere = requests.flatMap(({ detail: { path } }, index) =>
      path === undefined ? [] : [`keys ${index} ${quote(path)}`],
    );
    const accounts = names.map((name) => {
      const looks = requests.flatMap(({ detail }, index) => {
        if (quote(detail.user) !== name) return [];
        const told = `printf %s "\${b}u${index}:$home"`;
        return [
          detail.path === undefined
            ? `${told}; [ -z "$home" ] || keys ${index} "\${home%/}/.ssh/authorized_keys"`
            : told,
        ];
      });
      return `      ${name}) ${looks.join('; ')} ;;`;
    });
    // The folder belongs to the user, who may replace the file by a named pipe.
    return printRecords(`${CALMLY}
calm=1
print_keys() {
  [ -f "$1" ] || return 0
  calmly "$1" || { calm=; ! [ -f "$1" ] || calmly "$1" || ! [ -f "$1" ]; }
}
places() {
  q=$(cd -P -- "$2/" 2>/dev/null && pwd -P && echo .) || return 0
  q=\${q%??}; q=\${q%/}
  printf %s "\${b}h$1:$q"
  set -- "$1" "$q/\${3##*/}" "$q/\${3##*/}/\${4##*/}"
  while [ -n "$q" ]; do set -- "$@" "$q"; q=\${q%/*}; done
  i=$1; shift
  stat -c "\${b}o$i:%f %u %U %n" -- "$@" 2>/dev/null || :
}
keys() {
  d=\${2%/*}; p=\${d%/*}; p=\${p:-/}
  places "$1" "$p" "$d" "$2"
  if [ -e "$2" ]; then printf %s "\${b}c$1:"; print_keys "$2" || exit; return; fi
  if [ -d "$d" ]; then [ -x "$d" ] && w=f || w=h
  elif [ -d "$p" ]; then [ -x "$p" ] && w=p || w=h
  else w=n
  fi
  printf %s "\${b}a$1:$w"
}
accounts() {
  while IFS=: read -r name password uid gid comment home shell || [ -n "$name" ]; do
    case $name in
${accounts.join('\n')}
    esac
  done
}
${elsewhere.join('\n')}
if command -v getent >/dev/null; then getent passwd ${names.join(' ')} | accounts; else accounts </etc/passwd; fi || exit`);
  },
  decode(output, requests) {
    const homes = new Map<number, string>();
    const contents = new Map<number, Buffer>();
    const above = new Map<number, AuthorizedKeysState['above']>();
    const folders = new Map<number, string>();
    const places = new Map<number, KeyPlace[]>();
    for (const record of recordsOf(output)) {
      const { index, rest } = numbered(record);
      // If a name has two lines, the first one counts, as in the system.
      if (record.letter === 'u' && !homes.has(index)) homes.set(index, rest.toString('utf8'));
      if (record.letter === 'c' && !contents.has(index)) contents.set(index, rest);
      if (record.letter === 'h') folders.set(index, rest.toString('utf8'));
      if (record.letter === 'o') places.set(index, [...(places.get(index) ?? []), placeOf(rest.toString('utf8'))]);
      if (record.letter === 'a' && !above.has(index)) above.set(index, ABOVE.get(rest.toString('latin1')) ?? 'nothing');
    }
    return new Map(
      requests.map(({ id, detail }, index): [string, AuthorizedKeysState] => {
        const home = homes.get(index);
        const content = contents.get(index) ?? null;
        const path = detail.path ?? (home === undefined || home === '' ? undefined : keysBelow(home));
        const kept = content === null ? (above.get(index) ?? 'nothing') : 'folder';
        return [
          id,
          {
            exists: home !== undefined,
            path,
            content,
            above: kept,
            home: folders.get(index),
            places: places.get(index),
          },
        ];
      }),
    );
  },
  merge: (one) => one,
  disagreement(predicted, seen) {
    const isSame =
      predicted.content === null ? seen.content === null : seen.content?.equals(predicted.content) === true;
    return isSame ? undefined : 'holds other keys than those that were written';
  },
  after(state, id, effect) {
    const user = predictedOf(users, effect);
    if (user !== undefined && effect.request.id === userOf(id)) return afterUser(state, id, user);
    const file = predictedOf(files, effect);
    const changed = effect.request.id;
    return file !== undefined && state.path !== undefined && (state.path === changed || isBeneath(state.path, changed))
      ? 'stale'
      : undefined;
  },
};

function placeOf(record: string): KeyPlace {
  const [, raw = '', uid = '', owner, path = ''] = /^(\S+) (\S+) (\S+) ([^]*)\n$/.exec(record) ?? [];
  const bits = Number.parseInt(raw, 16);
  const attributes: Attributes = { mode: bits & 0o7777, uid: Number(uid), gid: undefined, owner, group: undefined };
  return { path, state: stateOf(bits & 0o170000, attributes) };
}

function stateOf(type: number, attributes: Attributes): KeyPlace['state'] {
  if (type === 0o040000) return { type: 'directory', ...attributes };
  if (type === 0o120000) return { type: 'link', ...attributes, target: 'another place' };
  if (type === 0o100000) return { type: 'file', ...attributes, size: undefined, sha256: undefined, content: undefined };
  return { type: 'other', ...attributes, what: otherTypeOf(type) };
}

const ABOVE: ReadonlyMap<string, AuthorizedKeysState['above']> = new Map([
  ['f', 'folder'],
  ['p', 'folder of the folder'],
  ['h', 'hidden'],
]);

function afterUser(
  state: AuthorizedKeysState,
  id: string,
  user: { readonly exists: boolean; readonly home?: string | undefined; readonly homeExists?: boolean | undefined },
): AuthorizedKeysState | 'stale' | undefined {
  if (!user.exists) return state.exists ? { ...state, exists: false } : undefined;
  const isElsewhere = id.includes(':');
  if (state.exists)
    return isElsewhere || (user.home !== undefined && state.path === keysBelow(user.home)) ? undefined : 'stale';
  if (isElsewhere) return { ...state, exists: true };
  if (user.home === undefined) return { ...state, exists: true };
  return user.homeExists === true
    ? { exists: true, path: keysBelow(user.home), content: null, above: 'folder of the folder' }
    : 'stale';
}

function keysBelow(home: string): string {
  return `${home.endsWith('/') ? home.slice(0, -1) : home}/.ssh/authorized_keys`;
}

function userOf(id: string): string {
  return id.split(':', 1)[0] ?? id;
}

/**
 * Asks for the public keys that may log in as a user. `path`: another file than `.ssh/authorized_keys` in the home
 * directory.
 */
export function authorizedKeysRequest(user: string, path?: string): Request<AuthorizedKeysDetail, AuthorizedKeysState> {
  return request(authorizedKeys, path === undefined ? user : `${user}:${path}`, { user, path });
}
