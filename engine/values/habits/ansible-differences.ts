import { ANSIBLE_MODULES, familyOf, type AnsibleDifference } from './ansible-modules.ts';

/** The only table of the differences. Error messages and the documentation are made from it. */
export const ANSIBLE_DIFFERENCES: readonly AnsibleDifference[] = [
  { name: 'with_items', where: 'task', instead: 'Write loop: with the list, or an expression that gives one.' },
  { name: 'with_list', where: 'task', instead: 'Write loop: with the list.' },
  {
    name: 'with_dict',
    where: 'task',
    instead: 'Write loop: with an expression over the keys: loop: \'x.map(key, {"key": key, "value": x[key]})\'.',
  },
  { name: 'with_sequence', where: 'task', instead: 'Write loop: with the numbers: loop: [1, 2, 3].' },
  {
    name: 'with_together',
    where: 'task',
    instead: "Write loop: over one list, and take the other's item by loop_control.index_var.",
  },
  { name: 'with_nested', where: 'task', instead: 'Put the inner loop into a file, and loop over include_tasks.' },
  { name: 'with_subelements', where: 'task', instead: 'Put the inner loop into a file, and loop over include_tasks.' },
  { name: 'with_filetree', where: 'task', instead: 'Bring the folder by copy: {src: DIR/, dest: …}.' },
  { name: 'with_fileglob', where: 'task', instead: 'Write loop: fileglob("*.conf").' },
  {
    name: 'with_file',
    where: 'task',
    instead: 'Write loop: with the names, and bring each by copy: {src: "{{item}}", …}.',
  },
  {
    name: 'with_first_found',
    where: 'task',
    instead: 'Write {{first_found (list "a" "b")}} for the item; include_vars takes the list itself: {file: [a, b]}.',
  },
  {
    name: 'with_random_choice',
    where: 'task',
    instead: 'A plan must be repeatable, so there is no chance: name the item.',
  },
  { name: 'action', where: 'task', instead: 'Write the module as the key: copy: {src: a, dest: /b}.' },
  { name: 'local_action', where: 'task', instead: 'Write the module as the key, and delegate_to: localhost.' },
  {
    name: 'async',
    where: 'task',
    instead: 'Write timeout: with the seconds that the task may take; the session is kept alive meanwhile.',
  },
  { name: 'poll', where: 'task', instead: 'Leave it out; timeout: says how many seconds the task may take.' },
  { name: 'become_flags', where: 'task', instead: 'Set ansible_become_flags for the host in the inventory.' },
  { name: 'become_exe', where: 'task', instead: 'Set ansible_become_exe for the host in the inventory.' },
  {
    name: 'diff',
    where: 'task',
    instead: 'Leave it out; --diff shows differences, and no_log: true hides those of a task.',
  },
  {
    name: 'connection',
    where: 'play',
    instead:
      'Write delegate_to: localhost for connection: local; how a host is reached is set by ansible_connection in the inventory.',
  },
  { name: 'port', where: 'task', instead: 'Set ansible_port for the host in the inventory.' },
  {
    name: 'delegate_facts',
    where: 'task',
    instead: "Leave it out; another host's facts are in hostvars once it is in a play.",
  },
  {
    name: 'module_defaults',
    where: 'task',
    instead: 'Write the arguments at each task, or share them by a YAML anchor: copy: {<<: *defaults, dest: /b}.',
  },
  { name: 'collections', where: 'task', instead: 'Leave it out; there are no collections, module names are short.' },
  {
    name: 'debugger',
    where: 'task',
    instead:
      'Leave it out; -vv shows commands and results, and a run that is started again goes on where the last one ended.',
  },
  { name: 'any_errors_fatal_percentage', where: 'play', instead: 'Write max_fail_percentage.' },
  { name: 'user', where: 'task', instead: 'Write remote_user.' },
  { name: 'sudo', where: 'task', instead: 'Write become: true.' },
  { name: 'sudo_user', where: 'task', instead: 'Write become_user.' },
  { name: 'only_if', where: 'task', instead: 'Write when.' },
  { name: 'unless', where: 'task', instead: 'Write when: with a negated expression.' },
  { name: 'listen', where: 'task', instead: 'Only handlers listen; a task tells them by notify.' },
  { name: 'vars_prompt', where: 'play', instead: 'Give the values with -e, or encrypt them with runbook vault.' },
  {
    name: 'force_handlers',
    where: 'play',
    instead: 'Leave it out; a handler that is owed is never lost, a later run pays it.',
  },
  { name: 'gather_subset', where: 'play', instead: 'Leave it out; facts come with the connection and cost nothing.' },
  { name: 'gather_timeout', where: 'play', instead: 'Leave it out; facts come with the connection.' },
  { name: 'fact_path', where: 'play', instead: 'Read the files by query: and register.' },
  { name: 'run_once', where: 'play', instead: 'Write run_once at the tasks or at a block around them.' },
  { name: 'throttle', where: 'play', instead: 'Write throttle at the tasks, or serial for the play.' },
  { name: 'ignore_errors', where: 'play', instead: 'Write ignore_errors at the tasks or at a block around them.' },
  { name: 'when', where: 'play', instead: 'Write when at the roles and tasks, or at a block around them.' },
  { name: 'import_tasks', where: 'play', instead: 'Put it into the list under tasks:.' },
  { name: 'include_playbook', where: 'play', instead: 'Write import_playbook.' },
  {
    name: 'extended',
    where: 'loop_control',
    instead: 'Use index_var; the length of the list is size(…) in an expression.',
  },
  { name: 'extended_allitems', where: 'loop_control', instead: 'Leave it out; the list itself has a name.' },
  { name: 'break_when', where: 'loop_control', instead: "Filter the list: loop: 'xs.filter(x, …)'." },
  { name: 'raw', where: 'module', instead: 'Write shell: nothing on the host is needed for it but sh.' },
  { name: 'expect', where: 'module', instead: 'Write shell: and feed the answers: stdin: "…".' },
  { name: 'service_facts', where: 'module', instead: 'Write query: systemctl show … and register.' },
  {
    name: 'package_facts',
    where: 'module',
    instead: "Write query: with the package manager's own list, and register.",
  },
  { name: 'set_stats', where: 'module', instead: 'Leave it out; --output json tells what a run did.' },
  {
    name: 'add_host',
    where: 'module',
    instead: 'Put the host into the inventory; what is only known at run time, an inventory script can tell.',
  },
  {
    name: 'synchronize',
    where: 'module',
    instead:
      'Write copy: {src: FOLDER/, dest: /path, mode: preserve, delete: true} to bring a folder, and fetch for a file of the host.',
  },
  { name: 'assemble', where: 'module', instead: 'Write template: with an {{#each}} over the parts.' },
  {
    name: 'validate_argument_spec',
    where: 'module',
    instead: 'Leave it out; the arguments of roles are checked before the first connection.',
  },
  ...ANSIBLE_MODULES,
  {
    name: 'reset_connection',
    where: 'meta',
    instead: 'Leave it out; a changed group membership counts from the next session on.',
  },
  { name: 'clear_facts', where: 'meta', instead: 'Leave it out; facts are read anew with each connection.' },
  {
    name: 'clear_host_errors',
    where: 'meta',
    instead:
      'Write rescue: for a failure that is no reason to stop; a host that failed takes no part until the next run.',
  },
  {
    name: 'refresh_inventory',
    where: 'meta',
    instead: 'Leave it out, and run a second playbook; the inventory is read once a run.',
  },
  { name: 'end_batch', where: 'meta', instead: 'Write end_play.' },
  { name: 'end_role', where: 'meta', instead: 'Put the rest of the role into a block with when.' },
  { name: 'public', where: 'role', instead: "Leave it out; a role's variables are its own, others get them by vars." },
  { name: 'rolespec_validate', where: 'role', instead: 'Leave it out; the arguments of roles are always checked.' },
];

/** Returns what to write in place of a name that Ansible has in this position. */
export function insteadOf(name: string, ...where: readonly AnsibleDifference['where'][]): string | undefined {
  const difference = ANSIBLE_DIFFERENCES.find((one) => one.name === name && where.includes(one.where));
  if (difference !== undefined) return difference.instead;
  const family = where.includes('module') ? familyOf(name) : undefined;
  if (family !== undefined) return family;
  return where.includes('task') && name.startsWith('with_')
    ? 'Write loop: with a list, or an expression that gives one.'
    : undefined;
}
