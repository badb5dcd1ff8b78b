import { z } from 'zod';
import type { AnyModule } from '../../modules/base/module.ts';
import {
  BLOCK_KEYWORDS,
  IMPORT_PLAYBOOK_KEYWORDS,
  PLAY_KEYWORDS,
  REFUSED_IN_PLAYS,
  REFUSED_IN_STEPS,
  STRUCTURAL_ACTIONS,
  TASK_KEYWORDS,
} from '../../playbook/base/keywords.ts';
import { openOutput } from '../text/output.ts';
import { type Schema, TEMPLATE, keywordProperties } from './keyword-schemas.ts';
import { inventoryDefinitions, metaSchema, roleUse } from './other-schemas.ts';

/** What an editor is to check: a playbook, a file of tasks or handlers, an inventory, or `meta/main.yml` of a role. */
export const SCHEMAS = ['playbook', 'tasks', 'inventory', 'meta'] as const;
export type SchemaName = (typeof SCHEMAS)[number];

/** Prints a JSON Schema (draft 7), for editors: `# yaml-language-server: $schema=…`. */
export function printSchema(name: SchemaName, modules: readonly AnyModule[], stdout: NodeJS.WritableStream): void {
  const head = { $schema: 'http://json-schema.org/draft-07/schema#', $id: `urn:runbook:schema:${name}` };
  openOutput(stdout).write(`${JSON.stringify({ ...head, ...schemaOf(name, modules) }, undefined, 2)}\n`);
}

function schemaOf(name: SchemaName, modules: readonly AnyModule[]): Schema {
  switch (name) {
    case 'playbook':
      return {
        title: 'A playbook of runbook',
        type: 'array',
        items: { anyOf: [{ $ref: '#/definitions/play' }, { $ref: '#/definitions/import' }] },
        definitions: { ...playDefinitions(), ...taskDefinitions(modules) },
      };
    case 'tasks':
      return {
        title: 'Tasks or handlers of a role of runbook',
        $ref: '#/definitions/tasks',
        definitions: taskDefinitions(modules),
      };
    case 'inventory':
      return {
        title: 'An inventory of runbook',
        anyOf: [{ $ref: '#/definitions/groups' }, { type: 'null' }],
        definitions: inventoryDefinitions(),
      };
    case 'meta':
      return { title: 'meta/main.yml of a role of runbook', ...metaSchema() };
    default: {
      const never: never = name;
      throw new Error(`unknown schema ${String(never)}`);
    }
  }
}

function playDefinitions(): Schema {
  return {
    play: {
      type: 'object',
      required: ['hosts'],
      additionalProperties: false,
      properties: keywordProperties(PLAY_KEYWORDS.difference(REFUSED_IN_PLAYS)),
    },
    import: {
      type: 'object',
      required: ['import_playbook'],
      additionalProperties: false,
      properties: keywordProperties(IMPORT_PLAYBOOK_KEYWORDS),
    },
    role: roleUse(),
  };
}

function taskDefinitions(modules: readonly AnyModule[]): Schema {
  const actions = STRUCTURAL_ACTIONS.difference(new Set(['import_playbook']));
  return {
    ...Object.fromEntries(modules.map((module) => [`module_${module.name}`, moduleSchema(module)])),
    tasks: { type: 'array', items: { $ref: '#/definitions/task' } },
    task: {
      type: 'object',
      additionalProperties: false,
      properties: {
        ...Object.fromEntries(modules.map((module) => [module.name, reference(module)])),
        // `check` and `apply` are keys of the task itself, where every other module has its arguments below its name.
        ...keywordProperties(new Set([...actions, 'apply', 'listen'])),
        ...keywordProperties(BLOCK_KEYWORDS.union(TASK_KEYWORDS).difference(REFUSED_IN_STEPS)),
      },
      patternProperties: Object.fromEntries(
        modules.map((module) => [`^ansible\\.(builtin|legacy)\\.${module.name}$`, reference(module)]),
      ),
    },
  };
}

function reference(module: AnyModule): Schema {
  return { $ref: `#/definitions/module_${module.name}` };
}

const properties = z.looseObject({ properties: z.record(z.string(), z.record(z.string(), z.unknown())).optional() });

/** A schema in which each value may be a template, however deep it stands. */
function templated(schema: Schema): Schema {
  return Object.fromEntries(
    Object.entries(schema).map(([name, value]) => {
      if (name === 'items' || name === 'additionalProperties') return [name, orTemplate(value)];
      if (name === 'anyOf' && Array.isArray(value))
        return [name, value.map((one) => (isSchema(one) ? templated(one) : one))];
      if (name === 'properties' && isSchema(value))
        return [name, Object.fromEntries(Object.entries(value).map(([key, one]) => [key, orTemplate(one)]))];
      return [name, value];
    }),
  );
}

function orTemplate(value: unknown): unknown {
  return isSchema(value) ? { anyOf: [templated(value), TEMPLATE] } : value;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Each argument may be a template, whatever its type. */
function moduleSchema(module: AnyModule): Schema {
  const { $schema: _, ...given } = properties.parse(
    z.toJSONSchema(module.arguments, { io: 'input', unrepresentable: 'any', target: 'draft-7' }),
  );
  const entries = Object.entries(given.properties ?? {}).map(([name, { description, ...schema }]) => [
    name,
    { ...(description === undefined ? {} : { description }), anyOf: [templated(schema), TEMPLATE] },
  ]);
  const others = Object.entries(module.aliases ?? {}).map(([alias, name]) => [
    alias,
    { description: `The same as ${name}.` },
  ]);
  const asMap = {
    ...given,
    ...(given.properties === undefined ? {} : { properties: Object.fromEntries([...entries, ...others]) }),
  };
  const forms = [asMap, ...(module.freeForm === undefined ? [] : [{ type: 'string' }]), { type: 'null' }];
  // `args:` of the task may bring what is missing here.
  return {
    description: module.summary,
    anyOf: forms.map((form) => ('required' in form ? { ...form, required: [] } : form)),
  };
}
