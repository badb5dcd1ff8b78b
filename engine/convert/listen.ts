import { isMap, isSeq } from 'yaml';
import type { Draft } from './base/draft.ts';
import { scalarOf } from './base/write-yaml.ts';
import { type Entry, entriesOf, itemsOf, textOf } from './base/yaml-source.ts';

/**
 * Gives a block the `listen` that each of its handlers has: here a block runs as one handler. Returns false, without a
 * change, if they do not all listen to the same.
 */
export function listensAsOne(entries: readonly Entry[], draft: Draft): boolean {
  const [name, block] = ['name', 'block'].map((key) => entries.find((entry) => entry.key === key));
  const isMore = entries.some(({ key }) => key === 'listen' || key === 'rescue' || key === 'always');
  if (name === undefined || isMore || !isSeq(block?.value)) return false;
  const steps = itemsOf(block.value).map((item) => (isMap(item) ? entriesOf(item) : []));
  const heard = steps.map((step) => textOf(step.find(({ key }) => key === 'listen')?.value ?? null));
  const [first] = heard;
  if (first === undefined || heard.some((one) => one !== first)) return false;
  draft.addBehind(name, 'listen', scalarOf(first, { isFlow: name.of.flow === true }));
  return true;
}
