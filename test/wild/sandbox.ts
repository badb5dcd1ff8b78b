import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { WildCase } from './case.ts';
import { runCommand } from './command.ts';
import { environmentOf, layOut, ROOT } from './controller.ts';
import type { Place } from './place.ts';

/**
 * Makes the root of a temporary machine: the file system of this machine with a layer above it that takes all writes.
 * So accounts, /etc, mounts, locks, owed handlers, processes and the loopback network belong to the case alone. The
 * machine, with all of its processes, exists as long as its stdin is open. $1 is the folder for the layers, $2 the
 * checkout and $3 the folder of the case; both keep their paths.
 */
const MAKE_ROOT = `set -e
mount -t tmpfs -o mode=755 tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
chmod 755 "$1/upper"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
mount -t proc proc "$1/root/proc"
for folder in /sys /dev; do mount --rbind "$folder" "$1/root$folder"; done
for folder in "$2" "$3"; do mkdir -p "$1/root$folder"; mount --rbind "$folder" "$1/root$folder"; done
mkdir -p "$1/root/.outside"
cd "$1/root"
pivot_root . .outside
umount -l /.outside
rmdir /.outside
ip link set lo up
# Locks and owed handlers of what else runs on this machine are none of the case's, nor is what its root starts at each login: that may
# wait for a lock of its own.
rm -f "$HOME/.bashrc" "$HOME/.bash_profile" "$HOME/.profile"
rm -rf /var/lib/runbook /run/runbook /var/tmp/runbook-*
echo ready
read -r _ || true
`;

const UNSHARE = ['--mount', '--propagation', 'private', '--net', '--uts', '--pid', '--fork', '--kill-child'];

/** Returns the first process of the sandbox: the only child of `unshare`. */
function firstProcess(unshare: number): string {
  return readFileSync(`/proc/${unshare}/task/${unshare}/children`, 'utf8').trim();
}

/** Returns why this machine cannot have sandboxes; undefined if it can. */
export function whyNoSandbox(): string | undefined {
  if (process.getuid?.() !== 0) return 'it needs root';
  const tried = spawnSync('unshare', [...UNSHARE, 'true']);
  return tried.status === 0 ? undefined : 'namespaces cannot be made here';
}

/** Makes a folder in a sandbox if possible, otherwise a plain folder of this machine. */
export async function sandboxFor(one: WildCase): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-wild-'));
  layOut(one, folder);
  const env = environmentOf(folder);
  if (whyNoSandbox() !== undefined) {
    const run = (script: string) => runCommand(['sh'], { cwd: folder, input: script, env });
    return {
      folder,
      onController: run,
      onHost: run,
      end: async () => rmSync(folder, { recursive: true, force: true }),
    };
  }
  const layers = `${folder}.layers`;
  mkdirSync(layers);
  const holder = spawn('unshare', [...UNSHARE, 'sh', '-c', MAKE_ROOT, 'sandbox', layers, ROOT, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => holder.once('close', () => resolve()));
  const lines = createInterface({ input: holder.stdout });
  const first = await new Promise<string | undefined>((resolve) => {
    lines.once('line', resolve);
    lines.once('close', () => resolve(undefined));
  });
  if (first !== 'ready') throw new Error('the sandbox could not be made');
  const enter = [
    'nsenter',
    `--target=${firstProcess(holder.pid ?? 0)}`,
    '--mount',
    '--pid',
    '--net',
    '--uts',
    '--root',
    // By name: the working folder of nsenter is outside of the sandbox, and has no name inside.
    'env',
    `--chdir=${folder}`,
    'sh',
  ];
  const run = (script: string) => runCommand(enter, { cwd: '/', input: script, env });
  return {
    folder,
    onController: run,
    onHost: run,
    end: async () => {
      holder.stdin.end();
      await ended;
      rmSync(layers, { recursive: true, force: true });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
