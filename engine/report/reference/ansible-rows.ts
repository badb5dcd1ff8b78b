import { argumentNames } from '../../modules/base/argument-problem.ts';
import type { AnyModule } from '../../modules/base/module.ts';
import { sharedFunctions } from '../../values/functions/function-table.ts';
import type { SharedFunction } from '../../values/functions/shared-function.ts';
import { ANSIBLE_DIFFERENCES } from '../../values/habits/ansible-differences.ts';
import { ANSIBLE_LOOPS } from '../../values/habits/ansible-loops.ts';
import { COMMON_ARGUMENTS, OWN_MODULES } from '../../values/habits/ansible-modules.ts';
import { ANSIBLE_OPTIONS } from '../../values/habits/ansible-options.ts';
import {
  type AnsibleVariable,
  ANSIBLE_FACTS,
  ANSIBLE_MAGIC,
  hasSameValues,
} from '../../values/habits/ansible-variables.ts';
import { type ForeignArgument, insteadOfArgument } from '../../values/habits/foreign-argument.ts';
import type { JinjaCounterpart } from '../../values/habits/jinja-counterpart.ts';
import { JINJA_FILTERS } from '../../values/habits/jinja-filters.ts';
import { JINJA_LEFT_OUT } from '../../values/habits/jinja-left-out.ts';
import { JINJA_OPERATORS } from '../../values/habits/jinja-operators.ts';
import { JINJA_TESTS } from '../../values/habits/jinja-tests.ts';
import { JINJA_WORDS } from '../../values/habits/jinja-words.ts';
import { type OtherName, OTHER_NAMES } from '../../values/habits/other-names.ts';
import { isShared } from '../../values/jinja/jinja-shared.ts';

/** A word of Ansible, and what to write here. */
export interface AnsibleRow {
  /** The kind of the word: keyword, module, argument, filter, … */
  readonly kind: string;
  readonly name: string;
  /** Code or a sentence. */
  readonly here: string;
}

/**
 * Returns the rows for all words of Ansible that the tables contain. `all` is the list of modules, for their arguments.
 */
export function ansibleRows(all: readonly AnyModule[]): readonly AnsibleRow[] {
  const told = new Set(JINJA_FILTERS.map(({ name }) => name));
  return [
    ...ANSIBLE_DIFFERENCES.map(({ where, name, instead }) => ({ kind: kindOf(where), name, here: instead })),
    ...[...ANSIBLE_LOOPS].map(([name, here]) => ({ kind: 'keyword', name, here: `The same. ${here}` })),
    ...OTHER_NAMES.map(otherNameRow),
    ...all.flatMap(rowsOfModule),
    ...argumentRows('', COMMON_ARGUMENTS),
    ...[...JINJA_FILTERS, ...JINJA_TESTS, ...JINJA_OPERATORS].map(counterpartRow),
    ...sharedFunctions.filter(({ name }) => isShared(name) && !told.has(name)).map(functionRow),
    ...wordRows(JINJA_LEFT_OUT, (why) => `Leave it out. ${why}`),
    ...wordRows(JINJA_WORDS, (instead) => instead),
    ...ANSIBLE_MAGIC.map((one) => ({ kind: 'variable', name: one.name, here: insteadOfVariable(one) })),
    ...ANSIBLE_FACTS.map((one) => ({ kind: 'fact', name: `ansible_${one.name}`, here: insteadOfVariable(one) })),
    ...[...ANSIBLE_OPTIONS].map(([name, here]) => ({ kind: 'option', name, here })),
  ];
}

/** Returns the rows whose name contains the word. Names that are the word, or begin with it, come first. */
export function rowsAbout(rows: readonly AnsibleRow[], word: string): readonly AnsibleRow[] {
  const wanted = word.toLowerCase();
  const rank = ({ name }: AnsibleRow): number => {
    const own = name.toLowerCase();
    if (own === wanted || own.endsWith(`: ${wanted}`)) return 0;
    return own.startsWith(wanted) ? 1 : 2;
  };
  return rows
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .toSorted((one, other) => rank(one) - rank(other));
}

function kindOf(where: (typeof ANSIBLE_DIFFERENCES)[number]['where']): string {
  switch (where) {
    case 'module':
    case 'meta':
      return where;
    case 'task':
      return 'keyword';
    case 'play':
    case 'role':
    case 'loop_control':
      return `keyword of ${where}`;
  }
}

function otherNameRow({ name, here, presets }: OtherName): AnsibleRow {
  const preset = Object.entries(presets ?? {}).map(([argument, value]) => ` with ${argument}: ${value}`);
  return { kind: 'module', name, here: `Another name of ${here}${preset.join('')}, which is taken.` };
}

function rowsOfModule(module: AnyModule): readonly AnsibleRow[] {
  const { name, aliases = {}, foreign = {} } = module;
  const own = argumentNames(module);
  return [
    ...(OWN_MODULES.has(name) ? [] : [{ kind: 'module', name, here: `The same name: \`runbook docs ${name}\`.` }]),
    ...Object.entries(aliases).map(([alias, meant]) => ({
      kind: 'argument',
      name: `${name}: ${alias}`,
      here: `Another name of ${meant}, which is taken.`,
    })),
    ...argumentRows(`${name}: `, foreign).filter((row) => !own.includes(row.name.slice(name.length + 2))),
  ];
}

function argumentRows(prefix: string, all: Readonly<Record<string, ForeignArgument>>): readonly AnsibleRow[] {
  return Object.entries(all).map(([name, one]) => ({
    kind: 'argument',
    name: `${prefix}${name}`,
    here: `${insteadOfArgument(one)}${takenNote(one)}`,
  }));
}

/** Returns a note about the values with which the argument is accepted without an effect. */
function takenNote(argument: ForeignArgument): string {
  if (typeof argument === 'string') return '';
  if (argument.idle === 'always') return ' (It is taken.)';
  return ` (${argument.idle.map(String).join(', ')} is taken.)`;
}

function counterpartRow({ kind, name, jinja, expression, template, note }: JinjaCounterpart): AnsibleRow {
  const forms = [
    ...(expression === undefined ? [] : [`\`${expression}\``]),
    ...(template === undefined ? [] : [`\`${template}\``]),
  ];
  return {
    kind,
    name,
    here: `\`${jinja}\` is ${forms.join(' or ')}${note === undefined ? '' : `. ${note.replace(/\.$/, '')}`}.`,
  };
}

function functionRow({ name, template, expression }: SharedFunction): AnsibleRow {
  return { kind: 'filter', name, here: `A function of the same name: \`${expression}\` or \`${template}\`.` };
}

function wordRows(words: ReadonlyMap<string, string>, say: (text: string) => string): readonly AnsibleRow[] {
  return [...words].map(([word, text]) => {
    const at = word.indexOf(' ');
    return { kind: word.slice(0, at), name: word.slice(at + 1), here: say(text) };
  });
}

function insteadOfVariable(variable: AnsibleVariable): string {
  const { path, instead, isHere } = variable;
  if (isHere === true)
    return path === undefined || hasSameValues(variable)
      ? `The same. ${path ?? ''}`.trim()
      : `The same, and ${path} with other values. ${instead}`;
  return path === undefined ? instead : `Write ${path}. ${instead}`;
}
