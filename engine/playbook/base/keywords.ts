/** How tasks run: see Settings. */
const SETTINGS = [
  'become',
  'become_user',
  'become_method',
  'remote_user',
  'environment',
  'no_log',
  'timeout',
  'ignore_unreachable',
] as const;

/** What a play, block, import and task all may say. */
const COMMON = ['name', 'when', 'tags', 'vars', ...SETTINGS] as const;

/** What is handed down from a block or an import to the tasks in it. */
const HANDED_DOWN = ['ignore_errors', 'any_errors_fatal', 'delegate_to', 'run_once', 'notify', 'throttle'] as const;

export const TASK_KEYWORDS: ReadonlySet<string> = new Set([
  ...COMMON,
  ...HANDED_DOWN,
  'args',
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
/** Of an include itself. What shall hold for the steps in it stands under its `apply`. */
export const INCLUDE_KEYWORDS: ReadonlySet<string> = new Set([
  'name',
  'when',
  'tags',
  'vars',
  'loop',
  'loop_control',
  'run_once',
]);
/** What `apply:` of an include may say of the steps in it. */
export const APPLY_KEYWORDS: ReadonlySet<string> = new Set(['when', 'tags', 'vars', ...SETTINGS, ...HANDED_DOWN]);
export const META_KEYWORDS: ReadonlySet<string> = new Set(['name', 'when', 'tags', 'vars']);

export const PLAY_KEYWORDS: ReadonlySet<string> = new Set([
  'name',
  'hosts',
  'serial',
  'strategy',
  'order',
  'max_fail_percentage',
  'any_errors_fatal',
  'gather_facts',
  'vars',
  'vars_files',
  'roles',
  'pre_tasks',
  'tasks',
  'post_tasks',
  'handlers',
  'tags',
  ...SETTINGS,
]);

export const IMPORT_PLAYBOOK_KEYWORDS: ReadonlySet<string> = new Set([
  'import_playbook',
  'name',
  'when',
  'tags',
  'vars',
]);

/** What a use of a role may say; all else there is a parameter of the role. */
export const ROLE_KEYWORDS: ReadonlySet<string> = new Set([
  'role',
  'name',
  'when',
  'tags',
  'vars',
  ...SETTINGS,
  'any_errors_fatal',
  'delegate_to',
  'ignore_errors',
  'run_once',
  'throttle',
]);

/**
 * Words that stand at other places, or in Ansible at a role. Beside a role they would be taken for parameters that
 * nobody reads.
 */
export const NO_ROLE_PARAMETERS: ReadonlySet<string> = new Set(
  [
    ...TASK_KEYWORDS,
    ...BLOCK_KEYWORDS,
    ...PLAY_KEYWORDS,
    'become_exe',
    'become_flags',
    'check_mode',
    'collections',
    'connection',
    'debugger',
    'delegate_facts',
    'diff',
    'module_defaults',
  ].filter((word) => !ROLE_KEYWORDS.has(word)),
);

export const LOOP_CONTROL_KEYWORDS: ReadonlySet<string> = new Set(['loop_var', 'index_var', 'label', 'pause']);

/** Known only so that the message can say what to do instead. */
export const REFUSED_IN_PLAYS: ReadonlySet<string> = new Set(['ignore_unreachable']);
export const REFUSED_IN_STEPS: ReadonlySet<string> = new Set(['ignore_unreachable', 'remote_user']);

/** Entries of a task that say what it does and are no modules. */
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

/** Variables that runbook gives, so that nothing else may set them. */
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
  'role_path',
  'role_name',
]);

/** `ansible.builtin.copy` and `copy` are the same. */
export function shortName(key: string): string {
  return key.replace(/^ansible\.(builtin|legacy)\./, '');
}
