import type { Given, Jinja, JinjaOf } from './jinja-expression.ts';
import type { Assumption, JinjaType, TypesKnown } from './jinja-knowledge.ts';

/** How the result is written, and what is known. */
export interface AdaptOptions {
  readonly target: 'cel' | 'handlebars';
  readonly types: TypesKnown;
  /** Text of a file is meant as it is; that of YAML is mostly a word of a shell, a path or a value. */
  readonly place: 'string' | 'file';
}

/** Makes plain in expressions what Jinja leaves to Python, part by part. All methods that give Jinja throw NoCounterpart. */
export interface Adapting {
  readonly options: AdaptOptions;
  /** A condition, with what Python takes for true made plain. `expected` is its type where nothing is known. */
  condition(node: Jinja, expected?: JinjaType): Jinja;
  /** A value that keeps its type. */
  value(node: Jinja): Jinja;
  /** A value as it stands in a text. */
  printed(node: Jinja): Jinja;
  given(given: Given): Given;
  typeOf(node: Jinja): JinjaType | undefined;
  /** Takes note of what must be so. */
  assume(assumption: Assumption): void;
  assumeType(node: Jinja, type: JinjaType | 'list or map' | 'list or text'): void;
}

/** Adapts one use of a filter; undefined if there is no counterpart with these arguments. */
export type AdaptFilter = (adapter: Adapting, node: JinjaOf<'filter'>) => Jinja | undefined;
