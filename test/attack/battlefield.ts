import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WildCase } from '../wild/case.ts';
import type { Place } from '../wild/place.ts';
import { sandboxFor } from '../wild/sandbox.ts';
import { type Strike, type Writing, nameIn } from './attacks.ts';

const ATTACKER = join(import.meta.dirname, 'attacker.c');
/** A size that is too large for a script. */
const LARGE_BYTES = 200_000;

/** The result of an attack. */
export interface Attacked {
  /** Files and folders of root that have changed, and secrets of root that alice can read. */
  readonly successes: readonly string[];
  /** The number of times that alice has replaced a name. An attack that never did proves nothing. */
  readonly struck: number;
  /** The number of rounds that succeeded. */
  readonly done: number;
  /** The output of the run. */
  readonly output: string;
}

/**
 * A temporary machine with a user alice, who owns `/home/alice/d`, and with files and folders of root in `/victim`.
 * Root does for alice what she could do without `protected_hardlinks` of the kernel.
 */
export async function battlefield(): Promise<Place> {
  const place = await sandboxFor(NOTHING);
  const { folder } = place;
  execFileSync('cc', ['-O1', '-o', join(folder, 'attacker'), ATTACKER]);
  mkdirSync(join(folder, 'files'));
  writeFileSync(join(folder, 'files/large'), Buffer.alloc(LARGE_BYTES, 'large\n'));
  writeFileSync(join(folder, 'files/small'), 'small\n');
  writeFileSync(join(folder, 'files/script.sh'), '#!/bin/sh\nid -un\n');
  execFileSync(
    'sh',
    [
      '-c',
      'mkdir -p tree/sub/deeper && for i in 1 2 3 4 5 6; do echo $i >tree/$i; echo $i >tree/sub/$i; echo $i >tree/sub/deeper/$i; done; tar -czf files/archive.tar.gz -C tree .; cp -r tree files/tree; head -c 100000 /dev/zero >files/tree/sub/zeros; echo secret of root >secret; tar -cf secret.tar secret',
    ],
    { cwd: folder },
  );
  const done = await place.onHost(`set -e
chmod 755 "$w"
useradd -m -s /bin/sh -u 12345 alice
useradd -M -s /bin/sh -u 23456 -d /home/alice/d/f bob
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

export interface Contest {
  readonly rounds: number;
  /** The seed for the random choices of alice. */
  readonly seed: number;
}

/** Lets alice strike while root plays the task in this many rounds, and returns the result. */
export async function attack(
  place: Place,
  writing: Writing,
  strike: Strike,
  { rounds, seed }: Contest,
): Promise<Attacked> {
  const { task } = writing;
  if (typeof task === 'string') {
    writeFileSync(join(place.folder, 'play.yml'), PLAY(rounds));
    writeFileSync(join(place.folder, 'round.yml'), ROUND(task));
  } else writeFileSync(join(place.folder, 'round.sh'), task.script);
  const { status, output } = await place.onHost(
    `${stage(rounds, writing, strike)}\n${fight(writing, strike, rounds, seed)}`,
  );
  const [, said = '', before = '', after = '', leaked = '', figures = ''] = output.split(`${MARK}\n`);
  const [, struck, done, end] = /^struck (\d+)\ndone (\d+)\nstatus (\d+)\n$/.exec(figures) ?? [];
  if (status !== 0 || end === undefined) throw new Error(output);
  const known = new Set(before.split('\n'));
  const changed = after.split('\n').filter((line) => !known.has(line));
  const held = end === '124' || end === '137' ? ['the run stands still'] : [];
  return {
    successes: [...held, ...changed, ...leaked.split('\n')].filter((line) => line !== ''),
    struck: Number(struck),
    done: Number(done),
    output: said,
  };
}

const PLAY = (rounds: number): string => `- hosts: localhost
  gather_facts: false
  vars: { key: "${KEY}" }
  tasks:
    - include_tasks: round.yml
      loop: [${Array.from({ length: rounds }, (_, index) => index).join(', ')}]
`;

/**
 * A command before the task makes all seen states stale. So each round looks again and can be attacked, even if the
 * round before it was refused.
 */
const ROUND = (task: string): string => `- command: "true"
  changed_when: false
- name: round
  ${task}
  ignore_errors: true
`;

/** Separates the parts of the output of an attack. */
const MARK = '=====';

function stage(rounds: number, { given = ':' }: Writing, { folderOf = 'alice' }: Strike): string {
  return `set -e
umask 022
rm -rf /victim /home/alice/* /srv/open/n* /tmp/away-* /tmp/runbook-23456
"$w/attacker" stock /home/alice/stock ${rounds * 4 + 50} alice
mkdir /home/alice/d
chown ${folderOf}: /home/alice/d
cd /home/alice/d
rounds=${rounds}
${given.replaceAll('chown -R alice .', `chown -R alice . && chown ${folderOf} .`)}
victims() { (${VICTIMS}); }
set +e`;
}

function fight(writing: Writing, { when, with: thing }: Strike, rounds: number, seed: number): string {
  const { task, at = '/home/alice/d' } = writing;
  const run =
    typeof task === 'string'
      ? 'runbook play play.yml -i localhost, --no-lock --output json'
      : `setpriv --reuid=bob --regid=bob --clear-groups sh -c 'for i in $(seq "$1"); do sh round.sh; done' sh $rounds`;
  return `victims >"$w/before"
cd "$w"
rm -f ready && mkfifo ready
setpriv --reuid=alice --regid=alice --clear-groups "$w/attacker" strike ${at} /home/alice/stock ${when} ${thing} ${nameIn(writing)} ${seed} >ready &
attacker=$!
exec 4<ready
read -r _ <&4
timeout -k 2 ${deadline(rounds)} ${run} >out.json 2>err.txt 4<&-
status=$?
kill $attacker
read -r struck <&4
exec 4<&-
wait $attacker
echo ${MARK}
tail -c 2000 out.json err.txt
echo ${MARK}
cat before
echo ${MARK}
victims
echo ${MARK}
${LEAKED}
echo ${MARK}
echo "$struck"
echo "done $(grep -c -e '"changed":true' -e '^taken' out.json)"
echo "status $status"
exit 0`;
}

/**
 * Maximal time of an attack in seconds, after which alice counts as having stopped the run. A round takes less than one
 * second.
 */
const deadline = (rounds: number): number => 60 + 2 * rounds;

/**
 * Lists each file and folder of root with everything that must not change. Another name for a file may exist: alice can
 * make it.
 */
const VICTIMS = `cd /victim; find . -type f -exec sha256sum {} +; find . -printf '%y %m %U %G %p\\n'`;
/** Lists files outside of the folder of root in which alice can read a secret of root. */
const LEAKED = `find /home/alice /srv/open -type f -links -2 \\( -user alice -o -perm -004 \\) -exec grep -l 'secret of root' {} + || :`;
