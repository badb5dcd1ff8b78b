/** Options of ansible-playbook and ansible that runbook does not have by that name, with what to do instead. */
export const ANSIBLE_OPTIONS: ReadonlyMap<string, string> = new Map([
  ['--ask-vault-password', 'Write -J or --ask-vault-pass.'],
  ['--vault-pass-file', 'Write --vault-password-file FILE.'],
  ['--syntax-check', 'Write runbook lint PLAYBOOK: it reports every mistake, and connects to no host.'],
  ['-k', 'Log in by a key (--private-key), or set ansible_password in the inventory, encrypted by runbook vault.'],
  [
    '--ask-pass',
    'Log in by a key (--private-key), or set ansible_password in the inventory, encrypted by runbook vault.',
  ],
  [
    '--connection-password-file',
    'Log in by a key (--private-key), or set ansible_password in the inventory, encrypted by runbook vault.',
  ],
  [
    '-K',
    'Set ansible_become_password in the inventory, encrypted by runbook vault. With play and plan, -K asks for the password.',
  ],
  [
    '--ask-become-pass',
    'Write -K (play and plan), or set ansible_become_password in the inventory, encrypted by runbook vault.',
  ],
  ['--become-password-file', 'Set ansible_become_password in the inventory, encrypted by runbook vault.'],
  ['--become-user', 'Write become_user: in the playbook, or -e ansible_become_user=NAME.'],
  ['--become-method', 'Set ansible_become_method in the inventory, or -e ansible_become_method=su.'],
  ['--step', 'Write --step after play. Only play has this option, because a plan changes nothing.'],
  ['--start-at-task', 'Write --start-at-task after play or plan.'],
  [
    '--force-handlers',
    'Leave it out; a notified handler that did not run is written down on the host, and the next run of the play runs it.',
  ],
  ['--flush-cache', 'Leave it out; each new connection reads the facts again.'],
  ['-c', 'Set ansible_connection in the inventory, or -e ansible_connection=local.'],
  ['--connection', 'Set ansible_connection in the inventory, or -e ansible_connection=local.'],
  [
    '--ssh-common-args',
    'Set ansible_ssh_common_args in the inventory, or -e ansible_ssh_common_args="-o ProxyJump=bastion".',
  ],
  [
    '--ssh-extra-args',
    'Set ansible_ssh_extra_args in the inventory, or -e ansible_ssh_extra_args="-o ProxyJump=bastion".',
  ],
  ['--scp-extra-args', 'Leave it out: files go through the same SSH connection.'],
  ['--sftp-extra-args', 'Leave it out: files go through the same SSH connection.'],
  ['-M', 'Leave it out: modules are part of the program.'],
  ['--module-path', 'Leave it out: modules are part of the program.'],
  ['--key-file', 'Write --private-key FILE.'],
  ['--check', 'Write runbook plan PLAYBOOK: it shows what would change.'],
  ['-C', 'Write runbook plan PLAYBOOK: it shows what would change.'],
  ['--diff', 'Write -D or --diff after play, apply or exec.'],
  ['-D', 'Write -D or --diff after play, apply or exec.'],
  ['-o', 'Leave it out; --output plain prints lines.'],
  ['--one-line', 'Leave it out; --output plain prints lines.'],
  ['-t', 'Write --tags after play or plan.'],
  ['--tree', 'Write --output json, and keep the output in a file.'],
  ['-B', 'Write timeout: at the task; the session is kept alive meanwhile.'],
  ['--background', 'Write timeout: at the task; the session is kept alive meanwhile.'],
  ['-P', 'Leave it out: a task is waited for.'],
  ['--poll', 'Leave it out: a task is waited for.'],
  ['--list', 'Write runbook inventory --list.'],
  ['--export', 'Leave it out.'],
  ['--yaml', 'Leave it out: the output is JSON.'],
  ['--toml', 'Leave it out: the output is JSON.'],
  ['--inventory-file', 'Write -i FILE.'],
  ['--sudo', 'Write -b or become: true.'],
  ['-s', 'Write -b or become: true.'],
]);

const CHANGES_NOTHING = 'Leave it out: a plan changes nothing.';
const SHOWS_DIFFERENCES = 'Leave it out: a plan shows the differences; --no-diff leaves them out.';
const TAKES_NO_LOCK = 'Leave it out: a plan takes no lock.';
const CONNECTS_TO_NOTHING = 'Leave it out: lint connects to no host. `runbook plan PLAYBOOK` shows what would change.';

/**
 * Options of `play` that are useless with another command: what to do instead, by command and option. These rows take
 * precedence over the table above.
 */
export const OPTIONS_OF_PLAY: Readonly<Record<string, ReadonlyMap<string, string>>> = {
  plan: new Map([
    ['--check', CHANGES_NOTHING],
    ['-C', CHANGES_NOTHING],
    ['--diff', SHOWS_DIFFERENCES],
    ['-D', SHOWS_DIFFERENCES],
    ['--no-lock', TAKES_NO_LOCK],
    ['--wait-lock', TAKES_NO_LOCK],
  ]),
  drift: new Map([
    ['--check', CHANGES_NOTHING],
    ['-C', CHANGES_NOTHING],
    ['--diff', 'Write runbook plan PLAYBOOK for the differences; drift sums them up.'],
    ['-D', 'Write runbook plan PLAYBOOK for the differences; drift sums them up.'],
    ['--no-lock', TAKES_NO_LOCK],
    ['--wait-lock', TAKES_NO_LOCK],
  ]),
  apply: new Map([
    ['--check', 'Leave it out, or write runbook show FILE: it shows what the saved plan would change.'],
    ['-C', 'Leave it out, or write runbook show FILE: it shows what the saved plan would change.'],
  ]),
  lint: new Map([
    ['--check', CONNECTS_TO_NOTHING],
    ['-C', CONNECTS_TO_NOTHING],
    ['--diff', CONNECTS_TO_NOTHING],
    ['-D', CONNECTS_TO_NOTHING],
  ]),
};
