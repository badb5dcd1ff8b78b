import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Reach } from './bench-site.ts';
import { type BenchHost, type BenchTask, templateSource } from './tasks.ts';

/** Writes playbook, sources and inventory for runbook: `site.yml` and `inventory.yml`. */
export async function writeRunbookPlay(
  folder: string,
  tasks: readonly BenchTask[],
  hosts: readonly BenchHost[],
  reach: Reach,
): Promise<void> {
  await writeSources(folder, tasks, 'hbs');
  const play = { name: 'Bench', hosts: 'bench', gather_facts: false, tasks: tasks.map((task) => taskOf(task, 'hbs')) };
  await writeFile(join(folder, 'site.yml'), stringify([play], { lineWidth: 0 }));
  const vars = {
    ansible_host: '127.0.0.1',
    ansible_port: reach.port,
    ansible_user: reach.user,
    ansible_ssh_private_key_file: reach.identityFile,
    ansible_host_key_checking: false,
    ansible_known_hosts_file: reach.knownHosts,
  };
  await writeFile(
    join(folder, 'inventory.yml'),
    stringify({ bench: { hosts: Object.fromEntries(hosts.map((host) => [host.name, hostVariables(host)])), vars } }),
  );
}

export function hostVariables(host: BenchHost): Readonly<Record<string, string | number>> {
  return { bench_root: host.root, bench_name: host.name, bench_number: host.number };
}

/** Writes the sources of copies and templates where runbook and Ansible search for them. */
export async function writeSources(folder: string, tasks: readonly BenchTask[], suffix: 'hbs' | 'j2'): Promise<void> {
  await mkdir(join(folder, 'files'), { recursive: true });
  await mkdir(join(folder, 'templates'), { recursive: true });
  for (const task of tasks) {
    if (task.kind === 'template')
      await writeFile(join(folder, 'templates', `${task.source}.${suffix}`), templateSource(task.lines));
    if (task.kind === 'copy') await writeFile(join(folder, 'files', task.source), task.content);
  }
}

function at(path: string): string {
  return `{{ bench_root }}/${path}`;
}

/** Returns the task in a form that both runbook and Ansible read. */
export function taskOf(task: BenchTask, suffix: 'hbs' | 'j2'): Readonly<Record<string, unknown>> {
  const name = `${task.kind} ${task.path}`;
  switch (task.kind) {
    case 'directory':
      return { name, file: { path: at(task.path), state: 'directory', mode: task.mode } };
    case 'template':
      return { name, template: { src: `${task.source}.${suffix}`, dest: at(task.path), mode: task.mode } };
    case 'copy':
      return { name, copy: { src: task.source, dest: at(task.path), mode: task.mode } };
    case 'line':
      return { name, lineinfile: { path: at(task.path), line: task.line, create: true, mode: '0644' } };
    case 'link':
      return { name, file: { path: at(task.path), src: at(task.to), state: 'link' } };
  }
}
