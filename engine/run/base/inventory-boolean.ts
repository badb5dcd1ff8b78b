import { Secret } from '../../values/base/secret.ts';
import type { Value } from '../../values/base/value.ts';

const TRUE = /^(?:true|yes|on|y|t|1)$/i;
const FALSE = /^(?:false|no|off|n|f|0)$/i;

/**
 * Interprets a variable as true or false, like Ansible: in an INI file it may be a text or a number. Undefined for any
 * other value.
 */
export function inventoryBoolean(value: Value): boolean | undefined {
  const plain = value instanceof Secret ? value.reveal() : value;
  if (typeof plain === 'boolean') return plain;
  if (typeof plain !== 'string' && typeof plain !== 'number') return undefined;
  if (TRUE.test(`${plain}`)) return true;
  return FALSE.test(`${plain}`) ? false : undefined;
}
