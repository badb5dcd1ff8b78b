import { quote } from '../../connection/base/quote.ts';
import type { Request } from '../base/resource.ts';
import { CALMLY, IN_OTHER_HANDS } from '../base/unhindered-read.ts';
import { unindented } from '../base/unindented.ts';
import { type FileDetail, MAX_CONTENT_BYTES, MAX_EDITED_BYTES } from './file-detail.ts';
import type { FileState } from './file-state.ts';
import { digestLarge } from './large-digest.ts';

/** Up to this number, contents are brought without a check for large ones. */
const FEW_CONTENTS = 4;

/**
 * Returns shell text with one `stat`, at most two processes for digests and one `find` for all paths; and one process
 * for each content that is brought and each link that is followed, with the directories above its end. Every record
 * begins with the boundary; the last record ends the output. The facts that the shell finds itself are printed together
 * at the end.
 */
export function observeFiles(requests: readonly Request<FileDetail, FileState>[], boundary: string): string {
  const all = requests.map(({ id, detail }, index) => ({ index, path: `"$p${index}"`, id, detail }));
  const followed = all.filter(({ detail }) => detail.look !== 'attributes');
  const digests = all.filter(({ detail }) => detail.digested);
  // sha256sum escapes such names, busybox does not: each of these files is digested alone, without its name.
  const odd = digests.filter(({ id }) => /[\n\r\\]/.test(id));
  const even = digests.filter((one) => !odd.includes(one));
  // The content of files that are large, or may be large, is not brought.
  const [large, small] = [even.filter(isLarge), even.filter((one) => !isLarge(one))];
  const contents = all.filter(({ detail }) => detail.look === 'content');
  const names = all.some(({ id }) => id.includes(' ->')) ? '%n${b}t%N' : '%N';
  return [
    ...missingTools(all),
    `b=${boundary} z=`,
    // Each path is sent once.
    all.map(({ index, id }) => `p${index}=${quote(id)}`).join(' '),
    `set -- ${words(all)}`,
    // stat always answers for the root directory: without an answer, it knows no formats.
    `s=$(QUOTING_STYLE=literal stat -c "\${b}s${FIELDS}\t${names}" -- "$@" / 2>/dev/null)`,
    LISTED,
    'listed s "$@"',
    MISSING,
    ...(followed.length === 0 ? [] : [NOWHERE, followLinks(followed)]),
    ...(digests.length + contents.length === 0 ? [] : ['d=', READING]),
    ...(large.length === 0 ? [] : ['l=', digestsOf(large, 'l', digestLarge('l', '"$@"'))]),
    ...(small.length === 0 ? [] : [digestsOf(small, 'd', 'd=$(sha256sum -- "$@" 2>/dev/null)')]),
    ...odd.map(digestAlone),
    ...(contents.length === 0 ? [] : [bringContents(contents, odd)]),
    'printf \'%s\' "$z${b}z$b"',
  ].join('\n');
}

/** The fields of `stat` for a file, before its name. */
const FIELDS = '%f\t%u\t%g\t%U\t%G\t%s\t%Y\t%d:%i';

/**
 * `listed LETTER PATH…` prints the answer of stat for the paths. If a directory has an access list (ACL), its mode
 * shows the rights of the list instead of those of the group. So if a group may write, and not everybody, one `ls`
 * shows the lists. (`ls` of busybox does not.)
 */
const LISTED = unindented(`listed() {
  printf '%s\\n' "$s"
  case $s in *"$b$1"4?[13579bdf][014589cd]'\t'*) shift; printf '%sa' "$b"; ls -ldL -- "$@" 2>/dev/null ;; esac
}`);

/**
 * For each missing path: whether its directory exists and may be entered. For each path: whether the user may write the
 * nearest directory (`d`) and, if it exists, the path itself (`p`). One record has the letters and numbers of what the
 * user may not write.
 */
const MISSING = unindented(`i=0 w=
for p do
  q=\${p%/*}
  if ! [ -e "$p" ] && ! [ -L "$p" ]; then
    if [ -d "\${q:-/}" ]; then [ -x "\${q:-/}" ] && a=a || a=h
    else
      a=n
      while [ -n "$q" ] && ! [ -d "$q" ]; do q=\${q%/*}; done
      [ -x "\${q:-/}" ] || a=h
    fi
    z="$z\${b}m$a$i"
  else [ -w "$p" ] || ! [ -e "$p" ] || w="$w p$i"
  fi
  [ -w "\${q:-/}" ] || w="$w d$i"
  i=$((i + 1))
done
[ -z "$w" ] || z="$z\${b}w$w"`);

/** Returns shell text that looks at the ends of links, and at the directories above them. */
function followLinks(followed: readonly Asked[]): string {
  return unindented(`set -- ${followed.map(({ index, path }) => `${index} ${path}`).join(' ')}
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
[ $# -eq 0 ] || { s=$(stat -L -c "\${b}l${FIELDS}\t%n" -- "$@" 2>/dev/null); listed l "$@"; }`);
}

/** Returns shell text that digests a file whose name sha256sum would write with escapes. */
function digestAlone(one: Asked): string {
  const { index, path } = one;
  const digest = isLarge(one) ? digestLarge(`e${index}`, '<"$p"') : `e${index}=$(sha256sum <"$p")`;
  return `p=${path}; if [ -f "$p" ] && [ -r "$p" ]; then if hindered "$p"; then digest_calmly; e${index}=$c; else ${digest}; fi; z="$z\${b}e${index}:$e${index}"; fi`;
}

/** Reports missing programs of the host: without them no answer would be right. */
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
 * Finds the path that a dangling link leads to: `readlink -f` of some versions of busybox takes it relative to the
 * working directory. Follows links one by one. Prints nothing if the directory of the last one is missing, or if the
 * links go in a circle.
 */
const NOWHERE = unindented(`nowhere() {
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
}`);

/** One more byte shows that the content is larger. */
function mostOf({ whole }: FileDetail): number {
  return (whole ? MAX_EDITED_BYTES : MAX_CONTENT_BYTES) + 1;
}

function isLarge({ detail }: { readonly detail: FileDetail }): boolean {
  return detail.look === 'digest';
}

/** Returns shell text for the digests of the paths that are files; `digest` sets the variable. */
function digestsOf(list: readonly { readonly path: string }[], variable: string, digest: string): string {
  return unindented(`set -- ${words(list)}
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
[ -z "$${variable}" ] || z="$z\${b}d$${variable}"`);
}

/**
 * `hindered PATH` succeeds if another user could make the opening of a file wait. `digest_calmly` sets $c to the digest
 * of the file $p; empty if the file cannot be read.
 */
const READING = unindented(`N='
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
}`);

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
  return unindented(`w= o= n=0
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
done`);
}
