import { FACTS } from '../cel/fact-paths.ts';
import { findHelper } from '../helpers/helper-table.ts';
import { ansibleVariable } from '../language/ansible-variables.ts';
import type { Given, Jinja } from './jinja-expression.ts';

/** Thrown where what Jinja says has no counterpart; `instead` says what to do. */
export class NoCounterpart extends Error {
  readonly instead: string | undefined;

  constructor(instead?: string) {
    super('no counterpart');
    this.instead = instead;
  }
}

/** What Jinja has and neither expressions nor templates have, with the way round. By kind and name. */
const LACKING: ReadonlyMap<string, string> = new Map([
  [
    'filter regex_search',
    'Nothing gives a match itself: ask x.matches("…"), or cut it out by x.regexReplace("^.*(…).*$", "$1").',
  ],
  ['filter regex_findall', 'Nothing gives all matches: let the command print them, and read stdout_lines.'],
  ['filter regex_escape', 'Write the escaped text itself.'],
  ['filter from_json', 'Register the task: a result of a command that prints JSON has it as .json.'],
  [
    'filter from_yaml',
    'Register the task: a result of a command that prints JSON has it as .json; a file of variables goes into vars_files.',
  ],
  ['filter random', 'A plan must be repeatable, so there is no chance: random_key keeps a random secret on the host.'],
  ['filter shuffle', 'A plan must be repeatable, so there is no chance.'],
  ['filter password_hash', 'Give the hash itself, encrypted by runbook vault.'],
  ['filter to_uuid', 'Give the identifier itself as a variable.'],
  ['filter ipaddr', 'Write cidrContains(…), cidrHost(…) or cidrPrefix(…) in expressions, {{ip_at …}} in templates.'],
  ['filter comment', 'Write the marks of the comment into the template.'],
  ['filter flatten', 'Join the lists: {{concat a b}}, or a + b in expressions.'],
  ['filter product', 'Put the inner loop into a file, and loop over include_tasks.'],
  ['filter zip', 'Loop over one list, and take the other one by loop_control.index_var.'],
  ['filter json_query', 'Filter in an expression: xs.filter(x, x.a == 1).map(x, x.b).'],
  ['filter fileglob', 'Name the files.'],
  ['filter mandatory', 'Leave it out: a name that is missing is an error.'],
  ['filter format', 'Write the text with the values in it: {{a}}-{{b}}.'],
  ['filter round', 'int(x) gives the whole part of a number.'],
  ['filter vault', 'Encrypt the value by runbook vault.'],
  ['lookup env', 'Give the value by -e: -e name="$NAME". Variables of the controller\'s environment are not read.'],
  ['lookup file', 'Bring the file by copy: {src: …}; variables of a file come by vars_files.'],
  ['lookup template', 'Use the template by template: {src: …}, or as a partial: {{> name}}.'],
  [
    'lookup password',
    'Write random_key, which makes a secret on the host once, or encrypt the value by runbook vault.',
  ],
  ['lookup pipe', 'Write query: with delegate_to: localhost, and register.'],
  ['lookup vars', 'Write the name itself; a computed one goes into a map: {{lookup settings "name"}}.'],
  ['lookup varnames', 'Put the variables into a map, and take its keys: {{keys settings}}.'],
  ['lookup url', 'Write uri: with delegate_to: localhost, and register.'],
  ['lookup first_found', 'Choose the name by an expression: {{ternary x "a" "b"}}.'],
  ['lookup fileglob', 'Name the files.'],
  ['lookup ini', 'Put the values into a file of variables (vars_files).'],
  ['lookup dict', 'Write loop: with an expression over the keys: x.map(k, {"key": k, "value": x[k]}).'],
  ['lookup sequence', 'Write the numbers: {{range 1 5}}.'],
  ['call now', 'Write facts.time, the clock of the host, in seconds since 1970.'],
  ['call namespace', 'Compute the value in an expression: nothing can be set in a template.'],
  ['call undef', 'Declare the variable in the arguments of the role, as one that is required.'],
]);

/** Throws. `kind` is filter, test, lookup or call. */
export function lacking(kind: string, name: string): never {
  throw new NoCounterpart(
    LACKING.get(`${kind} ${name}`) ?? (kind === 'call' ? undefined : `There is no counterpart of the ${kind} ${name}.`),
  );
}

/** `lookup('env', …)`, `query(…)`, `q(…)`: told apart by their first argument. */
export function lackingCall(name: string, given: Given): never {
  const [first] = given.plain;
  if (['lookup', 'query', 'q'].includes(name) && first?.kind === 'text')
    lacking('lookup', first.value.split('.').at(-1) ?? '');
  if (findHelper(name) !== undefined)
    throw new NoCounterpart(
      `${name} is a helper of templates. Give a variable its value, x: "{{${name} …}}", and write x here.`,
    );
  return lacking('call', name);
}

