import { sharedFunctions } from '../functions/function-table.ts';
import { type Parameter, type SharedFunction, celName } from '../functions/shared-function.ts';
import { type CelWriting, type Piece, LEVEL, member } from './jinja-cel-piece.ts';
import type { Given, Jinja } from './jinja-expression.ts';
import { NoCounterpart } from './jinja-translation.ts';

/** Functions that are not filters of Ansible, or that are filters with another meaning. */
const NO_FILTERS: ReadonlySet<string> = new Set([
  'slice',
  'sort_by',
  'index_of',
  'version',
  'lstrip',
  'rstrip',
  'splitlines',
  'truthy',
  'to_bool',
  'to_int',
]);

/** The order of Ansible's arguments, if it differs from the parameters here. */
const ORDER: ReadonlyMap<string, readonly string[]> = new Map([
  ['random', ['start', 'step', 'seed']],
  ['strftime', ['seconds', 'utc']],
]);

const filters: ReadonlyMap<string, SharedFunction> = new Map(
  sharedFunctions
    .filter(({ name }) => !NO_FILTERS.has(name) && !name.startsWith('is_'))
    .map((shared) => [shared.name, shared]),
);

/** Returns whether a function here has the meaning of the filter of this name. */
export function isShared(name: string): boolean {
  return filters.has(name);
}

/**
 * Writes a filter as a call of the function of the same name, such as `x | flatten(levels=1)`. Undefined if there is no
 * such function. Throws NoCounterpart for arguments that the function does not accept.
 */
export function sharedFilter(writer: CelWriting, of: Jinja, name: string, given: Given): Piece | undefined {
  const shared = filters.get(name);
  if (shared === undefined) return undefined;
  const [first, ...more] = given.plain;
  if (name === 'combine' && first !== undefined && more.length > 0) {
    const both: Jinja = { kind: 'filter', of, name, given: { plain: [first], named: given.named } };
    return sharedFilter(writer, both, name, { plain: more, named: given.named });
  }
  const operands = (name.startsWith('regex_') ? inOwnSyntax : inOrder)(shared.parameters, name, given);
  const written = operands.map((operand) => writer.piece(operand).text);
  return member(
    shared.form === 'method'
      ? `${writer.at(of, LEVEL.member)}.${celName(name)}(${written.join(', ')})`
      : `${celName(name)}(${[writer.piece(of).text, ...written].join(', ')})`,
  );
}

/** Returns the arguments after the first one, in the order of the parameters. */
function inOrder([, ...parameters]: readonly Parameter[], name: string, { plain, named }: Given): readonly Jinja[] {
  const order = ORDER.get(name) ?? parameters.map((parameter) => parameter.name);
  const isEndless = parameters.at(-1)?.presence === 'rest';
  if (plain.length > order.length && !isEndless) throw new NoCounterpart(`${name} takes fewer arguments here.`);
  if (isEndless && named.size === 0) return plain;
  const byName = byTheirNames(name, order, { plain, named });
  const ordered = parameters.map((parameter) => byName.get(parameter.name));
  const unknown = [...byName.keys()].find((one) => !parameters.some((parameter) => parameter.name === one));
  if (unknown !== undefined) throw new NoCounterpart(`${name} takes no argument "${unknown}" here.`);
  return withoutGaps(ordered, name);
}

/** Returns the arguments by their names here. */
function byTheirNames(name: string, order: readonly string[], { plain, named }: Given): ReadonlyMap<string, Jinja> {
  const byName = new Map(named);
  for (const [index, operand] of plain.entries()) byName.set(order[index] ?? '', operand);
  if (name === 'strftime') takeUtc(byName);
  const isSeedless = (name === 'random' || name === 'shuffle') && !byName.has('seed');
  if (isSeedless) throw new NoCounterpart('A plan must be repeatable: give a seed, such as inventory_hostname.');
  return byName;
}

/** Times here are in UTC. Throws NoCounterpart unless the filter asks for UTC and gives the seconds. */
function takeUtc(byName: Map<string, Jinja>): void {
  const seconds = byName.get('second');
  if (seconds !== undefined) byName.set('seconds', seconds);
  byName.delete('second');
  const utc = byName.get('utc');
  if (utc?.kind !== 'constant' || utc.value !== 'true' || !byName.has('seconds'))
    throw new NoCounterpart('strftime needs the seconds here, and is in UTC: strftime("%Y", facts.time).');
  byName.delete('utc');
}

function withoutGaps(ordered: readonly (Jinja | undefined)[], name: string): readonly Jinja[] {
  const given = ordered.slice(0, ordered.findLastIndex((operand) => operand !== undefined) + 1);
  return given.map((operand) => {
    if (operand !== undefined) return operand;
    if (name === 'combine' || name === 'human_readable') return { kind: 'constant', value: 'false' };
    throw new NoCounterpart(`Write ${name} as a helper of templates, which takes arguments by name.`);
  });
}

/** Returns a pattern and groups in the syntax here. Flags of Python become part of the pattern. */
function inOwnSyntax(parameters: readonly Parameter[], name: string, given: Given): readonly Jinja[] {
  if (name === 'regex_escape') return inOrder(parameters, name, given);
  const [pattern, ...groups] = given.plain;
  if (pattern?.kind !== 'text') throw new NoCounterpart(`The pattern of ${name} must be fixed text here.`);
  let value = pattern.value.replaceAll('(?P<', '(?<');
  for (const [option, flag] of [
    ['ignorecase', 'i'],
    ['multiline', 'm'],
  ] as const) {
    const asked = given.named.get(option);
    if (asked?.kind === 'constant' && asked.value === 'true') value = `(?${flag}:${value})`;
    else if (asked !== undefined && asked.kind !== 'constant') throw new NoCounterpart();
  }
  return [{ kind: 'text', value }, ...groups.map(groupAsHere)];
}

function groupAsHere(group: Jinja): Jinja {
  if (group.kind !== 'text') throw new NoCounterpart('A group must be fixed text here: "$1".');
  return { kind: 'text', value: group.value.replace(/^\\+g(?=<)/, '$').replace(/^\\+(?=\d)/, '$') };
}
