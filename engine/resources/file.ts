import { quote } from '../connection/base/quote.ts';
import { unguessable } from '../connection/base/unguessable.ts';
import { type Prediction, type Request, type ResourceKind, predictedOf, request } from './base/resource.ts';
import { CALMLY, IN_OTHER_HANDS } from './base/unhindered-read.ts';
import { decodeFiles } from './file/file-decode.ts';
import { type FileDetail, type Look, LOOKS, MAX_CONTENT_BYTES, MAX_EDITED_BYTES } from './file/file-detail.ts';
import {
  type FileState,
  type RegularFile,
  NOTHING_ABOVE,
  disagreement,
  endOf,
  isBeneath,
  parentOf,
} from './file/file-state.ts';
import { digestLarge } from './file/large-digest.ts';
import { groups } from './group.ts';
import { isUndeclaredPackage, packages } from './package.ts';
import { users } from './user.ts';

export type { FileDetail } from './file/file-detail.ts';

/** What stands at an absolute path: files, directories, links. */
export const files: ResourceKind<FileDetail, FileState> = {
  name: 'file',
  observe: (requests) => observeFiles(requests, unguessable(12)),
  decode: decodeFiles,
  // Whatever is digested for itself may be huge.
  isBrief: (detail) => detail.look !== 'digest',
  merge: (one, other) => {
    const look = LOOKS.indexOf(one.look) < LOOKS.indexOf(other.look) ? other.look : one.look;
    const digested = one.digested || other.digested;
    const unless = unlessBoth(one, other);
    const whole = one.whole || other.whole;
    const isNew =
      look !== one.look || digested !== one.digested || whole !== one.whole || unless.length !== one.unless.length;
    return isNew || unless.some((digest, index) => digest !== one.unless[index])
      ? { look, unless, digested, whole }
      : one;
  },
  ahead: (detail) => (detail.whole ? { ...detail, whole: false } : detail),
  suffices: (known, state, asked) => {
    if (known.look !== asked.look || known.digested !== asked.digested || known.unless.length !== asked.unless.length)
      return false;
    const there = fileIn(state);
    return there === undefined || there.content !== undefined || (there.size ?? 0) <= MAX_CONTENT_BYTES;
  },
  disagreement,
  settled: (predicted, seen) => {
    const [written, there] = [fileIn(predicted), fileIn(seen)];
    if (written?.isPlain !== true || there === undefined) return seen;
    const plain = { ...there, isPlain: true };
    return seen.type === 'link' && seen.to !== undefined ? { ...seen, to: { ...seen.to, state: plain } } : plain;
  },
  after: stateAfter,
  decided(id, effect) {
    const other = predictedOf(files, effect);
    if (other === undefined || !isBeneath(id, effect.request.id)) return undefined;
    const end = other.type === 'link' ? other.to?.state : other;
    return end?.type === 'absent' || end?.type === 'file' || end?.type === 'other' ? NOTHING_ABOVE : undefined;
  },
};

function fileIn(state: FileState): RegularFile | undefined {
  const there = endOf(state);
  return there?.type === 'file' ? there : undefined;
}

/** Whose content is wanted by one of them only is not spared by what the other one has. */
function unlessBoth(one: FileDetail, other: FileDetail): readonly string[] {
  if (one.look !== 'content') return other.unless;
  return other.look === 'content' ? one.unless.filter((digest) => other.unless.includes(digest)) : one.unless;
}

/** Asks what stands at `path`. */
export function file(
  path: string,
  look: Look = 'attributes',
  unless: readonly string[] = [],
): Request<FileDetail, FileState> {
  return request(files, path, { look, unless, digested: look === 'digest' || unless.length > 0, whole: false });
}

/** Asks for a file with its content, also where that is large. */
export function wholeFile(path: string): Request<FileDetail, FileState> {
  return request(files, path, { look: 'content', unless: [], digested: false, whole: true });
}

