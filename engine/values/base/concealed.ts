import { Secret } from './secret.ts';
import { type Value, isList, isMap, Unknown } from './value.ts';

/**
 * Returns a copy of a value whose texts are masked in this place. The texts do not become secrets: other outputs show
 * them.
 */
export function concealed(value: Value): Value {
  if (typeof value === 'string') return Secret.around(value);
  if (value instanceof Unknown || value instanceof Secret) return value;
  if (isList(value)) return value.map(concealed);
  if (!isMap(value)) return value;
  const map: Record<string, Value> = Object.create(null);
  for (const [key, member] of Object.entries(value)) map[key] = concealed(member);
  return map;
}
