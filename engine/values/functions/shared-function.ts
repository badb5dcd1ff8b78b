import type { Value } from '../base/value.ts';

/** The type of a parameter in expressions; `dyn` is any type. */
export type CelType = 'string' | 'list' | 'map' | 'int' | 'bool' | 'dyn';

export interface Parameter {
  readonly name: string;
  /** The types that it accepts. */
  readonly types: readonly CelType[];
  /** `rest` accepts any number of arguments. It must be the last parameter. */
  readonly presence: 'required' | 'optional' | 'rest';
}

/**
 * A function that is a helper in templates and a function in expressions. In a template, optional parameters may also
 * be given by name: `{{flatten x levels=1}}`.
 */
export interface SharedFunction {
  /** The name of the helper: `regex_search`. In expressions it is `regexSearch`. */
  readonly name: string;
  /** The form of the function in expressions: `method` is `x.name(y)`, `function` is `name(x, y)`. */
  readonly form: 'method' | 'function';
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  /** The type of the result in expressions. */
  readonly returns: CelType;
  /** An example as a template, with the variables of the examples, and as an expression, without variables. */
  readonly template: string;
  readonly expression: string;
  /** The result of both examples. */
  readonly gives: Value;
  /** How secret arguments are treated; see `Helper`. */
  readonly secrets: 'derived' | 'embedded' | 'kept';
  /** Gets the arguments in order, with `undefined` for missing ones. Throws ArgumentFault. */
  run(operands: readonly (Value | undefined)[]): Value;
}

/** Makes a parameter that must be given. */
export function required(name: string, ...types: readonly CelType[]): Parameter {
  return { name, types, presence: 'required' };
}

/** Makes a parameter that may be left out. Without types, it accepts any value. */
export function optional(name: string, ...types: readonly CelType[]): Parameter {
  return { name, types, presence: 'optional' };
}

/** Makes the last parameter, which accepts any number of arguments. */
export function rest(name: string, ...types: readonly CelType[]): Parameter {
  return { name, types, presence: 'rest' };
}

/** Returns the name in expressions: `to_uuid` becomes `toUuid`. */
export function celName(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase());
}
