import type { MapEntry } from '../values/base/node.ts';
import { insteadOf } from '../values/habits/ansible-differences.ts';
import { didYouMean } from '../values/language/suggest.ts';
import type { Fields } from './base/fields.ts';
import { META_ACTIONS } from './base/keywords.ts';
import type { Meta } from './base/play.ts';
import type { Reading, Surroundings } from './reading.ts';
import { enter, frameOf } from './surroundings.ts';

/** Reads `meta:`. An action that does not exist is reported, and gives no step. */
export function readMeta(fields: Fields, action: MapEntry, outer: Surroundings, reading: Reading): readonly Meta[] {
  const inner = enter(fields, outer, reading);
  const node = fields.literalText(action.value, 'meta');
  if (node === undefined) return [];
  const known = META_ACTIONS.find((name) => name === node.value);
  if (known !== undefined) return [{ kind: 'meta', ...frameOf(fields.map.place, inner, reading), action: known }];
  reading.problems.add({
    code: 'unknown-meta',
    what: `There is no meta action "${node.value}"`,
    place: node.place,
    remedy:
      insteadOf(node.value, 'meta') ??
      didYouMean(node.value, META_ACTIONS) ??
      `The actions are: ${META_ACTIONS.join(', ')}.`,
  });
  return [];
}
