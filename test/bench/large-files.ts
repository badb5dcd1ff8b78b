import { randomBytes } from 'node:crypto';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { quote } from '../../engine/connection/base/quote.ts';
import type { BenchSite } from './bench-site.ts';
import type { Options } from './options.ts';
import { writeRunbookPlay } from './runbook-play.ts';
import { seconds } from './table.ts';
import { median, timed } from './timed.ts';
import { playCommand } from './tools.ts';

const HOSTS = 3;
const BYTES = 100 * 1000 * 1000;

export interface LargeFiles {
  readonly runbook: readonly number[];
  readonly ssh: readonly number[];
  /** Speed of runbook divided by the speed of `ssh host 'cat >file'`. */
  readonly ofSsh: number;
}

/** Compares an upload of 100 MB to three hosts at the same time with three `ssh host 'cat >file'`. Milliseconds. */
export async function measureLargeFiles(
  site: BenchSite,
  options: Options,
  print: (line: string) => void,
): Promise<LargeFiles> {
  const folder = join(site.folder, 'files');
  const reach = site.reach();
  const runbook: number[] = [];
  const ssh: number[] = [];
  await mkdir(join(folder, 'files'), { recursive: true });
  const source = join(folder, 'files', 'large');
  await writeFile(source, randomBytes(BYTES));
  for (let count = 0; count < options.repeat; count += 1) {
    const hosts = await site.freshHosts('files', HOSTS);
    const to = hosts.map(
      (host) =>
        `ssh -F /dev/null -p ${reach.port} -i ${quote(reach.identityFile)} -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR ${reach.user}@127.0.0.1 ${quote(`cat >${host.root}/large`)} <${quote(source)} & p="$p $!"`,
    );
    await writeFile(join(folder, 'copy.sh'), ['p=', ...to, 'for i in $p; do wait $i || exit 1; done', ''].join('\n'));
    ssh.push((await timed({ program: 'sh', args: [join(folder, 'copy.sh')], env: {} }, options.limitMs)).milliseconds);
    const fresh = await site.freshHosts('files', HOSTS);
    await writeRunbookPlay(folder, [], fresh, reach);
    const task = { name: 'Large file', copy: { src: 'large', dest: '{{ bench_root }}/large', mode: '0644' } };
    await writeFile(
      join(folder, 'site.yml'),
      stringify([{ name: 'Bench', hosts: 'bench', gather_facts: false, tasks: [task] }]),
    );
    // The digest must not be known from an earlier run.
    await rm(join(folder, 'cache'), { recursive: true, force: true });
    const command = playCommand(folder);
    runbook.push((await timed(command, options.limitMs)).milliseconds);
    for (const host of fresh)
      if ((await stat(join(host.root, 'large'))).size !== BYTES)
        throw new Error(`${host.name} has not got the whole file`);
  }
  const ofSsh = median(ssh) / median(runbook);
  print(
    `100 MB to ${HOSTS} hosts: runbook ${seconds(median(runbook))}, ssh 'cat >' ${seconds(median(ssh))}: ${ofSsh.toFixed(2)} of its speed`,
  );
  return { runbook, ssh, ofSsh };
}
