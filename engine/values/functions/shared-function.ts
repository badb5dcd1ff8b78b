import type { Value } from '../base/value.ts';

/** What an expression may give for a parameter; `dyn` is anything. */
export type CelType = 'string' | 'list' | 'map' | 'int' | 'bool' | 'dyn';

export interface Parameter {
  readonly name: string;
  /** One of these. */
  readonly types: readonly CelType[];
  /** `rest` stands for any number of arguments, and is the last one. */
  readonly presence: 'required' | 'optional' | 'rest';
}

/**
 * A function that templates have as a helper and expressions as a function. In a template the optional parameters may
 * also be given by name: `{{flatten x levels=1}}`.
 */
export interface SharedFunction {
  /** As helpers are named: `regex_search`. Expressions call it `regexSearch`. */
  readonly name: string;
  /** `x.name(y)` or `name(x, y)` in expressions. */
  readonly form: 'method' | 'function';
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  /** The type of the result in expressions. */
  readonly returns: CelType;
  /** A call in a template, with the variables of the examples, and in an expression, with none. */
  readonly template: string;
  readonly expression: string;
  /** What both give. */
  readonly gives: Value;
  /** As of helpers: see there. */
  readonly secrets: 'derived' | 'embedded' | 'kept';
  /** Gets the arguments in their order, `undefined` for one that is not there. Throws ArgumentFault. */
  run(operands: readonly (Value | undefined)[]): Value;
}

/** A parameter that must be given. */
export function required(name: string, ...types: readonly CelType[]): Parameter {
  return { name, types, presence: 'required' };
}

export function optional(name: string, ...types: readonly CelType[]): Parameter {
  return { name, types, presence: 'optional' };
}

export function rest(name: string, ...types: readonly CelType[]): Parameter {
  return { name, types, presence: 'rest' };
}

/** The name in expressions: `to_uuid` is `toUuid`. */
export function celName(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase());
}
