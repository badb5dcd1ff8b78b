import {
  ANSIBLE_FACTS,
  ANSIBLE_MAGIC,
  type AnsibleVariable,
  hasSameValues,
} from '../engine/values/habits/ansible-variables.ts';
import type { JinjaCounterpart } from '../engine/values/habits/jinja-counterpart.ts';
import { JINJA_FILTERS } from '../engine/values/habits/jinja-filters.ts';
import { JINJA_LEFT_OUT } from '../engine/values/habits/jinja-left-out.ts';
import { JINJA_OPERATORS } from '../engine/values/habits/jinja-operators.ts';
import { JINJA_TESTS } from '../engine/values/habits/jinja-tests.ts';
import { JINJA_WORDS } from '../engine/values/habits/jinja-words.ts';
import { wrapped } from './wrap.ts';

/** The part above this line is written by hand. */
const MARK = '<!-- From here on, `npm run docs` makes this page. -->\n';

/** Returns docs/from-ansible.md: the part that is written by hand, and the tables. Throws if the mark is missing. */
export function fromAnsiblePage(page: string): string {
  const at = page.indexOf(MARK);
  if (at < 0) throw new Error(`from-ansible.md lacks the line ${MARK}`);
  return wrapped(`${page.slice(0, at)}${MARK}\n${tables()}`);
}

function tables(): string {
  return [
    '## Filters',
    '',
    ...counterparts(JINJA_FILTERS),
    '',
    '## Tests',
    '',
    ...counterparts(JINJA_TESTS),
    '',
    '## Operators, methods and functions',
    '',
    ...counterparts(JINJA_OPERATORS),
    '',
    '## Words of Jinja without a counterpart',
    '',
    '| word | what to do |',
    '| --- | --- |',
    ...[...JINJA_LEFT_OUT].map(([word, why]) => row(named(word), `Leave it out. ${why}`)),
    ...[...JINJA_WORDS].toSorted(byWord).map(([word, instead]) => row(named(word), instead)),
    '',
    '## Facts and variables',
    '',
    '| in Ansible | here | to know |',
    '| --- | --- | --- |',
    ...ANSIBLE_FACTS.map((fact) => variableRow(`ansible_${fact.name}`, fact)),
    ...ANSIBLE_MAGIC.map((one) => variableRow(one.name, one)),
    '',
  ].join('\n');
}

function counterparts(rows: readonly JinjaCounterpart[]): readonly string[] {
  return [
    '| name | in Ansible | expression | template | to know |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(({ name, jinja, expression, template, note = '' }) =>
      row(code(name), code(jinja), code(expression), code(template), note),
    ),
  ];
}

function byWord([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : 1;
}

function named(word: string): string {
  const at = word.indexOf(' ');
  return `${word.slice(0, at)} ${code(word.slice(at + 1))}`;
}

function variableRow(name: string, variable: AnsibleVariable): string {
  const { path, instead, isHere } = variable;
  if (isHere !== true) return row(code(name), code(path), instead);
  const both = path === undefined ? code(name) : `${code(name)}, ${code(path)}`;
  return row(
    code(name),
    both,
    path === undefined || hasSameValues(variable)
      ? 'The same.'
      : `Under the name of Ansible it has the values of Ansible. ${instead}`,
  );
}

function code(text: string | undefined): string {
  return text === undefined ? '' : `\`${text}\``;
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
}
