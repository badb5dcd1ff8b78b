import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WildCase } from '../wild/case.ts';
import type { Place } from '../wild/place.ts';
import { sandboxFor } from '../wild/sandbox.ts';
import type { Strike, Writing } from './attacks.ts';

const ATTACKER = join(import.meta.dirname, 'attacker.c');
/** Above what goes in a script itself. */
const LARGE_BYTES = 200_000;

/** What an attack came to. */
export interface Attacked {
  /** Files and folders of root that are not as they were, and secrets of root that alice can read. */
  readonly successes: readonly string[];
  /** What the run said. */
  readonly output: string;
  /** Rounds that did what they were to do. */
  readonly done: number;
}

/**
 * A throw-away machine with a user alice who owns `/home/alice/d`, and `/victim`, where files and folders of root are. What alice
 * could do without the kernel's `protected_hardlinks` is made for her by root.
 */
export async function battlefield(): Promise<Place> {
  const place = await sandboxFor(NOTHING);
  const { folder } = place;
  execFileSync('cc', ['-O1', '-o', join(folder, 'attacker'), ATTACKER]);
  mkdirSync(join(folder, 'files'));
  writeFileSync(join(folder, 'files/large'), Buffer.alloc(LARGE_BYTES, 'large\n'));
  writeFileSync(join(folder, 'files/small'), 'small\n');
  execFileSync(
    'sh',
    [
      '-c',
      'mkdir -p tree/sub/deeper && for i in 1 2 3 4 5 6; do echo $i >tree/$i; echo $i >tree/sub/$i; echo $i >tree/sub/deeper/$i; done; tar -czf files/archive.tar.gz -C tree .',
    ],
    { cwd: folder },
  );
  const done = await place.onHost(`set -e
chmod 755 "$w"
useradd -m -s /bin/sh -u 12345 alice
mkdir -p /srv/open && cp "$w/files/large" "$w/files/archive.tar.gz" /srv/open/`);
  if (done.status !== 0) throw new Error(done.output);
  return place;
}

const NOTHING: WildCase = {
  name: 'attack',
  says: '',
  source: '',
  sandbox: true,
  lab: false,
  needs: [],
  files: {},
  steps: [{ sh: ':', status: 0, shows: [], hides: [] }],
};

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGBPRUdPrTVkpTdOcm5aGwQZkbgUeWLgJYQ+4YpPrgJE';

/** Lets alice strike while root plays the task in so many rounds, and tells what came of it. */
export async function attack(place: Place, writing: Writing, strike: Strike, rounds: number): Promise<Attacked> {
  writeFileSync(join(place.folder, 'play.yml'), playOf(writing, rounds));
  await expectDone(place, stage(rounds, writing));
  const before = await shown(place, VICTIMS);
  const fought = await place.onHost(fight(strike));
  const after = await shown(place, VICTIMS);
  const leaked = await shown(place, LEAKED);
  const done = await shown(place, `grep -c '"changed":true' "$w/out.json" || :`);
  const known = new Set(before.split('\n'));
  const changed = after.split('\n').filter((line) => !known.has(line));
  const held = fought.status === 0 ? [] : ['the run stands still'];
  return {
    successes: [...held, ...changed, ...leaked.split('\n')].filter((line) => line !== ''),
    output: fought.output,
    done: Number(done),
  };
}

function playOf({ task }: Writing, rounds: number): string {
  const items = Array.from({ length: rounds }, (_, index) => index).join(', ');
  return `- hosts: localhost
  gather_facts: false
  vars: { key: "${KEY}" }
  tasks:
    - ${task}
      loop: [${items}]
      ignore_errors: true
`.replace(`- ${task}`, `- name: round\n      ${task}`);
}

function stage(rounds: number, { given = ':' }: Writing): string {
  return `set -e
umask 022
rm -rf /victim /home/alice/d /home/alice/d.away /home/alice/stock /srv/open/n*
mkdir -p /victim /home/alice/d /home/alice/stock
i=0
while [ $i -le ${rounds * 3} ]; do
  echo "secret of root $i" >/victim/v$i; mkdir /victim/e$i; echo kept >/victim/e$i/kept; echo "secret of root $i" >/victim/e$i/f; chmod 600 /victim/e$i/f
  chmod 600 /victim/v$i
  ln -s /victim/v$i /home/alice/stock/link-$i; ln -s /victim/e$i /home/alice/stock/dirlink-$i
  ln /victim/v$i /home/alice/stock/hard-$i; mkfifo -m 666 /home/alice/stock/fifo-$i
  i=$((i + 1))
done
chown alice: /home/alice/d /home/alice/stock
chown -h alice: /home/alice/stock/link-* /home/alice/stock/dirlink-* /home/alice/stock/fifo-*
cd /home/alice/d
${given}`;
}

function fight({ when, strike, name = '', with: other = '' }: Strike): string {
  return `cd /
mkfifo "$w/ready" 2>/dev/null
setpriv --reuid=12345 --regid=12345 --clear-groups "$w/attacker" /home/alice/d /home/alice/stock ${when} ${strike} ${name} ${other} >"$w/ready" &
attacker=$!
read -r _ <"$w/ready"
cd "$w"
timeout -k 2 ${DEADLINE_S} runbook play play.yml -i localhost, --no-lock --output json >"$w/out.json" 2>"$w/err.txt"
status=$?
kill $attacker 2>/dev/null; wait $attacker 2>/dev/null
echo "status $status"
tail -c 2000 "$w/out.json" "$w/err.txt"
[ $status != 124 ] && [ $status != 137 ]`;
}

/** A run that alice can hold for so long is one that she has stopped. */
const DEADLINE_S = 100;

/** Each file and folder of root with all that must stay. A second name more is alice's own doing. */
const VICTIMS = `cd /victim; find . -type f -exec sha256sum {} +; find . -printf '%y %m %U %G %p\\n'; find . -type d -empty -printf 'empty %p\\n'`;
/** Where alice can read a secret of root outside of it. */
const LEAKED = `find /home/alice /srv/open -type f -links -2 \\( -user alice -o -perm -004 \\) -exec grep -l 'secret of root' {} + || :`;

async function shown(place: Place, script: string): Promise<string> {
  return (await place.onHost(script)).output;
}

async function expectDone(place: Place, script: string): Promise<void> {
  const done = await place.onHost(script);
  if (done.status !== 0) throw new Error(done.output);
}
