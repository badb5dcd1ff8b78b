import type { Place } from '../../errors/problem.ts';
import { ANSIBLE_FACTS, ansibleVariable, hasSameValues } from '../../values/habits/ansible-variables.ts';
import { mustachesIn } from '../../values/language/mustaches.ts';
import type { Finding, Rule } from '../base/rule.ts';
import { scalarsIn } from '../base/scalars.ts';
import type { TaskSource } from '../base/site.ts';

export const ansibleFactName: Rule = {
  name: 'ansible-fact-name',
  level: 'advice',
  summary: "A fact under Ansible's name for it",
  why: "Ansible's names work, so that its playbooks run here, but not every fact has one. All facts are fields of the variable facts, where a misspelt name is an error before anything runs.",
  remedy: 'Write facts.….',
  bad: `- name: Motd
  copy: { dest: /etc/motd, content: "This is {{ansible_hostname}}\\n", mode: "0644" }`,
  good: `- name: Motd
  copy: { dest: /etc/motd, content: "This is {{facts.hostname}}\\n", mode: "0644" }`,
  *check({ tasks }) {
    for (const task of tasks) yield* namesIn(task);
  },
};

/** Keywords whose text is an expression. */
const EXPRESSIONS: ReadonlySet<string> = new Set(['when', 'until', 'changed_when', 'failed_when', 'loop']);
const NAME = /\bansible_(?:facts(?:\.|\[["']))?[a-z0-9_]+(?:["']\])?(?:\.[a-z]\w*)?/g;

function* namesIn(task: TaskSource): Iterable<Finding> {
  const told = new Set<string>();
  for (const { key, value } of task.map.entries) {
    if (['block', 'rescue', 'always'].includes(key)) continue;
    for (const { scalar: node } of scalarsIn(value, key)) {
      if (typeof node.value !== 'string') continue;
      const texts = EXPRESSIONS.has(key) ? [node.value] : mustachesIn(node.value);
      for (const [name] of texts.flatMap((text) => [...text.matchAll(NAME)])) {
        const finding = findingOf(name, node.place);
        if (finding === undefined || told.has(name)) continue;
        told.add(name);
        yield finding;
      }
    }
  }
}

function findingOf(name: string, place: Place): Finding | undefined {
  const names = name.replaceAll(/\[["'](\w+)["']\]/g, '.$1').split('.');
  const found = ansibleVariable(names);
  if (found === undefined || !hasSameValues(found.variable) || !ANSIBLE_FACTS.includes(found.variable))
    return undefined;
  return {
    place,
    what: `${names.slice(0, found.length).join('.')} is the name of Ansible for ${found.variable.path}`,
    remedy: `Write ${found.variable.path}.`,
  };
}
