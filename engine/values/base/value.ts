import { Secret } from './secret.ts';

/**
 * A value that only exists after an earlier change. It flows through templates and conditions:
 * whatever is made of it is unknown as well.
 */
export class Unknown {
  /** The task (or other cause) that will bring the value, as a phrase: `task "Members"`. */
  readonly because: string;
  /** True where the value will be newly made, as a key to be generated: it equals nothing that is on a host now. */
  readonly fresh: boolean;

  constructor(because: string, fresh = false) {
    this.because = because;
    this.fresh = fresh;
  }
}

/** Plain data, as JSON has it. */
export type Plain = null | boolean | number | string | readonly Plain[] | PlainMap;
export interface PlainMap {
  readonly [key: string]: Plain;
}

/** What a variable may hold. Maps have no prototype worth reading: look keys up with `Object.hasOwn`. */
export type Value = null | boolean | number | string | Secret | Unknown | readonly Value[] | ValueMap;
export interface ValueMap {
  readonly [key: string]: Value;
}

export function isMap(value: Value): value is ValueMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    !(value instanceof Unknown)
  );
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Where a template or an expression finds its variables. */
export interface Scope {
  /** The variable's value with its own templates rendered; `undefined` where there is no such variable. */
  lookup(name: string): Value | undefined;
  /** All names, for "did you mean". */
  names(): readonly string[];
}
