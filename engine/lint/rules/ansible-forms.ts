import { asMap, readKeyValues } from '../../playbook/base/key-values.ts';
import { BOOLEAN_KEYWORDS, shortName } from '../../playbook/base/keywords.ts';
import { isOneLine } from '../../playbook/base/written-step.ts';
import { booleanOf } from '../../values/base/boolean-word.ts';
import type { MapEntry, Node, ScalarNode } from '../../values/base/node.ts';
import { ANSIBLE_LOOPS } from '../../values/habits/ansible-loops.ts';
import type { Edit, Finding, Rule } from '../base/rule.ts';
import { type SourceFile, type TaskSource, textOf } from '../base/site.ts';

export const oneLineArguments: Rule = {
  name: 'one-line-arguments',
  level: 'advice',
  summary: 'Arguments in one text, as in the first versions of Ansible',
  why: 'Every value is a text there. YAML, editors and the errors of this program know nothing of the arguments in it, and a blank in a value ends the value.',
  remedy: 'Write the arguments as a map. `runbook convert` does so for whole files.',
  bad: `- name: Folder
  file: path=/opt/app state=directory mode=0755`,
  good: `- name: Folder
  file: { path: /opt/app, state: directory, mode: "0755" }`,
  *check({ tasks }) {
    for (const task of tasks) {
      const written = task.map.entries.find(({ keyPlace }) => keyPlace === task.action.keyPlace);
      const old = task.map.entries.find(({ key }) => key === 'action' || key === 'local_action');
      if (old !== undefined && task.action.keyPlace !== written?.keyPlace)
        yield {
          place: old.keyPlace,
          what: `${old.key} names the module ${task.module} in its value`,
          remedy: `Write the module as the key: ${task.module}: …${old.key === 'action' ? '' : ', and delegate_to: localhost'}.`,
        };
      else if (written !== undefined && isOneLine(written, task.action))
        yield {
          place: written.value.place,
          what: `The arguments of ${task.module} stand in one text`,
          remedy: remedyFor(task, written),
        };
    }
  },
};

function remedyFor({ module, action }: TaskSource, written: MapEntry): string | undefined {
  const { pairs, others } = readKeyValues(textOf(written.value) ?? '');
  const all = action.value.kind === 'map' ? action.value.entries : [];
  const isShort = others.length === 0 && pairs.length === all.length && pairs.every(([, value]) => value.length < 60);
  return isShort ? `Write ${module}: ${asMap(pairs)}` : undefined;
}

export const oldLoop: Rule = {
  name: 'old-loop',
  level: 'advice',
  summary: 'with_items or another with_… in place of loop',
  why: 'Each of them reads its value in another way: one opens lists within the list, another one goes over a map. loop: is one form, and an expression says what it goes over.',
  remedy: 'Write loop:. `runbook convert` does so for whole files.',
  bad: `- name: Folders
  file: { path: "{{item}}", state: directory, mode: "0755" }
  with_items: [/opt/a, /opt/b]`,
  good: `- name: Folders
  file: { path: "{{item}}", state: directory, mode: "0755" }
  loop: [/opt/a, /opt/b]`,
  *check({ tasks }) {
    for (const { map } of tasks)
      for (const { key, keyPlace } of map.entries) {
        const remedy = ANSIBLE_LOOPS.get(shortName(key));
        if (remedy !== undefined) yield { place: keyPlace, what: `${key} is an older form of loop`, remedy };
      }
  },
};

export const wordForBoolean: Rule = {
  name: 'word-for-boolean',
  level: 'advice',
  summary: 'yes, on or a text in place of true',
  why: 'In YAML 1.2 these words are texts. They are true or false where a keyword or an argument wants that, but a variable with such a word stays a text, and a condition over it is an error.',
  remedy: 'Write true or false.',
  bad: `- name: Folder
  file: { path: /opt/app, state: directory, mode: "0755" }
  become: yes`,
  good: `- name: Folder
  file: { path: /opt/app, state: directory, mode: "0755" }
  become: true`,
  *check({ plays, tasks }) {
    for (const { file, map } of plays) yield* keywordsOf(file, map.entries);
    for (const task of tasks) {
      yield* keywordsOf(task.file, task.map.entries);
      const written = task.map.entries.find(({ keyPlace }) => keyPlace === task.action.keyPlace);
      if (written?.value.kind === 'scalar') continue;
      for (const { isBoolean, value } of task.arguments.values()) if (isBoolean) yield* wordIn(task.file, value);
    }
  },
};

function* keywordsOf(file: SourceFile, entries: readonly MapEntry[]): Generator<Finding> {
  for (const { key, value } of entries) if (BOOLEAN_KEYWORDS.has(key)) yield* wordIn(file, value);
}

function* wordIn(file: SourceFile, node: Node): Generator<Finding> {
  if (node.kind !== 'scalar' || typeof node.value === 'boolean') return;
  const meant = booleanOf(node.value);
  if (meant === undefined) return;
  yield { place: node.place, what: `${node.source} is ${meant}`, edits: scalarEdit(file, node, String(meant)) };
}

/** Replaces a scalar of one line. Returns no edit if the text at its place is something else, such as an alias. */
function scalarEdit({ path, shown, text }: SourceFile, node: ScalarNode, word: string): readonly Edit[] {
  if (text === undefined || node.place.file !== shown || node.style === 'block') return [];
  const from = text.offsetOf(node.place) - (node.style === 'quoted' ? 1 : 0);
  const to = from + node.source.length;
  return text.text.slice(from, to) === node.source ? [{ path, from, to, text: word }] : [];
}
