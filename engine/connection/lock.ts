import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../errors/problem.ts';
import { quote } from './quote.ts';
import type { Shell } from './shell.ts';
import { stoppedBefore } from './unreachable.ts';

const AGAIN_MS = 500;

/** A lock's script says one of these words on its first line, and with `locked` the holder on the second. */
type Answer = 'taken' | 'locked' | 'impossible';

export interface Lock {
  /** Who a second run is told of. */
  readonly holder: string;
  /** How long another holder is waited for. */
  readonly waitMs: number;
}

/**
 * Takes the host's lock with the session's own shell, which holds it as an open descriptor: gone with the session, however that
 * ends. `first` is what the shell answered to `lockScript` already. Throws Problem `locked`, which names the holder, after `waitMs`.
 */
export async function takeLock(shell: Shell, host: string, lock: Lock, first: string, signal?: AbortSignal): Promise<void> {
  const deadline = performance.now() + lock.waitMs;
  for (let said = first; ;) {
    const [answer, ...rest] = said.trim().split('\n');
    if (isAnswer(answer) && answer === 'taken') return;
    if (answer !== 'locked') {
      throw new Problem({
        code: 'lock-impossible',
        what: `${host}: the host cannot be locked against a second run`,
        why: said.trim(),
        remedy: 'The login user must be able to write to /run/lock or /tmp on the host.',
      });
    }
    const holder = rest.join(' ').trim();
    // What this very run holds it does not let go of while it waits.
    if (performance.now() >= deadline || holder === lock.holder) {
      throw new Problem({
        code: 'locked',
        what: `${host}: another run holds the lock`,
        why: `Held by ${holder || 'somebody who left no name'}.`,
        remedy: 'Wait until it is done, or have this run wait: `--wait-lock 600`. The lock is gone when that run is, however it ends.',
      });
    }
    await sleep(Math.min(AGAIN_MS, Math.max(20, deadline - performance.now())), undefined, { signal }).catch(() => undefined);
    if (signal?.aborted === true) throw stoppedBefore(host);
    said = (await shell.runBare(lockScript(lock.holder), { timeoutMs: 30_000, signal })).stdout.toString();
  }
}

function isAnswer(text: string | undefined): text is Answer {
  return text === 'taken' || text === 'locked' || text === 'impossible';
}

/**
 * With flock(1): a lock on the file by descriptor 9, which no script inherits. Without it: a folder with the shell's process id
 * in it, void when that process is no more. Each user leaves its name in a file of its own, for in a sticky folder nobody may
 * write to a file of another, root included; the newest one is the holder's. `noclobber` keeps links laid by others from being followed.
 * It runs in the session's own shell: its variables are taken back, and no command of it may read stdin.
 */
export function lockScript(holder: string): string {
  const name = quote(holder.replaceAll(/\p{Cc}+/gu, ' '));
  return `
runbook_lock=/tmp; [ -k /run/lock ] && runbook_lock=/run/lock; runbook_lock=$runbook_lock/runbook.lock
[ -e $runbook_lock ] || (set -C; umask 022; : >$runbook_lock) 2>/dev/null
runbook_answer=impossible
if command -v flock >/dev/null 2>&1; then
  if [ -r $runbook_lock ]; then
    exec 9<$runbook_lock
    if flock -n 9 </dev/null; then runbook_answer=taken; else runbook_answer=locked; exec 9<&-; fi
  fi
else
  read -r runbook_holder 2>/dev/null <$runbook_lock.d/process || runbook_holder=none
  if [ -d $runbook_lock.d ] && [ ! -d /proc/$runbook_holder ]; then rm -rf $runbook_lock.d </dev/null; fi
  if mkdir $runbook_lock.d 2>/dev/null </dev/null; then echo $$ >$runbook_lock.d/process; runbook_answer=taken
  elif [ "$runbook_holder" = $$ ]; then runbook_answer=taken
  elif [ -d $runbook_lock.d ]; then runbook_answer=locked; fi
fi
echo $runbook_answer
(
  case $runbook_answer in
  taken) own=$runbook_lock.by.$(id -u); rm -f $own; set -C; printf '%s\\n' ${name} >$own ;;
  locked) cat "$(ls -t $runbook_lock.by.* | head -n 1)" ;;
  esac
) </dev/null 9<&- 2>/dev/null
unset runbook_lock runbook_answer runbook_holder`;
}
