import { quote } from '../../connection/base/quote.ts';
import { unindented } from './unindented.ts';

/**
 * Shell text that reads files which another user may replace by a named pipe between look and opening. A process that
 * opens a pipe waits until somebody writes, perhaps forever. `how_calmly` must run first. Then `calmly PATH` prints the
 * file, and fails if it cannot: GNU's dd opens without waiting. If dd cannot do that (busybox), the limit for a file is
 * 20 s.
 */
export const CALMLY =
  unindented(`how_calmly() { dd if=/dev/null iflag=nonblock status=none 2>/dev/null && calm=dd || calm=; }
calmly() {
  if [ -n "$calm" ]; then dd if="$1" iflag=nonblock bs=64k status=none 2>/dev/null
  elif command -v timeout >/dev/null; then timeout 20 cat -- "$1"
  else cat -- "$1"
  fi
}`);

/**
 * Shell text. `in_other_hands PATH` succeeds if a user other than root and the user who looks may replace a name on the
 * way to an absolute path. Root needs no process for it, other users one. A link counts as such a name, because others
 * may change the way to its target. A path that does not exist counts as its folder does.
 */
export const IN_OTHER_HANDS = unindented(`own_folder=-
in_other_hands() {
  h=$1 f=
  while [ -n "$h" ]; do
    u=\${h%/*}
    if [ -L "$h" ] || { [ -k "\${u:-/}" ] && ! [ -O "$h" ]; }; then return 0; fi
    [ "$u" != "$own_folder" ] || return 1
    [ -O "\${u:-/}" ] || ! [ -e "\${u:-/}" ] || f=1
    h=$u
  done
  if [ -n "$f" ]; then
    ! [ -O / ] || return 0
    h=$1 u=\${1%/*}
    set --
    while [ -n "$h" ]; do h=\${h%/*}; set -- "$@" "\${h:-/}"; done
    h=
    for f in $(stat -Lc %u /proc/self/. "$@" 2>/dev/null); do
      case $f in 0 | "\${h:=$f}") ;; *) return 0 ;; esac
    done
  else u=\${1%/*}
  fi
  own_folder=$u
  return 1
}`);

/**
 * Shell text that sets `$patient`, the words before a program that reads a file of another user: it is ended after 10 s,
 * because the file may have become a named pipe at the last moment.
 */
export const PATIENT = "patient=; ! command -v timeout >/dev/null || patient='timeout -k 2 10'\n";

/** Returns shell text that ends with status 1 and a message if the path is a named pipe: a program would wait at it. */
export function endAtPipe(path: string): string {
  return `[ ! -p ${quote(path)} ] || { printf '%s\\n' ${quote(`${path} is a named pipe`)} >&2; exit 1; }\n`;
}

/**
 * Returns shell text that runs steps in a subshell. One step opens descriptor 4. If the subshell has not opened it
 * within 10 s, it waits at a named pipe and is killed. This needs three short processes. The status is that of the
 * steps.
 */
export function opening(steps: readonly string[]): string {
  return [
    '(',
    '(',
    'exec 4<&-',
    ...steps,
    ') & reader=$!',
    '{ n=0; while [ $n -lt 10 ] && sleep 1; do [ ! -e /proc/$reader/fd/4 ] || exit 0; n=$((n + 1)); done; kill -s KILL $reader; } </dev/null >/dev/null 2>&1 & patience=$!',
    'wait $reader; status=$?',
    '{ kill -s KILL $patience; wait $patience; } 2>/dev/null',
    'exit $status',
    ')',
  ].join('\n');
}
