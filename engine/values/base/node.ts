import type { Place } from '../../errors/problem.ts';
import type { Secret } from './secret.ts';

/** YAML as it was written, before any template is rendered; each part knows its place. */
export type Node = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  /** A string may hold templates. `!vault` scalars come as Secret. */
  readonly value: null | boolean | number | string | Secret;
  /** How it was written: only plain and quoted strings have their text at `place` character by character. */
  readonly style: 'plain' | 'quoted' | 'block';
  /**
   * For a quoted or plain scalar, where its text begins (behind the quote); for a block scalar, where the `|` or `>`
   * stands.
   */
  readonly place: Place;
  /** The source as written, e.g. `0644` for a number. */
  readonly source: string;
  /** It stands in a file that is encrypted as a whole. */
  readonly isHidden?: true;
  /** Whatever its template renders to is a secret. */
  readonly renders?: 'secret';
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly place: Place;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
  readonly place: Place;
}

export interface MapEntry {
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: Node;
}