/** What follows for one path from what happens at another. */
function stateAfter(state: FileState, path: string, effect: Prediction): FileState | 'stale' | undefined {
  const other = predictedOf(files, effect);
  if (other === undefined) return afterPackage(state, path, effect) ?? afterAccount(state, effect);
  const changed = effect.request.id;
  if (changed === path) return other;
  if (other.type === 'link' && other.to?.path === path && other.to.isUntouched !== true) return other.to.state;
  if (state.type === 'link' && state.to?.path === changed) {
    return other.type === 'link' || other.type === 'hidden'
      ? 'stale'
      : { ...state, to: { path: changed, state: other } };
  }
  if (isBeneath(path, changed)) return stateBeneath(state, path, changed, other);
  if (other.type !== 'absent' && isBeneath(changed, path) && state.type === 'absent') {
    return { type: 'directory', mode: undefined, uid: undefined, gid: undefined, owner: undefined, group: undefined };
  }
  if (state.type === 'absent' && !state.parent && other.type !== 'absent' && isBeneath(changed, parentOf(path)))
    return { ...state, parent: true };
  // A link on the way may lead beneath what has changed.
  if (
    state.type === 'link' &&
    state.to?.path !== undefined &&
    isBeneath(state.to.path, changed) &&
    other.type !== 'directory'
  )
    return 'stale';
  return undefined;
}

/** Packages put no files there. */
const APART_FROM_PACKAGES = /^\/(?:dev|home|media|mnt|proc|root|srv|sys|tmp)(?:\/|$)/;

/**
 * A package may bring, change or remove any file, so a play looks again. A plan believes what it has seen, except for a
 * file that is absent: a package that does not list what it brings may bring it.
 */
function afterPackage(state: FileState, path: string, effect: Prediction): FileState | 'stale' | undefined {
  const other = predictedOf(packages, effect);
  if (other === undefined) return undefined;
  const mayCome =
    state.type === 'absent' && other.installed && isUndeclaredPackage(effect) && !APART_FROM_PACKAGES.test(path);
  return mayCome ? 'stale' : state;
}

/** Files keep their numbers: an account or a group that gets another one leaves them to nobody, or to somebody else. */
function afterAccount(state: FileState, effect: Prediction): 'stale' | undefined {
  if (state.type === 'absent' || state.type === 'hidden') return undefined;
  const { id } = effect.request;
  const user = predictedOf(users, effect);
  const group = predictedOf(groups, effect);
  const isOther =
    (user !== undefined && isRenumbered(state.owner, state.uid, { name: id, exists: user.exists, number: user.uid })) ||
    (group !== undefined &&
      isRenumbered(state.group, state.gid, { name: id, exists: group.exists, number: group.gid }));
  return isOther ||
    (state.type === 'link' && state.to !== undefined && afterAccount(state.to.state, effect) === 'stale')
    ? 'stale'
    : undefined;
}

function isRenumbered(
  name: string | undefined,
  number: number | undefined,
  after: { readonly name: string; readonly exists: boolean; readonly number: number | undefined },
): boolean {
  if (name === after.name)
    return !after.exists || (after.number !== undefined && number !== undefined && after.number !== number);
  return after.exists && (after.number === undefined ? name === 'UNKNOWN' : after.number === number);
}

function stateBeneath(
  state: FileState,
  path: string,
  changed: string,
  other: FileState,
): FileState | 'stale' | undefined {
  switch (other.type) {
    case 'absent':
      return state.type === 'absent' && !state.parent ? undefined : NOTHING_ABOVE;
    case 'directory':
      if (state.type === 'hidden' || other.changedBeneath === true) return 'stale';
      return state.type === 'absent' && !state.parent && parentOf(path) === changed
        ? { ...state, parent: true }
        : undefined;
    case 'file':
    case 'other':
      return state.type === 'absent' && !state.parent ? undefined : NOTHING_ABOVE;
    case 'link':
      return other.isKept === true && other.to !== undefined
        ? stateBeneath(state, path, changed, other.to.state)
        : 'stale';
    case 'hidden':
      return 'stale';
  }
}

/** Contents up to so many are brought without asking first which of them are too large. */
const FEW_CONTENTS = 4;

/**
 * One `stat`, at most two processes for digests and one `find` for all of them; besides those one process for each link
 * to be followed, with the directories above its end, and for each content to be brought. Every record begins with the
 * boundary; the last one tells it. What the shell tells by itself is printed at once, at the end.
 */
