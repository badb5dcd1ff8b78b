import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reach } from './bench-site.ts';
import { hostVariables, writeSources } from './runbook-play.ts';
import type { BenchHost, BenchTask } from './tasks.ts';

/** Writes the same play for pyinfra: `deploy.py` and `inventory.py`. */
export async function writePyinfraPlay(
  folder: string,
  tasks: readonly BenchTask[],
  hosts: readonly BenchHost[],
  reach: Reach,
): Promise<void> {
  await writeSources(folder, tasks, 'j2');
  const begin = [
    'from pyinfra import host',
    'from pyinfra.operations import files',
    '',
    'root = host.data.bench_root',
    '',
  ];
  await writeFile(join(folder, 'deploy.py'), [...begin, ...tasks.map(operation), ''].join('\n'));
  const ssh = {
    ssh_hostname: '127.0.0.1',
    ssh_port: reach.port,
    ssh_user: reach.user,
    ssh_key: reach.identityFile,
    ssh_known_hosts_file: reach.knownHosts,
    ssh_strict_host_key_checking: 'no',
    ssh_allow_agent: false,
    ssh_look_for_keys: false,
  };
  const entries = hosts.map(
    (host) =>
      `    (${python(host.name)}, {**ssh, ${Object.entries(hostVariables(host))
        .map(([name, value]) => `${python(name)}: ${python(value)}`)
        .join(', ')}}),`,
  );
  const data = Object.entries(ssh).map(([name, value]) => `${python(name)}: ${python(value)}`);
  await writeFile(
    join(folder, 'inventory.py'),
    [`ssh = {${data.join(', ')}}`, 'bench = [', ...entries, ']', ''].join('\n'),
  );
}

function operation(task: BenchTask): string {
  const at = (path: string): string => `root + ${python(`/${path}`)}`;
  const name = `name=${python(`${task.kind} ${task.path}`)}`;
  switch (task.kind) {
    case 'directory':
      return `files.directory(${name}, path=${at(task.path)}, mode=${python(task.mode.slice(1))})`;
    case 'template':
      return `files.template(${name}, src=${python(`templates/${task.source}.j2`)}, dest=${at(task.path)}, mode=${python(task.mode.slice(1))}, bench_name=host.data.bench_name, bench_number=host.data.bench_number)`;
    case 'copy':
      return `files.put(${name}, src=${python(`files/${task.source}`)}, dest=${at(task.path)}, mode=${python(task.mode.slice(1))})`;
    case 'line':
      return `files.line(${name}, path=${at(task.path)}, line=${python(task.line)})`;
    case 'link':
      return `files.link(${name}, path=${at(task.path)}, target=${at(task.to)})`;
  }
}

/** In Python, texts and numbers are written as in JSON. */
function python(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return JSON.stringify(value);
}
