import type { Jinja } from './jinja-expression.ts';

/** A loop over the pairs of a map. */
export interface Pairs {
  readonly map: Jinja;
  readonly order: 'ofMap' | 'byKey' | 'withoutCase';
}

/**
 * Returns the map and the order of the pairs in `m.items()` or `m | dictsort`; undefined for other lists. `sort`
 * compares pairs by the exact text of their keys: it ignores upper and lower case only if an item itself is a text.
 * `dictsort` ignores upper and lower case of the keys.
 */
export function pairsOf(list: Jinja): Pairs | undefined {
  if (list.kind === 'filter' && list.given.plain.length + list.given.named.size === 0) {
    if (list.name === 'dictsort') return { map: list.of, order: 'withoutCase' };
    if (list.name === 'items') return { map: list.of, order: 'ofMap' };
    const pairs = ['sort', 'list'].includes(list.name) ? pairsOf(list.of) : undefined;
    return pairs !== undefined && list.name === 'sort' ? { map: pairs.map, order: 'byKey' } : pairs;
  }
  if (list.kind !== 'call' || list.callee.kind !== 'member' || list.callee.key.kind !== 'text') return undefined;
  return ['items', 'iteritems'].includes(list.callee.key.value) ? { map: list.callee.of, order: 'ofMap' } : undefined;
}
