import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Problems } from '../../../engine/errors/problem.ts';
import { modules } from '../../../engine/modules/base/catalogue.ts';
import { STRUCTURAL_ACTIONS } from '../../../engine/playbook/base/keywords.ts';
import type { Step } from '../../../engine/playbook/base/play.ts';
import { loadPlaybook } from '../../../engine/playbook/load-playbook.ts';
import { nameHere, OTHER_NAMES } from '../../../engine/values/habits/other-names.ts';
import { type Files, withFiles } from '../../playbook/written.ts';

test.each([
  ['apt', 'package'],
  ['ansible.builtin.apt', 'package'],
  ['ansible.legacy.copy', 'copy'],
  ['ansible.posix.sysctl', 'sysctl'],
  ['community.general.modprobe', 'kernel_module'],
  ['community.crypto.certificate', 'community.crypto.certificate'],
  // No such module is in that collection.
  ['community.general.copy', 'community.general.copy'],
  ['ansible.posix.modprobe', 'ansible.posix.modprobe'],
  ['community.docker.docker_container', 'docker_container'],
  ['community.docker.docker_swarm', 'community.docker.docker_swarm'],
  ['name', 'name'],
])('%s is %s here', (name, here) => {
  expect(nameHere(name)).toBe(here);
});

test('what a name stands for exists, and the name is not one of here', () => {
  const own = new Set([...modules.names(), ...STRUCTURAL_ACTIONS]);
  expect(OTHER_NAMES.filter(({ name, here }) => own.has(name) || !own.has(here))).toEqual([]);
});

async function stepsOf(task: string, files: Files = {}): Promise<readonly Step[]> {
  const playbook = `- hosts: all\n  tasks:\n    - ${task}\n`;
  return withFiles({ 'site.yml': playbook, ...files }, async (folder) => {
    try {
      const { plays } = await loadPlaybook(join(folder, 'site.yml'), { modules, rolesPath: [] });
      return plays.flatMap(({ sections }) => sections.flatMap(({ steps }) => steps));
    } catch (error) {
      throw error instanceof Problems ? new Error(error.problems.map(({ what }) => what).join('; ')) : error;
    }
  });
}

test.each([
  ['apt: { name: vim, update_cache: true }', 'package', ['name', 'update_cache']],
  ['ansible.builtin.dnf: { name: vim, state: latest }', 'package', ['name', 'state']],
  ['apk: vim', 'package', ['name']],
  ['systemd_service: { name: a, state: started }', 'systemd', ['name', 'state']],
  ['ansible.posix.authorized_key: { user: a, key: ssh-ed25519 AAAA }', 'authorized_key', ['user', 'key']],
  ['community.general.modprobe: { name: br }', 'kernel_module', ['name', 'persistent']],
  ['modprobe: { name: br, persistent: present }', 'kernel_module', ['name', 'persistent']],
  ['modprobe: { name: br }\n      args: { persistent: disabled }', 'kernel_module', ['name', 'persistent']],
  ['setup:', 'setup', []],
  ['ansible.builtin.gather_facts:', 'setup', []],
  ['setup: { gather_subset: ["!all", network], filter: "ansible_*" }', 'setup', []],
])('%s is a task of %s', async (task, module, names) => {
  const [step] = await stepsOf(task);
  if (step?.kind !== 'task') throw new Error('no task');
  expect(step.module).toBe(module);
  expect([...step.arguments.keys()]).toEqual(names);
});

test('include is include_tasks', async () => {
  const [step] = await stepsOf('include: more.yml', { 'more.yml': '- debug: { msg: a }\n' });
  expect(step?.kind).toBe('include');
});

test('include among handlers is import_tasks', async () => {
  const text = '- hosts: all\n  tasks: []\n  handlers:\n    - include: more.yml\n';
  await withFiles({ 'site.yml': text, 'more.yml': '- name: a\n  debug: { msg: a }\n' }, async (folder) => {
    const { plays } = await loadPlaybook(join(folder, 'site.yml'), { modules, rolesPath: [] });
    expect(plays[0]?.handlers).toHaveLength(1);
  });
});