/** `a.b.c` as names; undefined where a step is computed. */
export function namesOf(node: Jinja): readonly string[] | undefined {
  if (node.kind === 'name') return [node.name];
  if (node.kind !== 'member' || node.key.kind !== 'text') return undefined;
  const before = namesOf(node.of);
  return before === undefined ? undefined : [...before, node.key.value];
}

export function isIdentifier(text: string): boolean {
  return /^[A-Za-z_]\w*$/.test(text) && !['true', 'false', 'null', 'in'].includes(text);
}

/** `vars['x']` is x. */
export function nameInVars(of: Jinja, key: Jinja): string | undefined {
  return of.kind === 'name' && of.name === 'vars' && key.kind === 'text' && isIdentifier(key.value)
    ? key.value
    : undefined;
}

/** Tests of results, and what they are of a registered result. */
export const RESULT_TESTS: ReadonlyMap<string, { readonly member: string; readonly isNegated: boolean }> = new Map([
  ['changed', { member: 'changed', isNegated: false }],
  ['change', { member: 'changed', isNegated: false }],
  ['failed', { member: 'failed', isNegated: false }],
  ['failure', { member: 'failed', isNegated: false }],
  ['succeeded', { member: 'failed', isNegated: true }],
  ['success', { member: 'failed', isNegated: true }],
  ['successful', { member: 'failed', isNegated: true }],
  ['skipped', { member: 'skipped', isNegated: false }],
  ['skip', { member: 'skipped', isNegated: false }],
]);

/** Tests that compare with their argument. */
export const COMPARING_TESTS: ReadonlyMap<string, '==' | '!=' | '<' | '<=' | '>' | '>='> = new Map([
  ['eq', '=='],
  ['equalto', '=='],
  ['==', '=='],
  ['sameas', '=='],
  ['ne', '!='],
  ['!=', '!='],
  ['lt', '<'],
  ['lessthan', '<'],
  ['le', '<='],
  ['gt', '>'],
  ['greaterthan', '>'],
  ['ge', '>='],
]);

/** Python writes groups as \1 and \g<1>. */
export function groupsAsHere(replacement: string): string {
  return replacement
    .replaceAll('$', '$$$$')
    .replaceAll(
      /\\g<(\w+)>|\\(\d)/g,
      (_whole, named: string | undefined, digit: string | undefined) => `$${named ?? digit ?? ''}`,
    );
}

/** A pattern that Python's match() asks for: at the beginning. */
export function anchored(pattern: string): string {
  if (pattern.startsWith('^')) return pattern;
  return pattern.includes('|') ? `^(?:${pattern})` : `^${pattern}`;
}

const VERSION_OPERATORS: ReadonlyMap<string, string> = new Map([
  ['==', ''],
  ['=', ''],
  ['eq', ''],
  ['<', '<'],
  ['lt', '<'],
  ['<=', '<='],
  ['le', '<='],
  ['>', '>'],
  ['gt', '>'],
  ['>=', '>='],
  ['ge', '>='],
]);

/** The range that `version('1.2', '>=')` means; undefined for `!=` and for what is not fixed. */
export function versionRange(given: Given): { readonly range: string; readonly isNegated: boolean } | undefined {
  const [version, operator] = [given.plain[0], given.plain[1] ?? given.named.get('operator')];
  if (version?.kind !== 'text' && version?.kind !== 'number') return undefined;
  if (operator !== undefined && operator.kind !== 'text') return undefined;
  const text = version.kind === 'text' ? version.value : version.text;
  const sign = operator?.value ?? '==';
  if (sign === '!=' || sign === 'ne' || sign === '<>') return { range: text, isNegated: true };
  const range = VERSION_OPERATORS.get(sign);
  return range === undefined ? undefined : { range: `${range}${text}`, isNegated: false };
}

/** Ansible's "Debian" is debian here, alone or in a list. */
export function asFactsSay(left: Jinja, right: Jinja): Jinja {
  const names = namesOf(left);
  const path = names === undefined ? undefined : ansibleVariable(names)?.variable.path;
  if (path?.startsWith('facts.os.') !== true) return right;
  const { otherNames = {} } = FACTS.get(path.slice('facts.'.length)) ?? {};
  const lowered = (node: Jinja): Jinja => {
    if (node.kind === 'list') return { kind: 'list', items: node.items.map(lowered) };
    const value = node.kind === 'text' ? node.value.toLowerCase() : '';
    return node.kind === 'text' ? { kind: 'text', value: otherNames[value] ?? value } : node;
  };
  return lowered(right);
}
