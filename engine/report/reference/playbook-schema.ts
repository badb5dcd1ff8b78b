import { z } from 'zod';
import { foreignArguments } from '../../modules/base/argument-problem.ts';
import { ALSO_DIGITS, UNWRITTEN } from '../../modules/base/arguments.ts';
import type { AnyModule } from '../../modules/base/module.ts';
import {
  APPLY_KEYWORDS,
  BLOCK_KEYWORDS,
  IMPORT_KEYWORDS,
  IMPORT_PLAYBOOK_KEYWORDS,
  INCLUDE_KEYWORDS,
  META_KEYWORDS,
  PLAY_KEYWORDS,
  REFUSED_IN_PLAYS,
  REFUSED_IN_STEPS,
  STRUCTURAL_ACTIONS,
  TASK_KEYWORDS,
} from '../../playbook/base/keywords.ts';
import { OWN_MODULES } from '../../values/habits/ansible-modules.ts';
import { OTHER_NAMES } from '../../values/habits/other-names.ts';
import { openOutput } from '../text/output.ts';
import { ANY, type Schema, TEMPLATE, keywordProperties, needs, onOneLine } from './keyword-schemas.ts';
import { inventorySchema, metaSchema, roleUse } from './other-schemas.ts';

/**
 * The kinds of files that an editor can check: a playbook, a file of tasks or handlers, an inventory, or
 * `meta/main.yml` of a role.
 */
export const SCHEMAS = ['playbook', 'tasks', 'inventory', 'meta'] as const;
export type SchemaName = (typeof SCHEMAS)[number];

/** Prints a JSON Schema (draft 7), for editors: `# yaml-language-server: $schema=…`. */
export function printSchema(name: SchemaName, modules: readonly AnyModule[], stdout: NodeJS.WritableStream): void {
  openOutput(stdout).write(schemaText(name, modules));
}

/** Returns a JSON Schema (draft 7) as the text of a file. */
export function schemaText(name: SchemaName, modules: readonly AnyModule[]): string {
  const head = { $schema: 'http://json-schema.org/draft-07/schema#', $id: `urn:runbook:schema:${name}` };
  return `${JSON.stringify({ ...head, ...schemaOf(name, modules) }, undefined, 2)}\n`;
}

function schemaOf(name: SchemaName, modules: readonly AnyModule[]): Schema {
  switch (name) {
    case 'playbook':
      return {
        description: 'A playbook of runbook.',
        type: 'array',
        items: { $ref: '#/definitions/play' },
        definitions: { ...playDefinitions(), ...taskDefinitions(modules) },
      };
    case 'tasks':
      return {
        description: 'Tasks or handlers of runbook.',
        type: ['array', 'null'],
        items: { $ref: '#/definitions/task' },
        definitions: taskDefinitions(modules),
      };
    case 'inventory':
      return { description: 'An inventory of runbook.', ...inventorySchema() };
    case 'meta':
      return { description: 'The file meta/main.yml of a role of runbook.', ...metaSchema() };
    default: {
      const never: never = name;
      throw new Error(`unknown schema ${String(never)}`);
    }
  }
}

/**
 * A map whose keys are defined in `where`. It needs `properties`, even empty ones: without them, an editor that
 * completes a list of such maps ends the line.
 */
const CHOICE: Schema = { type: 'object', properties: {} };

/** Defines an entry of a playbook. An editor offers the keys of a play, and the one for an import. */
function playDefinitions(): Schema {
  const play = keywordProperties(PLAY_KEYWORDS.difference(REFUSED_IN_PLAYS));
  const imported = keywordProperties(IMPORT_PLAYBOOK_KEYWORDS);
  const both = { ...play, import_playbook: imported['import_playbook'] };
  return {
    play: {
      ...CHOICE,
      ...where('import_playbook', map(imported), where('hosts', map(play), { ...map(both), ...needs('hosts') })),
    },
    role: roleUse(),
  };
}

function map(keys: Schema): Schema {
  return { additionalProperties: false, properties: keys };
}

/** Returns conditional schemas: one for a map with the key, one for any other map. */
function where(key: string, then: Schema, otherwise: Schema): Schema {
  // `then` is the word of JSON Schema. Nobody awaits a schema.
  // oxlint-disable-next-line unicorn/no-thenable
  return { if: { type: 'object', required: [key] }, then, else: otherwise };
}

function taskDefinitions(modules: readonly AnyModule[]): Schema {
  return {
    ...Object.fromEntries(modules.map((module) => [`module_${module.name}`, moduleSchema(module)])),
    task: {
      ...CHOICE,
      ...OWN_KEYWORDS.reduceRight((otherwise, [action, keywords]) => {
        const names = new Set([action, 'listen']).union(keywords).difference(REFUSED_IN_STEPS);
        return where(action, map(keywordProperties(names)), otherwise);
      }, anyTask(modules)),
    },
    applied: { type: 'object', ...map(keywordProperties(APPLY_KEYWORDS.difference(REFUSED_IN_STEPS))) },
  };
}

