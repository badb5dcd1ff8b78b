import { otherName, withoutCollection } from '../../values/habits/other-names.ts';
import type { Edit, Finding, Rule } from '../base/rule.ts';
import { scalarsIn } from '../base/scalars.ts';
import type { IdleSource, Site, SourceFile } from '../base/site.ts';
import { keyEdit, lineRemoval } from '../base/text-edits.ts';

export const trailingBlank: Rule = {
  name: 'trailing-blank',
  level: 'advice',
  summary: 'Blanks at the end of a line',
  why: 'Nobody sees them, and they clutter the diffs of later changes.',
  remedy: 'Take them out.',
  bad: `- name: Folder   \n  file: { path: /opt/app, state: directory, mode: "0755" }`,
  good: `- name: Folder\n  file: { path: /opt/app, state: directory, mode: "0755" }`,
  *check({ files }) {
    for (const file of files) {
      const { text } = file;
      if (text === undefined) continue;
      const kept = linesOfText(file);
      for (let line = 1; line <= text.length; line += 1) {
        const blanks = /(?<![ \t])[ \t]+$/.exec(text.line(line))?.[0];
        if (blanks === undefined || kept.has(line)) continue;
        const column = text.line(line).length - blanks.length + 1;
        const from = text.offsetOf({ line, column });
        yield {
          place: { file: file.shown, line, column, length: blanks.length },
          what: 'The line ends in blanks',
          edits: [{ path: file.path, from, to: from + blanks.length, text: '' }],
        };
      }
    }
  },
};

/** Returns the lines of texts with several lines: blanks at their ends may belong to the value. */
function linesOfText(file: SourceFile): ReadonlySet<number> {
  const lines = new Set<number>();
  for (const node of file.nodes)
    for (const { scalar } of scalarsIn(node)) {
      if (scalar.place.file !== file.shown) continue;
      const many = scalar.source.split('\n').length;
      if (many === 1) continue;
      for (let line = 0; line < many; line += 1) lines.add(scalar.place.line + line);
    }
  return lines;
}

export const lineEnd: Rule = {
  name: 'line-end',
  level: 'advice',
  summary: 'A file with Windows line endings',
  why: 'When another editor saves the file with other line endings, every line shows as changed.',
  remedy: 'Save the file with Unix line endings.',
  bad: `- name: Folder\r\n  file: { path: /opt/app, state: directory, mode: "0755" }`,
  good: `- name: Folder\n  file: { path: /opt/app, state: directory, mode: "0755" }`,
  *check({ files }) {
    for (const file of files) {
      const { text } = file;
      if (text === undefined || !text.text.includes('\r\n')) continue;
      const edits = [...text.text.matchAll(/\r\n/g)].map(({ index }) => ({
        path: file.path,
        from: index,
        to: index + 1,
        text: '',
      }));
      const line = text.text.slice(0, text.text.indexOf('\r\n')).split('\n').length;
      yield { place: { file: file.shown, line, column: 1 }, what: 'The lines end in \\r\\n', edits };
    }
  },
};

export const finalNewline: Rule = {
  name: 'no-final-newline',
  level: 'advice',
  summary: 'A file that does not end with a line break',
  why: 'When somebody appends a line, the diff shows the line above it as changed too, and some tools ignore a last line without a line break.',
  remedy: 'Add a line break at the end.',
  bad: `- name: Folder\n  file: { path: /opt/app, state: directory, mode: "0755" }\\`,
  good: `- name: Folder\n  file: { path: /opt/app, state: directory, mode: "0755" }`,
  *check({ files }) {
    for (const file of files) {
      const { text } = file;
      if (text === undefined || text.text === '' || text.text.endsWith('\n')) continue;
      const at = text.text.length;
      // After a block of text, a line end would become part of the value.
      const isValue = linesOfText(file).has(text.length);
      yield {
        place: { file: file.shown, line: text.length, column: Math.max(1, text.line(text.length).length) },
        what: 'The last line does not end',
        edits: isValue ? [] : [{ path: file.path, from: at, to: at, text: '\n' }],
      };
    }
  },
};

export const longModuleName: Rule = {
  name: 'long-module-name',
  level: 'advice',
  summary: 'ansible.builtin.copy in place of copy',
  why: 'Both mean the same here: there are no collections, so the prefix adds nothing.',
  remedy: 'Write the short name.',
  bad: `- name: Folder
  ansible.builtin.file: { path: /opt/app, state: directory, mode: "0755" }`,
  good: `- name: Folder
  file: { path: /opt/app, state: directory, mode: "0755" }`,
  *check({ files }): Iterable<Finding> {
    for (const file of files) {
      if (file.kind === 'variables' || file.kind === 'meta') continue;
      for (const node of file.nodes) yield* longNames(file, node);
    }
  },
};

