import type { Place } from '../../errors/problem.ts';
import type { Secret } from './secret.ts';

/** YAML as it was written, before templates are rendered. Each part has its place. */
export type Node = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  /** A string may hold templates. `!vault` scalars come as Secret. */
  readonly value: null | boolean | number | string | Secret;
  /** Style of the scalar. In plain and quoted scalars, the text begins at `place`, character by character. */
  readonly style: 'plain' | 'quoted' | 'block';
  /** Place of the text: after the quote of a quoted scalar, at the `|` or `>` of a block scalar. */
  readonly place: Place;
  /** The source as written, e.g. `0644` for a number. */
  readonly source: string;
  /** Set if the scalar is in a file that is encrypted as a whole. */
  readonly isHidden?: true;
  /** Set if the result of the template is always a secret. */
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
  /** The key in the file, if the loader has renamed it: `apt` for `package`. */
  readonly written?: string;
}
