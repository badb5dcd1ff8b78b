import { safeLine } from './safe-text.ts';
import { displayWidth } from './width.ts';

/** Maximal number of names; the rest is counted. */
const MOST_NAMES = 8;
/** Names that are wider are abbreviated, so that a line keeps room for the event. In columns. */
const WIDEST = 72;

/**
 * Returns the names of hosts in their order: at most eight, and the number of the rest. Text that is too wide becomes
 * `all 3 hosts`, or the first labels with the common domain: `web-1, web-2 (.example.com)`. `all`: the hosts of the
 * play, where readers must see that no host is left out.
 */
export function hostNames(hosts: readonly string[], all: readonly string[] = []): string {
  const names = [...new Set(hosts)];
  const plain = listed(names);
  const isLong = names.length > MOST_NAMES || displayWidth(plain) > WIDEST;
  if (!isLong || names.length < 2) return plain;
  if (names.length === all.length) return `all ${names.length} hosts`;
  const domain = domainOf(names);
  if (domain === undefined || displayWidth(plain) <= WIDEST) return plain;
  return `${listed(names.map((name) => name.slice(0, -domain.length)))} (${safeLine(domain)})`;
}

function listed(names: readonly string[]): string {
  const shown = names.length > MOST_NAMES ? names.slice(0, MOST_NAMES - 2) : names;
  return `${shown.map(safeLine).join(', ')}${shown.length < names.length ? ` and ${names.length - shown.length} more` : ''}`;
}

/** Returns the common part of all names from the first dot on; undefined if there is none, or if they are addresses. */
function domainOf(names: readonly string[]): string | undefined {
  const [first = ''] = names;
  const at = first.indexOf('.');
  if (at < 1 || /^[\d.]+$/.test(first)) return undefined;
  const domain = first.slice(at);
  return names.every((name) => name.indexOf('.') > 0 && name.slice(name.indexOf('.')) === domain) ? domain : undefined;
}

/** Sorts `web-2` before `web-10`. */
export function inNaturalOrder(hosts: readonly string[]): readonly string[] {
  return hosts.toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }));
}
