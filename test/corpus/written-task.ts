import { argumentNames } from '../../engine/modules/base/argument-problem.ts';
import { modules } from '../../engine/modules/base/catalogue.ts';
import { readKeyValues } from '../../engine/playbook/base/key-values.ts';
import { BLOCK_KEYWORDS, STRUCTURAL_ACTIONS, TASK_KEYWORDS } from '../../engine/playbook/base/keywords.ts';
import { ROLE_CALL } from '../../engine/playbook/imports.ts';
import type { MapEntry, MapNode, Node } from '../../engine/values/base/node.ts';

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
  ['import_role', ROLE_CALL],
  ['include_role', [...ROLE_CALL, 'apply']],
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
  const [module, names] = called(action, map);
  const short = module.split('.').at(-1) ?? module;
  const known = await argumentsOf(short);
  return {
    module,
    hasModule: known !== undefined,
    hasArguments: known !== undefined && (known === 'any' || names.every((name) => known.has(name))),
    hasKeywords,
  };
}

function isKeyword(key: string): boolean {
  if (key === 'block') return false;
  return TASK_KEYWORDS.has(key) || BLOCK_KEYWORDS.has(key) || FURTHER_KEYWORDS.has(key) || key.startsWith('with_');
}

/** Returns the module with the names of its arguments. */
function called(action: MapEntry, map: MapNode): readonly [module: string, names: readonly string[]] {
  const beside = map.entries.find(({ key }) => key === 'args')?.value;
  const names = [...namesOf(beside), ...namesOf(action.value)];
  if (action.key !== 'action' && action.key !== 'local_action') return [action.key, names];
  if (action.value.kind === 'map') {
    const module = action.value.entries.find(({ key }) => key === 'module')?.value;
    return [textOf(module) ?? '', names.filter((name) => name !== 'module')];
  }
  return [textOf(action.value)?.trim().split(/\s/)[0] ?? '', names];
}

function namesOf(node: Node | undefined): readonly string[] {
  if (node?.kind === 'map') return node.entries.map(({ key }) => key);
  const text = textOf(node);
  if (text === undefined) return [];
  const { pairs, others } = readKeyValues(text);
  // If other words follow the pairs, the text is a command.
  return others.length > 0 ? [] : pairs.map(([name]) => name);
}

function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

async function argumentsOf(name: string): Promise<ReadonlySet<string> | 'any' | undefined> {
  if (modules.has(name)) {
    const module = await modules.module(name);
    const own = argumentNames(module);
    return own.length === 0 ? 'any' : new Set([...own, ...Object.keys(module.aliases ?? {})]);
  }
  const names = STRUCTURAL_ARGUMENTS.get(name);
  if (names === undefined && !STRUCTURAL_ACTIONS.has(name)) return undefined;
  return names === undefined ? 'any' : new Set(names);
}
