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
          apply: ANYTHING,
          listen: ANYTHING,
          ...Object.fromEntries(modules.map((module) => [module.name, reference(module)])),
        },
        patternProperties: Object.fromEntries(
          modules.map((module) => [`^ansible\\.(builtin|legacy)\\.${module.name}$`, reference(module)]),
        ),
      },
    },
  };
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

/** Each argument may be a template, whatever its type. */
function moduleSchema(module: AnyModule): Schema {
  const { $schema: _, ...given } = properties.parse(
    z.toJSONSchema(module.arguments, { io: 'input', unrepresentable: 'any', target: 'draft-7' }),
  );
  const entries = Object.entries(given.properties ?? {}).map(([name, { description, ...schema }]) => [
    name,
    { ...(description === undefined ? {} : { description }), anyOf: [schema, TEMPLATE] },
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
