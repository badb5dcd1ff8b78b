import type { MapEntry, MapNode } from '../values/base/node.ts';
import { didYouMean } from '../values/language/suggest.ts';
import { Fields } from './base/fields.ts';
import type { RoleArgument } from './base/play.ts';
import type { ProblemCollector } from './base/problem-collector.ts';
import { checkVariableName } from './variables.ts';

const OWN_TYPES: Readonly<Record<string, RoleArgument['type']>> = {
  string: 'string',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  list: 'list',
  map: 'map',
  ipv4: 'ipv4',
  ipv4_network: 'ipv4_network',
  any: 'any',
};

/** Types in Ansible's argument specifications, with the type here. */
const ANSIBLE_TYPES: Readonly<Record<string, RoleArgument['type']>> = {
  ...OWN_TYPES,
  str: 'string',
  path: 'string',
  int: 'integer',
  float: 'number',
  bool: 'boolean',
  dict: 'map',
  raw: 'any',
  json: 'any',
  jsonarg: 'any',
  bytes: 'any',
  bits: 'any',
};

const OWN_KEYWORDS: ReadonlySet<string> = new Set(['type', 'description', 'required', 'choices', 'elements']);
const ANSIBLE_KEYWORDS: ReadonlySet<string> = new Set([
  ...OWN_KEYWORDS,
  'default',
  'options',
  'aliases',
  'version_added',
  'no_log',
  'short_description',
  'removed_in_version',
]);

/** One of the two forms in which a role can describe its arguments. */
interface ArgumentForm {
  readonly types: Readonly<Record<string, RoleArgument['type']>>;
  readonly keywords: ReadonlySet<string>;
  readonly typeIfAbsent: RoleArgument['type'];
}

const OWN_FORM: ArgumentForm = { types: OWN_TYPES, keywords: OWN_KEYWORDS, typeIfAbsent: 'any' };
const ANSIBLE_FORM: ArgumentForm = { types: ANSIBLE_TYPES, keywords: ANSIBLE_KEYWORDS, typeIfAbsent: 'string' };

/** Reads `arguments:` of meta/main.yml: a map of names to {type, description, required, choices, elements}. */
export function readRoleArguments(map: MapNode, problems: ProblemCollector): readonly RoleArgument[] {
  return map.entries.flatMap((entry) => readArgument(entry, OWN_FORM, problems) ?? []);
}

/** Reads `argument_specs:` in Ansible's form; only the entry point `main` is used. */
export function readArgumentSpecs(map: MapNode, problems: ProblemCollector): readonly RoleArgument[] {
  const main = new Fields(map, problems).subMap('main');
  const options = main === undefined ? undefined : new Fields(main, problems).subMap('options');
  return (options?.entries ?? []).flatMap((entry) => readArgument(entry, ANSIBLE_FORM, problems) ?? []);
}

function readArgument(
  entry: MapEntry,
  { types, keywords, typeIfAbsent }: ArgumentForm,
  problems: ProblemCollector,
): RoleArgument | undefined {
  checkVariableName(entry.key, entry.keyPlace, problems);
  if (entry.value.kind !== 'map') {
    return problems.add({
      code: 'wrong-type',
      what: `The argument "${entry.key}" must be described by a map`,
      place: entry.value.place,
      remedy: `Write ${entry.key}: {type: string, description: "…"}.`,
    });
  }
  const fields = new Fields(entry.value, problems);
  if (fields.has('default') && !keywords.has('default')) {
    problems.add({
      code: 'unknown-keyword',
      what: 'An argument has no default here',
      place: fields.placeOf('default'),
      remedy: `Write ${entry.key} into defaults/main.yml.`,
    });
  } else fields.refuseOthers(keywords, 'An argument of a role');
  const elements = readType(fields, 'elements', types) ?? 'any';
  return {
    name: entry.key,
    type: readType(fields, 'type', types) ?? typeIfAbsent,
    elements: elements === 'list' ? 'any' : elements,
    required: fields.boolean('required') ?? false,
    choices: readChoices(fields),
    description: readDescription(fields),
    place: entry.keyPlace,
  };
}

function readType(
  fields: Fields,
  name: string,
  types: Readonly<Record<string, RoleArgument['type']>>,
): RoleArgument['type'] | undefined {
  const node = fields.text(name);
  if (node === undefined) return undefined;
  if (Object.hasOwn(types, node.value)) return types[node.value];
  const own = Object.keys(OWN_TYPES);
  const meant = Object.hasOwn(ANSIBLE_TYPES, node.value)
    ? `Write ${ANSIBLE_TYPES[node.value]}.`
    : didYouMean(node.value, own);
  return fields.problems.add({
    code: 'unknown-type',
    what: `There is no type "${node.value}"`,
    place: node.place,
    remedy: meant ?? `The types are: ${own.join(', ')}.`,
  });
}

function readChoices(fields: Fields): RoleArgument['choices'] {
  return (fields.list('choices')?.items ?? []).flatMap((node) => {
    if (
      node.kind === 'scalar' &&
      (typeof node.value === 'string' || typeof node.value === 'number' || typeof node.value === 'boolean')
    )
      return [node.value];
    fields.wrongNode(node, 'A choice must be text, a number or a boolean');
    return [];
  });
}

/** Reads a text, or a list of paragraphs. */
function readDescription(fields: Fields): string {
  return fields
    .items('description')
    .map((node) => (node.kind === 'scalar' && typeof node.value === 'string' ? node.value.trim() : ''))
    .join('\n');
}
