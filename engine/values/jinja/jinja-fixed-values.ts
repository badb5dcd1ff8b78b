import type { JinjaOf } from './jinja-expression.ts';

export type FixedValue = JinjaOf<'text'> | JinjaOf<'number'>;

const text = (value: string): FixedValue => ({ kind: 'text', value });
const number = (value: string): FixedValue => ({ kind: 'number', text: value });

/**
 * Variables of Ansible that have no counterpart, and the value that is written in their place. runbook does not look for
 * Python, but all systems that still get updates have it under this name.
 */
export const FIXED_VALUES: ReadonlyMap<string, FixedValue> = new Map([
  ['ansible_env.PATH', text('/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin')],
  ['ansible_playbook_python', text('/usr/bin/python3')],
  ['ansible_python.executable', text('/usr/bin/python3')],
  ['ansible_python.version.major', number('3')],
  // It decides what a task tells, and never what it does.
  ['ansible_verbosity', number('0')],
]);
