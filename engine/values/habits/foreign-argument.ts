/**
 * An argument of Ansible that a module here does not have. The sentence says what to do instead. With values that have
 * no effect here, the argument is accepted without a message.
 */
export type ForeignArgument = string | IdleArgument;

export interface IdleArgument {
  readonly instead: string;
  readonly idle: IdleValues;
}

/** The values with which an argument has no effect; `always` means every value. */
export type IdleValues = 'always' | readonly (string | number | boolean | null)[];

/**
 * Describes an argument that has no effect here, whatever its value. `why` is the end of a sentence after "Leave it
 * out: ".
 */
export function idle(why: string): IdleArgument {
  return { instead: `Leave it out: ${why}`, idle: 'always' };
}

/**
 * Describes an argument that has no effect here if it has one of these values. `instead` is the sentence for all other
 * values.
 */
export function idleAs(values: Exclude<IdleValues, 'always'>, instead: string): IdleArgument {
  return { instead, idle: values };
}

/** Returns the sentence that says what to write in place of the argument. */
export function insteadOfArgument(argument: ForeignArgument): string {
  return typeof argument === 'string' ? argument : argument.instead;
}

/**
 * Returns whether the argument has no effect with this value. `value`: the value in the playbook; undefined for a
 * template.
 */
export function hasNoEffect(argument: ForeignArgument, value: unknown): boolean {
  if (typeof argument === 'string') return false;
  if (argument.idle === 'always') return true;
  if (value === undefined) return false;
  return argument.idle.some((one) => one === value || (typeof one === 'boolean' && one === asBoolean(value)));
}

/** Reads a text as a boolean like YAML 1.1; returns other values unchanged. */
function asBoolean(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (/^(?:no|off|false)$/i.test(value)) return false;
  return /^(?:yes|on|true)$/i.test(value) ? true : value;
}
