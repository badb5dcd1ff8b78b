import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Reach } from './bench-site.ts';
import { hostVariables, taskOf, writeSources } from './runbook-play.ts';
import type { BenchHost, BenchTask } from './tasks.ts';

/** Writes the same play for Ansible: `site.yml` and `inventory.yml`. */
export async function writeAnsiblePlay(
  folder: string,
  tasks: readonly BenchTask[],
  hosts: readonly BenchHost[],
  reach: Reach,
): Promise<void> {
  await writeSources(folder, tasks, 'j2');
  const play = { name: 'Bench', hosts: 'bench', gather_facts: false, tasks: tasks.map((task) => taskOf(task, 'j2')) };
  await writeFile(join(folder, 'site.yml'), stringify([play], { lineWidth: 0 }));
  const vars = {
    ansible_host: '127.0.0.1',
    ansible_port: reach.port,
    ansible_user: reach.user,
    ansible_ssh_private_key_file: reach.identityFile,
    ansible_python_interpreter: '/usr/bin/python3',
  };
  // Ansible and mitogen treat hosts with the same address as one host, and would share its connection. Real hosts do
  // not.
  const apart = (host: BenchHost): Readonly<Record<string, string>> => ({
    ansible_control_path: join(folder, `c${host.number}`),
    ansible_ssh_common_args: `-o SetEnv=BENCH_HOST=${host.name}`,
  });
  await writeFile(
    join(folder, 'inventory.yml'),
    stringify({
      bench: {
        hosts: Object.fromEntries(hosts.map((host) => [host.name, { ...hostVariables(host), ...apart(host) }])),
        vars,
      },
    }),
  );
}
