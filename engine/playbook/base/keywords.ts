import { nameHere } from '../../values/habits/other-names.ts';

/** Keywords that say how tasks run: see Settings. */
const SETTINGS = [
  'become',
  'become_user',
  'become_method',
  'remote_user',
  'environment',
  'no_log',
  'diff',
  'timeout',
  'check_mode',
  'ignore_unreachable',
] as const;

/** Keywords that are true or false. */
export const BOOLEAN_KEYWORDS: ReadonlySet<string> = new Set([
  'any_errors_fatal',
  'become',
  'delegate_facts',
  'check_mode',
  'diff',
  'gather_facts',
  'ignore_errors',
  'no_log',
  'run_once',
]);

/** Keywords of plays, blocks, imports and tasks. */
const COMMON = ['name', 'when', 'tags', 'vars', 'module_defaults', ...SETTINGS] as const;

/** Keywords that a block or an import passes to its tasks. */
const HANDED_DOWN = [
  'ignore_errors',
  'any_errors_fatal',
  'connection',
  'delegate_facts',
  'delegate_to',
  'run_once',
  'notify',
  'throttle',
] as const;

/** Loops as older playbooks of Ansible write them. with-items.ts makes the items of each of them. */
export const WITH_KEYWORDS: ReadonlySet<string> = new Set([
  'with_items',
  'with_list',
  'with_flattened',
  'with_indexed_items',
  'with_dict',
  'with_together',
  'with_nested',
  'with_cartesian',
  'with_subelements',
  'with_sequence',
  'with_fileglob',
  'with_file',
  'with_first_found',
]);

export const TASK_KEYWORDS: ReadonlySet<string> = new Set([
  ...WITH_KEYWORDS,
  ...COMMON,
  ...HANDED_DOWN,
  'args',
  'async',
  'poll',
  'register',
  'loop',
  'loop_control',
  'until',
  'retries',
  'delay',
  'changed_when',
  'failed_when',
]);

export const BLOCK_KEYWORDS: ReadonlySet<string> = new Set([...COMMON, ...HANDED_DOWN, 'block', 'rescue', 'always']);
export const IMPORT_KEYWORDS: ReadonlySet<string> = new Set([...COMMON, ...HANDED_DOWN]);
/** Keywords of an include itself. Keywords for the included steps are below its `apply`. */
export const INCLUDE_KEYWORDS: ReadonlySet<string> = new Set([
  ...WITH_KEYWORDS,
  'name',
  'when',
  'tags',
  'vars',
  'loop',
  'loop_control',
  'run_once',
]);
/** Keywords for the included steps in `apply:` of an include. */
export const APPLY_KEYWORDS: ReadonlySet<string> = new Set([
  'when',
  'tags',
  'vars',
  'module_defaults',
  ...SETTINGS,
  ...HANDED_DOWN,
]);
export const META_KEYWORDS: ReadonlySet<string> = new Set(['name', 'when', 'tags', 'vars']);

export const PLAY_KEYWORDS: ReadonlySet<string> = new Set([
  'name',
  'hosts',
  'serial',
  'per_slice',
  'strategy',
  'one_by_one',
  'order',
  'max_fail_percentage',
  'any_errors_fatal',
  'connection',
  'gather_facts',
  'vars',
  'vars_files',
  'vars_prompt',
  'roles',
  'pre_tasks',
  'tasks',
  'post_tasks',
  'handlers',
  'tags',
  'module_defaults',
  ...SETTINGS,
]);

export const IMPORT_PLAYBOOK_KEYWORDS: ReadonlySet<string> = new Set([
  'import_playbook',
  'name',
  'when',
  'tags',
  'vars',
]);

/** Keywords in the use of a role; other keys are parameters of the role. */
export const ROLE_KEYWORDS: ReadonlySet<string> = new Set([
  'role',
  'name',
  'when',
  'tags',
  'vars',
  'module_defaults',
  ...SETTINGS,
  'any_errors_fatal',
  'connection',
  'delegate_facts',
  'delegate_to',
  'ignore_errors',
  'run_once',
  'throttle',
]);

/**
 * Keywords of other places, and of roles in Ansible. Without a message, they would become parameters that nobody reads.
 */
export const NO_ROLE_PARAMETERS: ReadonlySet<string> = new Set(
  [
    ...TASK_KEYWORDS,
    ...BLOCK_KEYWORDS,
    ...PLAY_KEYWORDS,
    'become_exe',
    'become_flags',
    'collections',
    'debugger',
  ].filter((word) => !ROLE_KEYWORDS.has(word)),
);

export const LOOP_CONTROL_KEYWORDS: ReadonlySet<string> = new Set(['loop_var', 'index_var', 'label', 'pause']);

/** Keywords that are known only for a message that says what to do instead. */
export const REFUSED_IN_PLAYS: ReadonlySet<string> = new Set(['ignore_unreachable']);
export const REFUSED_IN_STEPS: ReadonlySet<string> = new Set(['ignore_unreachable', 'remote_user']);

/** Keys of a task that say what it does, and are not modules. */
export const STRUCTURAL_ACTIONS: ReadonlySet<string> = new Set([
  'block',
  'import_tasks',
  'include_tasks',
  'import_role',
  'include_role',
  'import_playbook',
  'meta',
  'check',
]);

export const META_ACTIONS = ['flush_handlers', 'end_host', 'end_play', 'noop'] as const;

/** Variables that runbook sets; nothing else may set them. */
export const MAGIC_VARIABLES: ReadonlySet<string> = new Set([
  'inventory_hostname',
  'inventory_dir',
  'playbook_dir',
  'hostvars',
  'groups',
  'group_names',
  'play_hosts',
  'play_name',
  'facts',
  'omit',
  'planning',
  'role_path',
  'role_name',
]);

/**
 * Returns the key with the names that are used here: `copy` for `ansible.builtin.copy`, `package` for `apt`. Other keys
 * stay.
 */
export function shortName(key: string): string {
  // with_community.general.flattened
  if (key.startsWith('with_')) return key.replace(/^with_[a-z]+\.[a-z]+\./, 'with_');
  return nameHere(key);
}
