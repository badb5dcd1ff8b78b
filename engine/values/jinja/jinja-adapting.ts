import type { Given, Jinja, JinjaOf } from './jinja-expression.ts';
import type { AssumedType, Assumption, JinjaType, TypesKnown } from './jinja-knowledge.ts';

/** The target of the translation, and the known types. */
export interface AdaptOptions {
  readonly target: 'cel' | 'handlebars';
  readonly types: TypesKnown;
  /** In a `file` the exact text matters. A `string` of YAML is mostly a word of a shell, a path or a value. */
  readonly place: 'string' | 'file';
}

/**
 * Makes explicit in expressions what Jinja leaves to Python, part by part. All methods that return Jinja throw
 * NoCounterpart.
 */
export interface Adapting {
  readonly options: AdaptOptions;
  /** Adapts a condition to a boolean. */
  condition(node: Jinja): Jinja;
  /** Adapts a value, which keeps its type. */
  value(node: Jinja): Jinja;
  /** Adapts a value that is printed in a text. */
  printed(node: Jinja): Jinja;
  given(given: Given): Given;
  /** Adapts parts that are written in CEL, also within a template. */
  inCel(adapt: (adapter: Adapting) => Jinja): Jinja;
  typeOf(node: Jinja): JinjaType | undefined;
  /** Returns the type, but not one that only the fallback of `x | default(false)` suggests. */
  certainTypeOf(node: Jinja): JinjaType | undefined;
  /** Records a condition under which the result is correct. */
  assume(assumption: Assumption): void;
  assumeType(node: Jinja, type: AssumedType): void;
}

/** Adapts one use of a filter; undefined if there is no counterpart with these arguments. */
export type AdaptFilter = (adapter: Adapting, node: JinjaOf<'filter'>) => Jinja | undefined;
