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

type Schema = { readonly [key: string]: unknown };

const BOOLEANS: ReadonlySet<string> = new Set(['become', 'no_log', 'run_once', 'any_errors_fatal', 'gather_facts']);
const TASK_LISTS: ReadonlySet<string> = new Set([
  'tasks',
  'pre_tasks',
  'post_tasks',
  'handlers',
  'block',
  'rescue',
  'always',
]);
const TEMPLATE: Schema = { type: 'string', pattern: '\\{\\{' };
const ANYTHING: Schema = {};

/** Prints the JSON Schema (draft 7) of playbooks, for editors: `# yaml-language-server: $schema=…`. */
export function printPlaybookSchema(modules: readonly AnyModule[], stdout: NodeJS.WritableStream): void {
  openOutput(stdout).write(`${JSON.stringify(playbookSchema(modules), undefined, 2)}\n`);
}

function playbookSchema(modules: readonly AnyModule[]): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A playbook of runbook',
    type: 'array',
    items: { anyOf: [{ $ref: '#/definitions/play' }, { $ref: '#/definitions/import' }] },
    definitions: {
      play: {
        type: 'object',
        required: ['hosts'],
        additionalProperties: false,
        properties: keywords(PLAY_KEYWORDS.difference(REFUSED_IN_PLAYS)),
      },
      import: {
        type: 'object',
        required: ['import_playbook'],
        additionalProperties: false,
        properties: keywords(IMPORT_PLAYBOOK_KEYWORDS),
      },
      ...Object.fromEntries(modules.map((module) => [`module_${module.name}`, moduleSchema(module)])),
      tasks: { type: 'array', items: { $ref: '#/definitions/task' } },
      task: {
        type: 'object',
        additionalProperties: false,
        properties: {
          ...keywords(STRUCTURAL_ACTIONS),
          ...keywords(BLOCK_KEYWORDS.union(TASK_KEYWORDS).difference(REFUSED_IN_STEPS)),
          listen: ANYTHING,
          ...Object.fromEntries(modules.map((module) => [module.name, reference(module)])),
          ...pairSchema(modules),
        },
        patternProperties: Object.fromEntries(
          modules.map((module) => [`^ansible\\.(builtin|legacy)\\.${module.name}$`, reference(module)]),
        ),
      },
    },
  };
}

/** `check` and `apply` are keys of the task itself, where every other module has its arguments below its name. */
function pairSchema(modules: readonly AnyModule[]): Schema {
  const pair = modules.find(({ name }) => name === 'check');
  const { properties: arguments_ = {} } =
    pair === undefined ? {} : properties.parse(z.toJSONSchema(pair.arguments, { io: 'input', unrepresentable: 'any' }));
  return Object.fromEntries(
    ['check', 'apply'].map((name) => [name, { description: arguments_[name]?.['description'], type: 'string' }]),
  );
}

function reference(module: AnyModule): Schema {
  return { $ref: `#/definitions/module_${module.name}` };
}

function keywords(names: ReadonlySet<string>): Schema {
  return Object.fromEntries([...names].map((name) => [name, keyword(name)]));
}

function keyword(name: string): Schema {
  if (TASK_LISTS.has(name)) return { $ref: '#/definitions/tasks' };
  return BOOLEANS.has(name) ? { anyOf: [{ type: 'boolean' }, TEMPLATE] } : ANYTHING;
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