function observeFiles(requests: readonly Request<FileDetail, FileState>[], boundary: string): string {
  const all = requests.map(({ id, detail }, index) => ({ index, path: `"$p${index}"`, id, detail }));
  const followed = all.filter(({ detail }) => detail.look !== 'attributes');
  const digests = all.filter(({ detail }) => detail.digested);
  // sha256sum writes such names with escapes, busybox does not: each is digested by itself, without its name.
  const odd = digests.filter(({ id }) => /[\n\r\\]/.test(id));
  const even = digests.filter((one) => !odd.includes(one));
  // No content is brought of those that are large, or may be.
  const [large, small] = [even.filter(isLarge), even.filter((one) => !isLarge(one))];
  const contents = all.filter(({ detail }) => detail.look === 'content');
  const fields = '%f\t%u\t%g\t%U\t%G\t%s\t%Y\t%d:%i';
  const names = all.some(({ id }) => id.includes(' ->')) ? '%n${b}t%N' : '%N';
  const parts = [
    ...missingTools(all),
    `b=${boundary} z=`,
    // Each path is sent once.
    all.map(({ index, id }) => `p${index}=${quote(id)}`).join(' '),
    `set -- ${words(all)}`,
    // Of the root there is always something to tell: a stat that says nothing of it understands no format.
    `QUOTING_STYLE=literal stat -c "\${b}s${fields}\t${names}" -- "$@" / 2>/dev/null`,
    `i=0
for p do
  if ! [ -e "$p" ] && ! [ -L "$p" ]; then
    q=\${p%/*}
    if [ -d "\${q:-/}" ]; then [ -x "\${q:-/}" ] && a=a || a=h
    else
      a=n
      while [ -n "$q" ] && ! [ -d "$q" ]; do q=\${q%/*}; done
      [ -x "\${q:-/}" ] || a=h
    fi
    z="$z\${b}m$a$i"
  fi
  i=$((i + 1))
done`,
  ];
  if (followed.length > 0) {
    parts.push(
      `${NOWHERE}
set -- ${followed.map(({ index, path }) => `${index} ${path}`).join(' ')}
n=$#
while [ $n -gt 0 ]; do
  i=$1 p=$2; shift 2; n=$((n - 2))
  if [ -L "$p" ]; then
    set -- "$@" "$p"
    e=
    if [ -e "$p" ]; then e=$(readlink -f -- "$p"; echo .) e=\${e%.}; else nowhere; fi
    [ -z "$e" ] || printf '%s' "\${b}r$i:$e"
    while e=\${e%/*}; [ -n "$e" ]; do set -- "$@" "$e"; done
  fi
done
[ $# -eq 0 ] || stat -L -c "\${b}l${fields}\t%n" -- "$@" 2>/dev/null`,
    );
  }
  if (digests.length > 0 || contents.length > 0) parts.push('d=', READING);
  if (large.length > 0) parts.push('l=', digestsOf(large, 'l', digestLarge('l', '"$@"')));
  if (small.length > 0) parts.push(digestsOf(small, 'd', 'd=$(sha256sum -- "$@" 2>/dev/null)'));
  for (const one of odd) {
    const { index, path } = one;
    const digest = isLarge(one) ? digestLarge(`e${index}`, '<"$p"') : `e${index}=$(sha256sum <"$p")`;
    parts.push(
      `p=${path}; if [ -f "$p" ] && [ -r "$p" ]; then if hindered "$p"; then digest_calmly; e${index}=$c; else ${digest}; fi; z="$z\${b}e${index}:$e${index}"; fi`,
    );
  }
  if (contents.length > 0) parts.push(bringContents(contents, odd));
  parts.push('printf \'%s\' "$z${b}z$b"');
  return parts.join('\n');
}

/** Says which of the programs that it takes the host has not got: nothing that it could tell would be right. */
function missingTools(all: readonly { readonly detail: FileDetail }[]): readonly string[] {
  const has = (test: (detail: FileDetail) => boolean): boolean => all.some(({ detail }) => test(detail));
  const tools = [
    'stat',
    ...(has(({ look }) => look !== 'attributes') ? ['readlink'] : []),
    ...(has(({ digested }) => digested) ? ['sha256sum'] : []),
    ...(has(({ look }) => look === 'content') ? ['head', 'find'] : []),
  ];
  return [
    `for t in ${tools.join(' ')}; do command -v $t >/dev/null || { echo "This host has no $t" >&2; exit 127; }; done`,
  ];
}

/**
 * Where a link leads that leads to nothing: `readlink -f` of some busyboxes takes it relative to the working directory.
 * Links are followed one by one; nothing is said where the directory of the last one is missing, or where they go
 * round.
 */
