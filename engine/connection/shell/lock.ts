import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../errors/problem.ts';
import { quote } from '../base/quote.ts';
import { stoppedBefore } from '../base/unreachable.ts';
import { bare } from './frame.ts';
import type { Shell } from './shell.ts';

const AGAIN_MS = 500;

/** The first line of the answer of a lock's script. After `locked`, the second line is the holder. */
type Answer = 'taken' | 'locked' | 'impossible';

export interface Lock {
  /** The name that other runs see. */
  readonly holder: string;
  /** Maximal time to wait for another holder. Milliseconds. */
  readonly waitMs: number;
}

export interface LockRequest {
  readonly shell: Shell;
  readonly host: string;
  readonly lock: Lock;
  /** The first answer of the shell to `lockScript`. */
  readonly first: string;
  /** Called with the holder of the lock while this run waits for it, and with undefined when it has the lock. */
  readonly waiting?: ((holder: string | undefined) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Takes the lock of the host in the shell of the session. The shell holds the lock as an open descriptor, so the lock
 * ends with the session, whatever the reason. Throws Problem `locked`, which names the holder, after `waitMs`.
 */
export async function takeLock({ shell, host, lock, first, waiting, signal }: LockRequest): Promise<void> {
  const deadline = performance.now() + lock.waitMs;
  for (let said = first; ;) {
    const [answer, ...rest] = said.trim().split('\n');
    if (isAnswer(answer) && answer === 'taken') {
      if (said !== first) waiting?.(undefined);
      return;
    }
    if (answer !== 'locked') {
      throw new Problem({
        code: 'lock-impossible',
        what: `${host}: the host cannot be locked against a second run`,
        why: said.trim(),
        remedy:
          'The user must have a folder of its own on the host: /run/runbook for root; for another one /run/user/UID, its home, or /tmp/runbook-UID. --no-lock plays without a lock.',
      });
    }
    const holder = rest.join(' ').trim();
    // A lock that this run holds itself is not released while it waits.
    if (performance.now() >= deadline || holder.replace(PROCESS, '') === lock.holder) {
      throw new Problem({
        code: 'locked',
        what: `${host}: another run holds the lock`,
        why: `Held by ${holder || 'a run that left no name'}.`,
        remedy:
          'Wait until that run has finished, or let this run wait: `--wait-lock 600`. The lock ends with that run, however it ends.',
      });
    }
    waiting?.(holder);
    await sleep(Math.min(AGAIN_MS, Math.max(20, deadline - performance.now())), undefined, { signal }).catch(
      () => undefined,
    );
    if (signal?.aborted === true) throw stoppedBefore(host);
    said = (
      await shell.exchange(bare(lockScript(lock.holder)), { script: { timeoutMs: 30_000, signal } })
    ).stdout.toString();
  }
}

/** The part about the process that holds the lock, after the name of the holder. */
const PROCESS = / \(process \d+ of user \d+\)$/;

function isAnswer(text: string | undefined): text is Answer {
  return text === 'taken' || text === 'locked' || text === 'impossible';
}

/**
 * Returns the script that takes the lock. With flock(1): a lock on a file through descriptor 9, which no script
 * inherits. Without it: a folder that contains the process id of the shell, and is void when that process is gone.
 * Both are in a place where only the user can write or look: /run/runbook for root; for another user below the runtime
 * directory, the home (with the name of the host, because many hosts may share a home) or, without either, a folder in
 * /tmp that must belong to the user. The script enters the folder before it checks the owner. So nobody else can hold
 * the lock, prevent it, or leave a name in it. The kernel tells which process holds the lock: the one whose descriptor
 * 9 is that file.
 * The script runs in the shell of the session: it removes its variables again, and none of its commands may read stdin.
 */
export function lockScript(holder: string): string {
  const name = quote(holder.replaceAll(/\p{Cc}+/gu, ' '));
  return `
runbook_folder=$PWD runbook_lock= runbook_answer=impossible runbook_uid=$(id -u 2>/dev/null </dev/null)
runbook_here() {
  [ -z "$runbook_lock" ] || return 0
  [ -d "$1" ] || (umask 077; mkdir -p -- "$1") 2>/dev/null </dev/null
  cd -P -- "$1/" 2>/dev/null || return 0
  # What was gone into stays the same, whoever changes its name.
  if [ -O . ] && [ -w . ] && { [ "\${1%/*}" != /tmp ] || [ .. -ef /tmp ]; }; then runbook_lock=./$2; fi
}
if [ "$runbook_uid" = 0 ]; then runbook_here /run/runbook lock
else
  read -r runbook_name 2>/dev/null </proc/sys/kernel/hostname || runbook_name=host
  if [ -O "/run/user/$runbook_uid" ]; then runbook_here "/run/user/$runbook_uid/runbook" lock; fi
  if [ -O "$HOME" ]; then runbook_here "$HOME/.local/state/runbook" "lock.$runbook_name"; fi
  runbook_here "/tmp/runbook-$runbook_uid" lock
fi
if [ -z "$runbook_lock" ]; then :
elif command -v flock >/dev/null 2>&1; then
  [ -e "$runbook_lock" ] || (set -C; umask 077; : >"$runbook_lock") 2>/dev/null
  if [ -f "$runbook_lock" ] && ! [ -L "$runbook_lock" ] && [ -r "$runbook_lock" ]; then
    exec 9<"$runbook_lock"
    if flock -n 9 </dev/null; then runbook_answer=taken; else runbook_answer=locked; exec 9<&-; fi
  fi
else
  read -r runbook_holder 2>/dev/null <"$runbook_lock.d/process" || runbook_holder=none
  if [ -d "$runbook_lock.d" ] && [ ! -d /proc/$runbook_holder ]; then rm -rf "$runbook_lock.d" </dev/null; fi
  if mkdir "$runbook_lock.d" 2>/dev/null </dev/null; then echo $$ >"$runbook_lock.d/process"; runbook_answer=taken
  elif [ "$runbook_holder" = $$ ]; then runbook_answer=taken
  elif [ -d "$runbook_lock.d" ]; then runbook_answer=locked; fi
fi
echo $runbook_answer
(
  case $runbook_answer in
  taken) umask 077; printf '%s\\n' ${name} >"$runbook_lock.by" ;;
  locked)
    read -r who <"$runbook_lock.by"
    for fd in /proc/[0-9]*/fd/9; do
      if [ "$fd" -ef "$runbook_lock" ]; then runbook_holder=\${fd#/proc/}; runbook_holder=\${runbook_holder%%/*}; fi
    done
    printf '%s%s\\n' "$who" "\${runbook_holder:+ (process $runbook_holder of user $runbook_uid)}"
    ;;
  esac
) </dev/null 9<&- 2>/dev/null
cd -- "$runbook_folder" 2>/dev/null || cd /
unset -f runbook_here
unset runbook_folder runbook_lock runbook_answer runbook_holder runbook_uid runbook_name`;
}