/** Actions with other keywords than a task with a module. */
const OWN_KEYWORDS: ReadonlyArray<readonly [string, ReadonlySet<string>]> = [
  ['block', BLOCK_KEYWORDS],
  ['import_tasks', IMPORT_KEYWORDS],
  ['import_role', IMPORT_KEYWORDS],
  ['include_tasks', INCLUDE_KEYWORDS],
  ['include_role', INCLUDE_KEYWORDS],
  ['meta', META_KEYWORDS],
];

/** Defines a task with a module, or a task that an editor cannot recognize yet. */
function anyTask(modules: readonly AnyModule[]): Schema {
  const actions = STRUCTURAL_ACTIONS.difference(new Set(['import_playbook']));
  return {
    additionalProperties: false,
    properties: {
      ...Object.fromEntries(modules.flatMap((module) => namesOf(module).map((name) => [name, reference(module)]))),
      // `check` and `apply` are keys of the task itself; all other modules have their arguments below their names.
      ...keywordProperties(new Set([...actions, 'apply', 'listen'])),
      ...keywordProperties(BLOCK_KEYWORDS.union(TASK_KEYWORDS).difference(REFUSED_IN_STEPS)),
    },
    patternProperties: Object.fromEntries(
      modules.flatMap((module) => {
        const names = namesOf(module).filter((name) => !OWN_MODULES.has(name));
        return names.length === 0 ? [] : [[longNames(names), reference(module)]];
      }),
    ),
  };
}

/** Returns the name of a module, and the names that Ansible has for it. */
function namesOf({ name }: Pick<AnyModule, 'name'>): readonly string[] {
  return [name, ...OTHER_NAMES.filter(({ here }) => here === name).map((other) => other.name)];
}

/** Returns the pattern of the names with the collections that are known here. */
function longNames(names: readonly string[]): string {
  return `^(ansible\\.(builtin|legacy|posix)|community\\.(general|crypto))\\.(${names.join('|')})$`;
}

function reference(module: AnyModule): Schema {
  return { $ref: `#/definitions/module_${module.name}` };
}

const properties = z.looseObject({ properties: z.record(z.string(), z.record(z.string(), z.unknown())).optional() });

/** Returns a schema in which each value, at any depth, may be a template. */
function templated(schema: Schema): Schema {
  const { [ALSO_DIGITS]: digits, ...said } = schema;
  return Object.fromEntries(
    Object.entries(said).map(([name, value]) => {
      if (name === 'items' || name === 'additionalProperties') return [name, orTemplate(value)];
      if (name === 'anyOf' && Array.isArray(value)) return [name, written(value).map(templated)];
      if (name === 'properties' && isSchema(value))
        return [name, Object.fromEntries(Object.entries(value).map(([key, one]) => [key, orTemplate(one)]))];
      if (name === 'type' && digits === true) return [name, ['string', 'integer']];
      // With `required` in the map itself, an editor would offer each of these keys twice.
      if (name === 'required') return ['allOf', [{ required: value }]];
      return [name, value];
    }),
  );
}

function written(forms: readonly unknown[]): readonly Schema[] {
  return forms.filter((form) => isSchema(form)).filter((form) => form[UNWRITTEN] !== true);
}

/** Puts the description beside the alternatives, where an editor looks for it, not into one of them. */
function orTemplate(value: unknown): unknown {
  if (!isSchema(value)) return value;
  const { description, ...schema } = value;
  const said = description === undefined ? {} : { description };
  if (Object.keys(schema).length === 0) return { ...said, ...ANY };
  // A text may always be a template.
  const isText = Object.keys(schema).every(
    (key) => key === 'default' || key === ALSO_DIGITS || (key === 'type' && schema[key] === 'string'),
  );
  return { ...said, anyOf: [templated(schema), ...(isText ? [] : [TEMPLATE])] };
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns arguments of Ansible's module, with those values that have no effect here. */
function idleArguments(module: AnyModule): readonly (readonly [string, Schema])[] {
  return Object.entries(foreignArguments(module)).flatMap(([name, argument]) => {
    if (typeof argument === 'string') return [];
    const values = argument.idle === 'always' ? ANY : { enum: [...argument.idle] };
    // Editors accept the argument, and do not offer it.
    return [[name, { ...values, description: argument.instead, doNotSuggest: true }] as const];
  });
}

/** Returns the schema of a module. Each argument may be a template, whatever its type is. */
function moduleSchema(module: AnyModule): Schema {
  const { $schema: _, ...given } = properties.parse(
    z.toJSONSchema(module.arguments, { io: 'input', unrepresentable: 'any', target: 'draft-7' }),
  );
  const named = Object.entries(given.properties ?? {}).map(([name, schema]) => [name, orTemplate(schema)] as const);
  const byName = new Map(named);
  const others = Object.entries(module.aliases ?? {}).map(([alias, name]) => {
    const schema = byName.get(name);
    return [alias, { ...(isSchema(schema) ? schema : ANY), description: `The same as ${name}.` }] as const;
  });
  // `args:` of the task may supply missing arguments.
  const { required: _required, ...asMap } = given;
  const keys =
    given.properties === undefined
      ? {}
      : { properties: Object.fromEntries([...named, ...others, ...idleArguments(module)]) };
  return {
    description: module.summary,
    ...(module.freeForm === undefined
      ? { ...asMap, ...keys, type: ['object', 'null'] }
      : onOneLine({ ...asMap, ...keys, type: ['object', 'string', 'null'] })),
  };
}
