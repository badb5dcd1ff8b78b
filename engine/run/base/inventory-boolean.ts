import { Secret } from '../../values/base/secret.ts';
import type { Value } from '../../values/base/value.ts';

const TRUE = /^(?:true|yes|on|y|t|1)$/i;
const FALSE = /^(?:false|no|off|n|f|0)$/i;

/**
 * A variable that says yes or no, as Ansible reads it: an INI file has texts and numbers for it. Undefined for anything
 * else.
 */
export function inventoryBoolean(value: Value): boolean | undefined {
  const plain = value instanceof Secret ? value.reveal() : value;
  if (typeof plain === 'boolean') return plain;
  if (typeof plain !== 'string' && typeof plain !== 'number') return undefined;
  if (TRUE.test(`${plain}`)) return true;
  return FALSE.test(`${plain}`) ? false : undefined;
}
