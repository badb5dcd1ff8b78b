import { safeLine } from './safe-text.ts';

/** Beyond so many names the rest is counted. */
const MOST_NAMES = 8;

/** `all`: the hosts of the play, where it has to be seen that none of many is left out. */
export function hostNames(hosts: readonly string[], all: readonly string[] = []): string {
  const names = [...new Set(hosts)];
  if (names.length > MOST_NAMES && names.length === all.length) return `all ${names.length} hosts`;
  const shown = names.length > MOST_NAMES ? names.slice(0, MOST_NAMES - 2) : names;
  return `${shown.map(safeLine).join(', ')}${shown.length < names.length ? ` and ${names.length - shown.length} more` : ''}`;
}

/** `web-2` before `web-10`. */
export function inNaturalOrder(hosts: readonly string[]): readonly string[] {
  return hosts.toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }));
}
