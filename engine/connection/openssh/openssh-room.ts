import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unguessable } from '../base/unguessable.ts';

/**
 * Maximal length of the folder's path, in characters: the path of a socket must be short, and ssh appends to it while
 * it opens the socket.
 */
const LONGEST_FOLDER = 48;

/** The file in the folder with the host keys that are refused. */
export const REFUSED_KEYS_FILE = 'refused-keys';

/** A folder for the sockets and logs of one connection of the system's ssh. No other user can enter it. */
export interface Room {
  readonly folder: string;
  /** Registers the process group of ssh. It is ended if this program ends without clearing the room. */
  watch(leader: number): void;
  /** Removes the folder. */
  clear(): void;
}

/**
 * This process notices the end of the program by the end of its input, whatever the reason was. ssh usually ends then
 * too, but not if it waits for a silent host or its connection hangs. Signals of a terminal or a service manager are
 * meant for the program, so they are ignored.
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
 * Makes a room, and starts the process that clears it if this program cannot. The process starts before the folder
 * exists, so that no folder is left behind.
 */
export function makeRoom(): Room {
  const folder = join(tmpdir().length > LONGEST_FOLDER ? '/tmp' : tmpdir(), `runbook-ssh-${unguessable(8)}`);
  const guard = spawn('sh', ['-c', GUARD, 'sh', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  // If the process cannot be started, only this program clears the room.
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
