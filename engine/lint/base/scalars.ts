import type { Node, ScalarNode } from '../../values/base/node.ts';

/** A scalar within a value. `key` is the key of its entry in a map; undefined for an item of a list. */
export interface ScalarWithin {
  readonly scalar: ScalarNode;
  readonly key: string | undefined;
}

/** Returns all scalars of a value. */
export function* scalarsIn(node: Node, key?: string): Generator<ScalarWithin> {
  if (node.kind === 'scalar') yield { scalar: node, key };
  else if (node.kind === 'list') for (const item of node.items) yield* scalarsIn(item);
  else for (const entry of node.entries) yield* scalarsIn(entry.value, entry.key);
}
