import type { Json, JsonMap } from './case.ts';
import type { Chance } from './chance.ts';

const NAMES = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8'] as const;

/** Eight variables, each set at some of the levels, and shown in a task of the play, in a role and in an include. */
export function precedenceCase(chance: Chance): { readonly files: JsonMap; readonly args: readonly string[] } {
  const at = (level: string, probability = 0.3): JsonMap =>
    Object.fromEntries(chance.some(NAMES, probability).map((name) => [name, `of ${level}`]));
  const all = Object.fromEntries(NAMES.map((name) => [name, `{{${name}}}`]));
  const show = (where: string): Json[] => [{ name: where, debug: { msg: all } }];
  const inventory = ['[inner]', 'h1 ansible_connection=local', '[other]', 'h1', '[outer:children]', 'inner'];
  for (const group of ['inner', 'outer', 'other', 'all'])
    inventory.push(
      `[${group}:vars]`,
      ...Object.keys(at(group, 0.2)).map((name) => `${name}="of ${group} in the inventory"`),
    );
  const facts = at('set_fact', 0.15);
  const play: Record<string, Json> = {
    name: 'play',
    hosts: 'h1',
    gather_facts: false,
    vars: at('play', 0.25),
    vars_files: ['more.yml'],
    tasks: [
      ...(Object.keys(facts).length > 0 ? [{ name: 'facts', set_fact: facts }] : []),
      ...show('the play'),
      {
        name: 'block',
        vars: at('block', 0.2),
        block: [{ name: 'a block', debug: { msg: all }, vars: at('task', 0.2) }],
      },
      { name: 'variables', include_vars: 'read.yml' },
      ...show('after variables'),
      { name: 'block after', vars: at('block', 0.2), block: show('a block after') },
      { name: 'include', include_tasks: 'included.yml' },
      { name: 'role', include_role: { name: 'r' } },
      { name: 'imported role', import_role: { name: 's' } },
    ],
  };
  return {
    files: {
      hosts: `${inventory.join('\n')}\n`,
      'site.yml': [play],
      'more.yml': at('vars_files', 0.2),
      'group_vars/all.yml': Object.fromEntries(NAMES.map((name) => [name, 'of group_vars/all'])),
      'group_vars/inner.yml': at('group_vars/inner', 0.25),
      'group_vars/outer.yml': at('group_vars/outer', 0.25),
      'group_vars/other.yml': at('group_vars/other', 0.25),
      'vars/read.yml': at('include_vars', 0.2),
      'roles/r/vars/read.yml': at('include_vars of a role', 0.2),
      'host_vars/h1.yml': at('host_vars', 0.25),
      'included.yml': show('an include'),
      'roles/r/tasks/main.yml': [{ name: 'variables of r', include_vars: 'read.yml' }, ...show('a role')],
      'roles/r/defaults/main.yml': at('defaults', 0.4),
      'roles/r/vars/main.yml': at('vars of a role', 0.2),
      'roles/s/tasks/main.yml': show('another role'),
      'roles/s/defaults/main.yml': at('defaults of s', 0.4),
    },
    args: chance.of(0.4) ? ['-e', JSON.stringify(at('-e', 0.2))] : [],
  };
}
