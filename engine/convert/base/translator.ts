import type { Told } from './marks.ts';

/** The result of converting a text of Jinja. */
export type Converted =
  | { readonly kind: 'same' | 'exact' | 'assumed'; readonly text: string; readonly assumptions: readonly Told[] }
  | { readonly kind: 'byHand'; readonly reasons: readonly Told[] };

export type KnownType = 'text' | 'number' | 'boolean' | 'list' | 'map';

/**
 * Returns the known type of a variable, given its path; undefined if it is not known. `certain`: leaves out the type of
 * a default such as `false` that only means that no value is set.
 */
export type TypesKnown = (path: readonly string[], which?: 'certain') => KnownType | undefined;

/** Translates Jinja into the languages of this program. */
export interface Translator {
  /** Translates a condition or another expression, with or without braces, into CEL. */
  expression(text: string, purpose: 'condition' | 'value'): Converted;
  /** Translates a text with `{{ }}`, from a YAML file or a whole template file, into Handlebars. */
  template(text: string, place: 'string' | 'file'): Converted;
  /** Returns the type of an expression as far as it is known; undefined also if it cannot be read. */
  typeOf(text: string): KnownType | undefined;
}
