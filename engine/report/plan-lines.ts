import type { TaskOutcome } from '../run/events.ts';
import type { Paint } from './paint.ts';
import { safeLine } from './safe-text.ts';

export type Certainty = Extract<TaskOutcome, { kind: 'changed' }>['certainty'];

/** Beyond so many names the rest is counted. */
const MOST_NAMES = 8;

export function hostNames(hosts: readonly string[]): string {
  const names = [...new Set(hosts)];
  const shown = names.length > MOST_NAMES ? names.slice(0, MOST_NAMES - 2) : names;
  return `${shown.map(safeLine).join(', ')}${shown.length < names.length ? ` and ${names.length - shown.length} more` : ''}`;
}

export function inSyncLine(title: string, hosts: string, paint: Paint): string {
  return paint('green', `in sync: ${title} [${hosts}]`);
}

export function changeLine(title: string, hosts: string, certainty: Certainty, paint: Paint): string {
  switch (certainty) {
    case 'certain':
      return paint('yellow', `would change: ${title} [${hosts}]`);
    case 'after_change':
      return paint('yellow', `may change: ${title} [${hosts}] (an earlier change decides)`);
    case 'opaque':
      return paint('yellow', `would run: ${title} [${hosts}] (nothing tells whether it is needed)`);
    default: {
      const never: never = certainty;
      throw new Error(`unknown certainty ${String(never)}`);
    }
  }
}

export function unknownLine(title: string, hosts: string, because: string, paint: Paint): string {
  return paint('magenta', `unknown: ${title} [${hosts}] (known after apply: ${safeLine(because)})`);
}
