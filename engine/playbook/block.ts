import type { MapEntry, Node } from '../values/base/node.ts';
import { type Fields, isNull } from './base/fields.ts';
import type { Block, Step } from './base/play.ts';
import { type Reading, type Surroundings, apart } from './reading.ts';
import { enter, frameOf } from './surroundings.ts';

/**
 * Reads a block with its `rescue` and `always`. Reports an empty block. `outer` are the surroundings of the block; its
 * own keywords are added to them.
 */
export async function readBlock(
  fields: Fields,
  action: MapEntry,
  outer: Surroundings,
  reading: Reading,
): Promise<Block> {
  const entered = enter(fields, outer, reading);
  // The throttle of a block applies to the block as a whole; the throttle around the block is passed to its tasks.
  const inner = { ...entered, handedDown: { ...entered.handedDown, throttle: outer.handedDown.throttle } };
  const read = (name: string, within: Reading): Promise<readonly Step[]> =>
    within.readSteps(items(fields, name), inner, within);
  if (items(fields, action.key).length === 0) {
    reading.problems.add({
      code: 'empty-block',
      what: 'The block holds no tasks',
      place: action.keyPlace,
      remedy: 'Add tasks below block:, or remove the block.',
    });
  }
  return {
    kind: 'block',
    ...frameOf(fields.map.place, entered, reading),
    name: fields.template('name'),
    block: await read(action.key, reading),
    rescue: await read('rescue', { ...reading, play: apart(reading.play) }),
    always: await read('always', reading),
    throttle: fields.has('throttle') ? entered.handedDown.throttle : undefined,
    anyErrorsFatal: entered.handedDown.anyErrorsFatal,
  };
}

function items(fields: Fields, name: string): readonly Node[] {
  const entry = fields.entry(name);
  if (entry === undefined || isNull(entry.value)) return [];
  if (entry.value.kind === 'list') return entry.value.items;
  fields.wrong(entry, 'a list of tasks');
  return [];
}
