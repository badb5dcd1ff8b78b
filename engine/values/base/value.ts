import { Secret } from './secret.ts';

/**
 * A value that exists only after an earlier change. It passes through templates and conditions: everything that is made
 * from it is unknown too.
 */
export class Unknown {
  /** The cause that will bring the value (usually a task), as a phrase: `task "Members"`. */
  readonly because: string;
  /** True if the value will be generated, such as a new key: it differs from everything that is on a host now. */
  readonly fresh: boolean;

  constructor(because: string, fresh = false) {
    this.because = because;
    this.fresh = fresh;
  }
}

/**
 * The value of the variable `omit`. An argument, a keyword, a member of a map or an item of a list that has it is left
 * out, as if it were not written.
 */
export class Omitted {
  readonly #isOmitted = true;

  /** The text in outputs. */
  toJSON(): string {
    return this.#isOmitted ? '(left out)' : '';
  }
}

export const OMIT = new Omitted();

/** Plain data, as JSON has it. */
export type Plain = null | boolean | number | string | readonly Plain[] | PlainMap;
export interface PlainMap {
  readonly [key: string]: Plain;
}

/** A value of a variable. Maps have no useful prototype: check keys with `Object.hasOwn`. */
export type Value = null | boolean | number | string | Secret | Unknown | Omitted | readonly Value[] | ValueMap;
export interface ValueMap {
  readonly [key: string]: Value;
}

/** Returns whether the value is a map. Secrets, unknown values and `omit` are not. */
export function isMap(value: Value): value is ValueMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    !(value instanceof Unknown) &&
    !(value instanceof Omitted)
  );
}

/** Returns whether the value is a list. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Returns the items that are not left out by `omit`. */
export function withoutOmitted(items: readonly Value[]): readonly Value[] {
  return items.includes(OMIT) ? items.filter((item) => item !== OMIT) : items;
}

/** The source of variables for a template or an expression. */
export interface Scope {
  /** The value of the variable, with its templates rendered; `undefined` if there is no such variable. */
  lookup(name: string): Value | undefined;
  /** All names, for "Did you mean". */
  names(): readonly string[];
  /** The lookups on the controller; undefined if they are not allowed in this place. */
  readonly lookups?: ControllerLookups | undefined;
}

/**
 * The lookups on the controller for templates and expressions, as one task sees it. A file that the playbook may not
 * read is a Problem. In a plan, an answer that an earlier change may affect is Unknown.
 */
export interface ControllerLookups {
  /** Returns a variable of the environment of this program; undefined if it is not set. */
  environment(name: string): Value | undefined;
  /** Returns the text of a file. Throws Problem if there is none. */
  text(name: string): Value;
  /** Returns the path of the first file that exists; undefined if there is none. */
  firstFile(names: readonly string[]): Value | undefined;
  /** Returns the paths of the files that match a pattern, in their order. */
  filesLike(pattern: string): Value;
  /** Returns the text of a template file, rendered with these variables. Throws Problem if there is none. */
  rendered(name: string, scope: Scope): Value;
  /**
   * Returns the secret in a file. If there is no file, a play makes it with a text of `make`, and before that the
   * secret is Unknown.
   */
  kept(name: string, make: () => string): Value;
}
