import { collectionHelpers } from './helper-collection.ts';
import { comparisonHelpers, specialHelpers } from './helper-comparison.ts';
import { encodingHelpers } from './helper-encoding.ts';
import { numberHelpers } from './helper-number.ts';
import { sharedHelpers } from './helper-shared.ts';
import { textHelpers } from './helper-text.ts';
import type { Helper } from './helper.ts';

/** Every helper of templates. The documentation is generated from this table, and the tests run each example. */
export const helpers: readonly Helper[] = [
  ...specialHelpers,
  ...comparisonHelpers,
  ...textHelpers,
  ...encodingHelpers,
  ...collectionHelpers,
  ...numberHelpers,
  ...sharedHelpers,
];

const byName: ReadonlyMap<string, Helper> = new Map(helpers.map((helper) => [helper.name, helper]));

/** Returns the helper of this name; undefined if there is none. */
export function findHelper(name: string): Helper | undefined {
  return byName.get(name);
}

/** Returns the names of all helpers, for suggestions. */
export function helperNames(): readonly string[] {
  return [...byName.keys()];
}
