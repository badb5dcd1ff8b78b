import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unguessable } from '../base/unguessable.ts';

/** A path of a socket must be short, and ssh makes the name longer while it opens it. Characters. */
const LONGEST_FOLDER = 48;

/** In the folder: keys of hosts that may not be logged in to. */
export const REFUSED_KEYS_FILE = 'refused-keys';

/** A folder for what one connection of the system's ssh needs: sockets and logs. Nobody else can enter it. */
export interface Room {
  readonly folder: string;
  /** The process group of ssh, to be ended where this program has ended without having cleared the room. */
  watch(leader: number): void;
  /** Takes the folder away. */
  clear(): void;
}

/**
 * It tells by the end of its input that the program has ended, whatever ended it. ssh then ends as well as a rule, but
 * one that waits for a silent host, or whose connection hangs, does not know. What is told by a terminal or a service
 * manager is for the program.
 */
const GUARD = `trap '' HUP INT TERM
leader=
while read -r word value; do
  case $word in
    leader) leader=$value ;;
    cleared) exit ;;
  esac
done
if [ -n "$leader" ]; then
  kill -s TERM -- "-$leader"
  tries=0
  while [ $tries -lt 20 ] && kill -s 0 -- "-$leader"; do
    sleep 0.1 || sleep 1
    tries=$((tries + 1))
  done
  kill -s KILL -- "-$leader"
fi
rm -rf -- "$1"`;

/**
 * Makes a room, and starts the process that clears it where this program cannot: ahead of the folder, so that none is
 * left.
 */
export function makeRoom(): Room {
  const folder = join(tmpdir().length > LONGEST_FOLDER ? '/tmp' : tmpdir(), `runbook-ssh-${unguessable(8)}`);
  const guard = spawn('sh', ['-c', GUARD, 'sh', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  // Where there is no process for it, the room is cleared by this program alone.
  guard.on('error', () => {});
  guard.stdin.on('error', () => {});
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  mkdirSync(folder, { mode: 0o700 });
  return {
    folder,
    watch: (leader) => void guard.stdin.write(`leader ${leader}\n`),
    clear: () => {
      rmSync(folder, { recursive: true, force: true });
      guard.stdin.end('cleared\n');
    },
  };
}
