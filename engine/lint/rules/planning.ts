import { CHANGES_NOTHING } from '../../playbook/base/changes-nothing.ts';
import { ansibleVariable } from '../../values/habits/ansible-variables.ts';
import type { Rule } from '../base/rule.ts';
import { scalarsIn } from '../base/scalars.ts';
import { type Site, type TaskSource, isValue } from '../base/site.ts';

/** Steps that have no change of their own: their tasks are looked at one by one. */
const HOLDS_TASKS: ReadonlySet<string> = new Set([
  'block',
  'meta',
  'import_tasks',
  'import_role',
  'include_tasks',
  'include_role',
]);

export const checkModeInVain: Rule = {
  name: 'check-mode-in-vain',
  level: 'warning',
  summary: 'check_mode: false at a task that a plan does not run',
  why: 'Ansible runs such a task with --check too. A plan here changes nothing: it only says that the task would run, and what depends on its result stays unknown.',
  remedy:
    'Write query: for a command that only looks, or changed_when: false beside it. At other tasks, remove check_mode.',
  bad: `- name: Members
  command: etcdctl member list
  check_mode: false
  register: members`,
  good: `- name: Members
  query: etcdctl member list
  register: members`,
  *check(site) {
    for (const task of site.tasks) {
      const entry = task.entry('check_mode');
      if (entry !== undefined && isValue(entry.value, false) && mayChange(task, site))
        yield { place: entry.keyPlace, what: 'A plan does not run the task, whatever check_mode says' };
    }
  },
};

function mayChange(task: TaskSource, site: Site): boolean {
  if (HOLDS_TASKS.has(task.module) || CHANGES_NOTHING.has(task.module)) return false;
  const steps = site.stepsOf(task).flatMap(({ step }) => (step.kind === 'task' ? [step.module] : []));
  return !steps.some((module) => CHANGES_NOTHING.has(module));
}

export const ansibleVariableName: Rule = {
  name: 'ansible-variable-name',
  level: 'advice',
  summary: 'A variable by the name that Ansible uses, where runbook has another name',
  why: 'Whoever searches for one of the two names does not find the other.',
  remedy: 'Write its name here.',
  bad: `- name: Note
  debug: { msg: "Nothing is changed now." }
  when: ansible_check_mode`,
  good: `- name: Note
  debug: { msg: "Nothing is changed now." }
  when: planning`,
  *check({ tasks }) {
    for (const task of tasks)
      for (const { scalar } of scalarsIn(task.map)) {
        const [name = ''] = /\bansible_check_mode\b/.exec(typeof scalar.value === 'string' ? scalar.value : '') ?? [];
        const path = ansibleVariable([name])?.variable.path;
        if (path !== undefined)
          yield { place: scalar.place, what: `${name} is ${path} here`, remedy: `Write ${path}.` };
      }
  },
};
