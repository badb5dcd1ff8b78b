import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { quote } from '../../engine/connection/base/quote.ts';
import type { Reach } from './bench-site.ts';
import { type BenchHost, type BenchTask, rendered } from './tasks.ts';

/**
 * The lower bound for all tools: one prepared script per host that looks at everything (`look-N.sh`) or makes
 * everything (`make-N.sh`), without templates, conditions or checks. `floor.json` is for the program over ssh2;
 * `floor-look.sh` and `floor-make.sh` use OpenSSH.
 */
export async function writeFloorPlay(
  folder: string,
  tasks: readonly BenchTask[],
  hosts: readonly BenchHost[],
  reach: Reach,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const host of hosts) {
    await writeFile(join(folder, `look-${host.number}.sh`), lookScript(tasks, host));
    await writeFile(join(folder, `make-${host.number}.sh`), makeScript(tasks, host));
  }
  const ssh = `ssh -F /dev/null -p ${reach.port} -i ${quote(reach.identityFile)} -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR ${reach.user}@127.0.0.1 sh`;
  for (const what of ['look', 'make']) {
    const lines = hosts.map(
      ({ number }) =>
        `${ssh} <${quote(join(folder, `${what}-${number}.sh`))} >${quote(join(folder, `out-${number}`))} & p="$p $!"`,
    );
    await writeFile(
      join(folder, `floor-${what}.sh`),
      ['p=', ...lines, 'for i in $p; do wait $i || exit 1; done', ''].join('\n'),
    );
  }
  await writeFile(
    join(folder, 'floor.json'),
    JSON.stringify({ ...reach, folder, hosts: hosts.map((host) => host.number) }),
  );
}

function lookScript(tasks: readonly BenchTask[], host: BenchHost): string {
  const words = (paths: Iterable<string>): string =>
    [...new Set(paths)].map((path) => quote(join(host.root, path))).join(' ');
  const written = tasks.filter((task) => task.kind === 'template' || task.kind === 'copy');
  const lines = tasks.filter((task) => task.kind === 'line');
  const parts = [`stat -c '%f %u %g %s %N' -- ${words(tasks.map((task) => task.path))}`];
  if (written.length > 0) parts.push(`sha256sum -- ${words(written.map((task) => task.path))}`);
  if (lines.length > 0) parts.push(`cat -- ${words(lines.map((task) => task.path))}`);
  return `{ ${parts.join('\n')}\n} || exit 1\n`;
}

function makeScript(tasks: readonly BenchTask[], host: BenchHost): string {
  const at = (path: string): string => quote(join(host.root, path));
  const written = tasks.filter((task) => task.kind === 'template' || task.kind === 'copy');
  const folders = new Set(tasks.map((task) => (task.kind === 'directory' ? task.path : dirname(task.path))));
  const modes = [...new Set(written.map((task) => task.mode))];
  return [
    'set -e',
    `mkdir -p -- ${[...folders].map(at).join(' ')}`,
    ...written.map(
      (task) =>
        `printf %s ${quote(task.kind === 'template' ? rendered(task.lines, host) : task.content)} >${at(task.path)}`,
    ),
    ...modes.map(
      (mode) =>
        `chmod ${mode} -- ${written
          .filter((task) => task.mode === mode)
          .map((task) => at(task.path))
          .join(' ')}`,
    ),
    ...tasks.flatMap((task) => {
      if (task.kind === 'line') return [`printf '%s\\n' ${quote(task.line)} >>${at(task.path)}`];
      return task.kind === 'link' ? [`ln -s -- ${at(task.to)} ${at(task.path)}`] : [];
    }),
    '',
  ].join('\n');
}