function* longNames(file: SourceFile, node: Site['files'][number]['nodes'][number]): Generator<Finding> {
  if (node.kind === 'list') for (const item of node.items) yield* longNames(file, item);
  if (node.kind !== 'map') return;
  for (const { key, keyPlace, value } of node.entries) {
    const short = withoutCollection(key);
    if (short !== key)
      yield { place: keyPlace, what: `${key} is ${short}`, edits: keyEdit(file, keyPlace, key, short) };
    if (['tasks', 'pre_tasks', 'post_tasks', 'handlers', 'block', 'rescue', 'always'].includes(key))
      yield* longNames(file, value);
  }
}

export const moduleAlias: Rule = {
  name: 'module-alias',
  level: 'advice',
  summary: "A module under one of Ansible's other names for it",
  why: 'Whoever searches for one name does not find the other, and plans and error messages use the name of the module here. apt and dnf are called package here, which uses the package manager of the host.',
  remedy: 'Write the name that `runbook docs` shows.',
  bad: `- name: Editor
  apt: { name: vim }`,
  good: `- name: Editor
  package: { name: vim }`,
  *check({ tasks }) {
    for (const { file, map, module } of tasks)
      for (const { key, keyPlace, value } of map.entries) {
        const other = otherName(key);
        if (other?.here !== module) continue;
        const { presets } = other;
        const isGiven = (name: string): boolean =>
          value.kind === 'map' && value.entries.some((one) => one.key === name);
        const isSame = Object.keys(presets ?? {}).every(isGiven);
        const missing = Object.entries(presets ?? {}).map(([name, preset]) => `${name}: ${preset}`);
        yield {
          place: keyPlace,
          what: `${key} is ${module}`,
          remedy: isSame ? undefined : `Write ${module}: with ${missing.join(', ')}.`,
          edits: isSame ? keyEdit(file, keyPlace, key, module) : [],
        };
      }
  },
};

export const argumentAlias: Rule = {
  name: 'argument-alias',
  level: 'advice',
  summary: "An argument under one of Ansible's other names for it",
  why: 'Whoever searches for one name does not find the other, and plans and error messages use the name that `runbook docs MODULE` shows.',
  remedy: 'Write the name that `runbook docs MODULE` shows.',
  bad: `- name: Setting
  lineinfile: { dest: /etc/app.conf, line: "a=1" }`,
  good: `- name: Setting
  lineinfile: { path: /etc/app.conf, line: "a=1" }`,
  *check({ tasks }) {
    for (const task of tasks)
      for (const [name, { written, keyPlace }] of task.arguments)
        if (name !== written)
          yield {
            place: keyPlace,
            what: `${written} is ${name}`,
            edits: keyEdit(task.file, keyPlace, written, name),
          };
  },
};

export const argumentWithoutEffect: Rule = {
  name: 'argument-without-effect',
  level: 'advice',
  summary: "An argument of Ansible's module that has no effect here",
  why: 'The argument is accepted so that tasks from Ansible run unchanged, but a reader believes that it has an effect.',
  remedy: 'Leave it out.',
  bad: `- name: Look
  stat:
    path: /etc/app.conf
    get_mime: false
  register: look`,
  good: `- name: Look
  stat:
    path: /etc/app.conf
  register: look`,
  *check({ tasks }) {
    for (const task of tasks)
      for (const argument of task.idle)
        yield {
          place: argument.keyPlace,
          what: `${argument.written} of ${task.module} has no effect with this value`,
          remedy: argument.instead,
          edits: ownLineEdit(task.file, argument),
        };
  },
};

/** Removes the line of an argument if the line has nothing else and the argument is not the only one. */
function ownLineEdit(file: SourceFile, { written, keyPlace: place, isOnly }: IdleSource): readonly Edit[] {
  const { text } = file;
  if (text === undefined || isOnly || place.file !== file.shown) return [];
  const line = text.text.slice(text.startOf(place.line), text.startOf(place.line + 1));
  const isAlone = new RegExp(`^\\s*${written}:[^{}\\[\\]|>&*]*$`).test(line);
  return isAlone ? lineRemoval(file, place.line, place.line) : [];
}