const NOWHERE = `nowhere() {
  q=$p k=0
  while [ -L "$q" ] && [ $k -lt 40 ]; do
    t=$(readlink -n -- "$q"; echo .); t=\${t%.} k=$((k + 1))
    while case $t in ?*/) true ;; *) false ;; esac; do t=\${t%/}; done
    case $t in /*) q=$t ;; *) q=\${q%/*}/$t ;; esac
  done
  if [ $k -lt 40 ] && t=$(cd -P -- "\${q%/*}/" 2>/dev/null && pwd -P && echo .); then
    t=\${t%??} e="\${t%/}/\${q##*/}
"
  fi
}`;

/** One byte more tells that there is more. */
function mostOf({ whole }: FileDetail): number {
  return (whole ? MAX_EDITED_BYTES : MAX_CONTENT_BYTES) + 1;
}

function isLarge({ detail }: { readonly detail: FileDetail }): boolean {
  return detail.look === 'digest';
}

/** The digests of those that are files, which `digest` brings into the variable. */
function digestsOf(list: readonly { readonly path: string }[], variable: string, digest: string): string {
  return `set -- ${words(list)}
o= k=; for p do { [ -f "$p" ] && ! hindered "$p"; } || o=1; done
if [ -n "$o" ]; then
  n=$#
  while [ $n -gt 0 ]; do
    p=$1; shift; n=$((n - 1))
    [ -f "$p" ] || continue
    if hindered "$p"; then
      digest_calmly
      [ -z "$c" ] || k="$k$c  $p$N"
    else set -- "$@" "$p"
    fi
  done
fi
if [ $# -gt 0 ]; then ${digest}; fi
${variable}="$k$${variable}"
[ -z "$${variable}" ] || z="$z\${b}d$${variable}"`;
}

/**
 * `hindered PATH`: whether the opening of a file may be made to wait. `digest_calmly`: the digest of the file $p into
 * $c, which is empty where it cannot be read.
 */
const READING = `N='
'
calm=-
${IN_OTHER_HANDS}
${CALMLY}
hindered() {
  in_other_hands "$1" || return
  [ "$calm" != - ] || how_calmly
}
digest_calmly() {
  c=$({ { calmly "$p" 2>/dev/null || echo failed >&3; } | sha256sum; } 3>&1)
  case $c in *failed*) c= ;; *) c=\${c%% *} ;; esac
}`;

function words(list: readonly { readonly path: string }[]): string {
  return list.map(({ path }) => path).join(' ');
}

interface Asked {
  readonly index: number;
  readonly path: string;
  readonly detail: FileDetail;
}

function bringContents(contents: readonly Asked[], odd: readonly Asked[]): string {
  const asks = contents.map((one) => {
    const { index, path, detail } = one;
    const digest = odd.includes(one) ? `"$e${index}"` : '""';
    return `ask ${index} ${mostOf(detail)} ${path} ${digest} ${detail.unless.map((unless) => quote(unless)).join(' ')}`.trimEnd();
  });
  return `w= o= n=0
ask() {
  i=$1 m=$2 p=$3 e=$4; shift 4
  [ -f "$p" ] && [ -r "$p" ] || return 0
  for u do
    case $e in "$u "*) return 0 ;; esac
    case "$N$d$N" in *"$N$u  $p$N"*) return 0 ;; esac
  done
  eval "m$i=$m"
  w="$w $i" n=$((n + 1))
}
${asks.join('\n')}
if [ $n -gt ${FEW_CONTENTS} ]; then
  set --
  for i in $w; do eval "set -- \\"\\$@\\" \\"\\$p$i\\""; done
  o=$(find -L "$@" -prune -size +${MAX_CONTENT_BYTES}c 2>/dev/null)
fi
for i in $w; do
  eval "p=\\$p$i"
  eval "m=\\$m$i"
  case "$m$p" in *"$N"* | ${MAX_EDITED_BYTES + 1}*) ;; *) case "$N$o$N" in *"$N$p$N"*) continue ;; esac ;; esac
  printf '%s' "\${b}c$i:"
  if hindered "$p"; then calmly "$p" 2>/dev/null | head -c $m
  else head -c $m -- "$p" 2>/dev/null || printf '%s' "\${b}x$i"
  fi
done`;
}
