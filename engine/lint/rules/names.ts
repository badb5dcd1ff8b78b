import { formatPlace } from '../../errors/problem.ts';
import type { Finding, Rule } from '../base/rule.ts';
import { type TaskSource, textOf } from '../base/site.ts';
import { STRUCTURE } from '../base/structure.ts';

export const unnamedTask: Rule = {
  name: 'unnamed-task',
  level: 'advice',
  summary: 'A task without a name',
  why: 'Plans, runs and error messages call a task by its name. Without one they show the module and its arguments.',
  remedy: 'Add name: with the state that the task brings about.',
  bad: `- file: { path: /opt/app, state: directory, mode: "0755" }`,
  good: `- name: Folder of the application
  file: { path: /opt/app, state: directory, mode: "0755" }`,
  *check({ tasks }) {
    for (const task of tasks)
      if (!STRUCTURE.has(task.module) && task.entry('name') === undefined)
        yield { place: task.map.place, what: `The task has no name: ${task.module}` };
  },
};

export const unnamedPlay: Rule = {
  name: 'unnamed-play',
  level: 'advice',
  summary: 'A play without a name',
  why: 'Plans, runs and the recap call a play by its name. Without one they show its hosts.',
  remedy: 'Add name: with what the play is for.',
  bad: `- hosts: web
  tasks:
    - name: Folder of the application
      file: { path: /opt/app, state: directory, mode: "0755" }`,
  good: `- name: Application
  hosts: web
  tasks:
    - name: Folder of the application
      file: { path: /opt/app, state: directory, mode: "0755" }`,
  *check({ plays }) {
    for (const play of plays)
      if (play.entry('name') === undefined) yield { place: play.map.place, what: 'The play has no name' };
  },
};

export const nameOfTemplate: Rule = {
  name: 'name-of-template',
  level: 'advice',
  summary: 'A name that is nothing but a template',
  why: 'The task cannot be searched for by its name, and before the values are known there is no name: --list-tasks shows the template.',
  remedy: 'Begin the name with words.',
  bad: `- name: "{{app_name}}"
  file: { path: "/opt/{{app_name}}", state: directory, mode: "0755" }`,
  good: `- name: Folder of {{app_name}}
  file: { path: "/opt/{{app_name}}", state: directory, mode: "0755" }`,
  *check({ tasks }) {
    for (const task of tasks) {
      const name = task.entry('name');
      if (name !== undefined && /^\s*\{\{[^}]*\}\}\s*$/.test(textOf(name.value) ?? ''))
        yield { place: name.value.place, what: 'The name is a template alone' };
    }
  },
};

export const duplicateTaskName: Rule = {
  name: 'duplicate-task-name',
  level: 'advice',
  summary: 'Two tasks of one list with the same name',
  why: 'Plans, runs and failures call a task by its name: nobody can tell the two apart.',
  remedy: 'Give each its own name.',
  bad: `- name: Folder
  file: { path: /opt/app, state: directory, mode: "0755" }

- name: Folder
  file: { path: /opt/app/log, state: directory, mode: "0755" }`,
  good: `- name: Folder of the application
  file: { path: /opt/app, state: directory, mode: "0755" }

- name: Folder of its logs
  file: { path: /opt/app/log, state: directory, mode: "0755" }`,
  *check({ tasks }) {
    const known = new Map<TaskSource['siblings'], Map<string, TaskSource>>();
    for (const task of tasks) {
      const name = task.entry('name');
      const text = textOf(name?.value);
      // Two branches of a condition may use one name for the same state.
      if (name === undefined || text === undefined || task.entry('when') !== undefined) continue;
      const names = known.get(task.siblings) ?? new Map<string, TaskSource>();
      known.set(task.siblings, names);
      const first = names.get(text);
      if (first === undefined) names.set(text, task);
      else yield { place: name.value.place, what: `The task at ${formatPlace(first.map.place)} has the same name` };
    }
  },
};

export const similarTags: Rule = {
  name: 'similar-tags',
  level: 'warning',
  summary: 'Two tags that differ by one letter',
  why: 'With --tags install the tasks with the tag instal do not run, and nothing says so.',
  remedy: 'Write both the same way.',
  bad: `- name: Program
  copy: { src: app, dest: /opt/app/app, mode: "0755" }
  tags: [install]

- name: Unit
  copy: { src: app.service, dest: /etc/systemd/system/app.service, mode: "0644" }
  tags: [instal]`,
  good: `- name: Program
  copy: { src: app, dest: /opt/app/app, mode: "0755" }
  tags: [install]

- name: Unit
  copy: { src: app.service, dest: /etc/systemd/system/app.service, mode: "0644" }
  tags: [install]`,
  *check({ tasks, plays }): Iterable<Finding> {
    const first = new Map<string, Finding['place']>();
    for (const owner of [...plays, ...tasks]) {
      const tags = owner.entry('tags')?.value;
      const nodes = tags === undefined ? [] : tags.kind === 'list' ? tags.items : [tags];
      for (const node of nodes)
        for (const tag of (textOf(node) ?? '').split(',').map((one) => one.trim()))
          if (tag !== '' && !first.has(tag)) first.set(tag, node.place);
    }
    const tags = [...first.keys()];
    for (const [index, tag] of tags.entries()) {
      const other = tags.slice(0, index).find((one) => isMisspelt(one, tag));
      if (other !== undefined)
        yield { place: first.get(tag) ?? { file: '', line: 1, column: 1 }, what: `The tag ${tag} is almost ${other}` };
    }
  },
};

/**
 * Returns whether the names differ by one letter that was added, left out, replaced or swapped. Plurals and numbers are
 * intended.
 */
function isMisspelt(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (short.length < 5 || long.length - short.length > 1 || long === `${short}s`) return false;
  let from = 0;
  while (from < short.length && short[from] === long[from]) from += 1;
  const isSwap = short.length === long.length && short[from] === long[from + 1] && short[from + 1] === long[from];
  const rest = short.slice(short.length === long.length ? from + (isSwap ? 2 : 1) : from);
  const differing = `${short[from] ?? ''}${long[from] ?? ''}`;
  return !/[\d_-]/.test(differing) && rest === long.slice(from + (isSwap ? 2 : 1));
}
