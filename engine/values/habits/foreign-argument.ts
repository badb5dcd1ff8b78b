/**
 * An argument of Ansible's that a module does without: a sentence that says what to do instead. With values that have no
 * effect here, it is taken with these values, and nothing is said.
 */
export type ForeignArgument = string | IdleArgument;

export interface IdleArgument {
  readonly instead: string;
  readonly idle: IdleValues;
}

/** `always`: whatever the value is. */
export type IdleValues = 'always' | readonly (string | number | boolean | null)[];

/** It never has an effect here. `why` goes on behind "Leave it out: ". */
export function idle(why: string): IdleArgument {
  return { instead: `Leave it out: ${why}`, idle: 'always' };
}

/** It has no effect here with these values. */
export function idleAs(values: Exclude<IdleValues, 'always'>, instead: string): IdleArgument {
  return { instead, idle: values };
}

export function insteadOfArgument(argument: ForeignArgument): string {
  return typeof argument === 'string' ? argument : argument.instead;
}

/** `value` is what the playbook says; undefined for a template. */
export function hasNoEffect(argument: ForeignArgument, value: unknown): boolean {
  if (typeof argument === 'string') return false;
  if (argument.idle === 'always') return true;
  if (value === undefined) return false;
  return argument.idle.some((one) => one === value || (typeof one === 'boolean' && one === asBoolean(value)));
}

/** As YAML 1.1 reads it. */
function asBoolean(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (/^(?:no|off|false)$/i.test(value)) return false;
  return /^(?:yes|on|true)$/i.test(value) ? true : value;
}
