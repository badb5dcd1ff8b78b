import type { Told } from './marks.ts';

/** What a text of Jinja is here. */
export type Converted =
  | { readonly kind: 'same' | 'exact' | 'assumed'; readonly text: string; readonly assumptions: readonly Told[] }
  | { readonly kind: 'byHand'; readonly reasons: readonly Told[] };

export type KnownType = 'text' | 'number' | 'boolean' | 'list' | 'map';

/** What is known of the value of a variable, by its path. */
export type TypesKnown = (path: readonly string[]) => KnownType | undefined;

/** Jinja to the language of this program. */
export interface Translator {
  /** A condition, or another expression, with or without braces: CEL. */
  expression(text: string, purpose: 'condition' | 'value'): Converted;
  /** A text with `{{ }}` in it, of a YAML file or a whole template file: Handlebars. */
  template(text: string, place: 'string' | 'file'): Converted;
}
