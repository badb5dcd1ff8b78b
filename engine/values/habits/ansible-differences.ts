import { ANSIBLE_MODULES, familyOf, type AnsibleDifference } from './ansible-modules.ts';

/** What to write in place of a task that Ansible leaves behind (`poll: 0`). */
export const NO_BACKGROUND =
  'Leave poll out: async is the time limit then. To restart the host, write reboot:. For a program that goes on after the task, write command: systemd-run --unit=NAME PROGRAM, and later query: systemctl show --property=ActiveState,Result NAME.';

/** Names of Ansible that are missing here. Error messages and the documentation use this table, and no other. */
export const ANSIBLE_DIFFERENCES: readonly AnsibleDifference[] = [
  { name: 'with_filetree', where: 'task', instead: 'Write copy: {src: DIR/, dest: …}, which sends the whole folder.' },
  {
    name: 'with_random_choice',
    where: 'task',
    instead:
      'Name the item, or write {{random list seed="…"}}: the same seed gives the same item, so a plan can be repeated.',
  },
  {
    name: 'action',
    where: 'task',
    instead: 'Begin its value with the name of the module: action: copy src=a dest=/b.',
  },
  {
    name: 'local_action',
    where: 'task',
    instead: 'Begin its value with the name of the module: local_action: command id.',
  },
  { name: 'become_flags', where: 'task', instead: 'Set ansible_become_flags for the host in the inventory.' },
  { name: 'become_exe', where: 'task', instead: 'Set ansible_become_exe for the host in the inventory.' },
  {
    name: 'connection',
    where: 'play',
    instead:
      'Write delegate_to: localhost in place of connection: local. To set the connection of a host, use ansible_connection in the inventory.',
  },
  { name: 'port', where: 'task', instead: 'Set ansible_port for the host in the inventory.' },
  {
    name: 'collections',
    where: 'task',
    instead: 'Leave it out; runbook has no collections, and the names of modules are short.',
  },
  {
    name: 'debugger',
    where: 'task',
    instead:
      'Leave it out; -vv shows commands and results, and you can start a failed run again: it changes only what is not yet as it should be.',
  },
  { name: 'any_errors_fatal_percentage', where: 'play', instead: 'Write max_fail_percentage.' },
  { name: 'user', where: 'task', instead: 'Write remote_user.' },
  { name: 'sudo', where: 'task', instead: 'Write become: true.' },
  { name: 'sudo_user', where: 'task', instead: 'Write become_user.' },
  { name: 'only_if', where: 'task', instead: 'Write when.' },
  { name: 'unless', where: 'task', instead: 'Write when: with a negated expression.' },
  { name: 'listen', where: 'task', instead: 'Only handlers have listen; a task names them in notify.' },
  {
    name: 'force_handlers',
    where: 'play',
    instead:
      'Leave it out; a notified handler that did not run is written down on the host, and the next run of the play runs it.',
  },
  { name: 'gather_subset', where: 'play', instead: 'Leave it out; facts come with the connection and cost nothing.' },
  { name: 'gather_timeout', where: 'play', instead: 'Leave it out; facts come with the connection.' },
  { name: 'fact_path', where: 'play', instead: 'Read the files with query: and register.' },
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
  {
    name: 'extended_allitems',
    where: 'loop_control',
    instead: 'Leave it out; put the list into a variable, and use that variable.',
  },
  { name: 'break_when', where: 'loop_control', instead: "Filter the list: loop: 'xs.filter(x, …)'." },
  { name: 'expect', where: 'module', instead: 'Write shell: with the answers in stdin: "…".' },
  {
    name: 'set_stats',
    where: 'module',
    instead: 'Leave it out; --output json prints the events and results of a run.',
  },
  {
    name: 'synchronize',
    where: 'module',
    instead:
      'Write copy: {src: FOLDER/, dest: /path, mode: preserve, delete: true} to send a folder to the host, remote_src: true in it for a folder of the host, and fetch to bring a file from the host.',
  },
  {
    name: 'validate_argument_spec',
    where: 'module',
    instead: 'Leave it out; the arguments of roles are checked before the first connection.',
  },
  ...ANSIBLE_MODULES,
  {
    name: 'reset_connection',
    where: 'meta',
    instead: 'Leave it out; a new membership of a group takes effect with the next run, which opens a new session.',
  },
  { name: 'clear_facts', where: 'meta', instead: 'Leave it out; each new connection reads the facts again.' },
  {
    name: 'clear_host_errors',
    where: 'meta',
    instead: 'Write rescue: around tasks that may fail. A host that failed takes no part until the next run.',
  },
  {
    name: 'refresh_inventory',
    where: 'meta',
    instead: 'Leave it out, and start a second run; each run reads the inventory once.',
  },
  {
    name: 'end_batch',
    where: 'meta',
    instead:
      'Write end_play if the play has no serial. Otherwise put the rest of the tasks into a block with when: end_play ends the later batches too.',
  },
  { name: 'end_role', where: 'meta', instead: 'Put the rest of the role into a block with when.' },
  {
    name: 'public',
    where: 'role',
    instead: 'Leave it out; only the role sees its variables. Give them to other roles in vars.',
  },
  {
    name: 'allow_duplicates',
    where: 'role',
    instead:
      'A role runs each time that a task includes or imports it. If it may run only once, name it once, or list it in roles:.',
  },
  { name: 'rolespec_validate', where: 'role', instead: 'Leave it out; the arguments of roles are always checked.' },
];

/**
 * Returns the sentence that says what to write in place of a name of Ansible, if Ansible allows the name in one of the
 * positions `where`. Returns undefined for a name that Ansible does not have there.
 */
export function insteadOf(name: string, ...where: readonly AnsibleDifference['where'][]): string | undefined {
  const difference = ANSIBLE_DIFFERENCES.find((one) => one.name === name && where.includes(one.where));
  if (difference !== undefined) return difference.instead;
  const family = where.includes('module') ? familyOf(name) : undefined;
  if (family !== undefined) return family;
  return where.includes('task') && name.startsWith('with_')
    ? 'Write loop: with a list, or with an expression whose result is a list.'
    : undefined;
}
