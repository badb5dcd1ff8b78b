import { booleanOf } from '../../values/base/boolean-word.ts';
import { revealed } from '../../values/base/revealed.ts';
import type { Value } from '../../values/base/value.ts';

/**
 * Interprets a variable as true or false, like Ansible: in an INI file it may be a text or a number. Undefined for any
 * other value.
 */
export function inventoryBoolean(value: Value): boolean | undefined {
  return booleanOf(revealed(value));
}
