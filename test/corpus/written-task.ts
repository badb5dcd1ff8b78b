import { argumentNames, foreignArguments } from '../../engine/modules/base/argument-problem.ts';
import { modules } from '../../engine/modules/base/catalogue.ts';
import { readKeyValues } from '../../engine/playbook/base/key-values.ts';
import { BLOCK_KEYWORDS, STRUCTURAL_ACTIONS, TASK_KEYWORDS } from '../../engine/playbook/base/keywords.ts';
import { ROLE_CALL } from '../../engine/playbook/imports.ts';
import type { MapEntry, MapNode, Node } from '../../engine/values/base/node.ts';
import { hasNoEffect } from '../../engine/values/habits/foreign-argument.ts';

/** Keywords of tasks and blocks that Ansible has and this program does not have. */
const FURTHER_KEYWORDS: ReadonlySet<string> = new Set([
  'any_errors_fatal',
  'async',
  'become_exe',
  'become_flags',
  'check_mode',
  'collections',
  'connection',
  'debugger',
  'delegate_facts',
  'diff',
  'first_available_file',
  'ignore_unreachable',
  'listen',
  'module_defaults',
  'poll',
  'port',
  'sudo',
  'sudo_user',
]);

/** Arguments of actions that are not modules. */
const STRUCTURAL_ARGUMENTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['import_tasks', ['file']],
  ['include_tasks', ['file', 'apply']],
  ['include', ['file', 'apply']],
  ['import_role', [...ROLE_CALL, 'role']],
  ['include_role', [...ROLE_CALL, 'role', 'apply']],
  ['import_playbook', []],
]);

/** Facts about the names in a task. */
export interface Written {
  readonly module: string;
  readonly hasModule: boolean;
  readonly hasArguments: boolean;
  readonly hasKeywords: boolean;
}

/** Examines the names in a task as Ansible reads it: a module of any collection counts by its last word. */
export async function writtenTask(map: MapNode): Promise<Written> {
  const action = map.entries.find(({ key }) => !isKeyword(key));
  const hasKeywords = map.entries.every(
    ({ key }) =>
      key === action?.key ||
      TASK_KEYWORDS.has(key) ||
      ['action', 'local_action', 'listen', 'apply', 'rescue', 'always'].includes(key),
  );
  if (action === undefined) return { module: '', hasModule: false, hasArguments: false, hasKeywords };
  const [module, given] = called(action, map);
  const short = module.split('.').at(-1) ?? module;
  const known = await argumentsOf(short);
  return {
    module,
    hasModule: known !== undefined,
    hasArguments: known !== undefined && given.every((one) => known(one)),
    hasKeywords,
  };
}

function isKeyword(key: string): boolean {
  if (key === 'block') return false;
  return TASK_KEYWORDS.has(key) || BLOCK_KEYWORDS.has(key) || FURTHER_KEYWORDS.has(key) || key.startsWith('with_');
}

/** An argument as it is written. `value`: undefined for a template, and for what is no scalar. */
interface Given {
  readonly name: string;
  readonly value: unknown;
}

/** Returns the module with its arguments. */
function called(action: MapEntry, map: MapNode): readonly [module: string, given: readonly Given[]] {
  const beside = map.entries.find(({ key }) => key === 'args')?.value;
  const given = [...givenIn(beside), ...givenIn(action.value)];
  if (action.key !== 'action' && action.key !== 'local_action') return [action.key, given];
  if (action.value.kind === 'map') {
    const module = action.value.entries.find(({ key }) => key === 'module')?.value;
    return [textOf(module) ?? '', given.filter(({ name }) => name !== 'module')];
  }
  return [textOf(action.value)?.trim().split(/\s/)[0] ?? '', given];
}

function givenIn(node: Node | undefined): readonly Given[] {
  if (node?.kind === 'map')
    return node.entries.map(({ key, value }) => ({
      name: key,
      value: value.kind === 'scalar' ? fixed(value.value) : undefined,
    }));
  const text = textOf(node);
  if (text === undefined) return [];
  const { pairs, others } = readKeyValues(text);
  // If other words follow the pairs, the text is a command.
  return others.length > 0 ? [] : pairs.map(([name, value]) => ({ name, value: fixed(value) }));
}

function fixed(value: unknown): unknown {
  return typeof value === 'string' && value.includes('{{') ? undefined : value;
}

function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/** Returns what tells whether the module takes an argument: one that it has, or one without effect here. */
async function argumentsOf(name: string): Promise<((given: Given) => boolean) | undefined> {
  if (modules.has(name)) {
    const module = await modules.module(name);
    const own = argumentNames(module);
    const known = new Set([...own, ...Object.keys(module.aliases ?? {})]);
    const foreign = new Map(Object.entries(foreignArguments(module)));
    return ({ name: argument, value }) => {
      const other = foreign.get(argument);
      return own.length === 0 || known.has(argument) || (other !== undefined && hasNoEffect(other, value));
    };
  }
  const names = STRUCTURAL_ARGUMENTS.get(name);
  if (names === undefined && !STRUCTURAL_ACTIONS.has(name)) return undefined;
  return ({ name: argument }) => names === undefined || names.includes(argument);
}
