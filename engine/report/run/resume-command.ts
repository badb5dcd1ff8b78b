import { quote } from '../../connection/base/quote.ts';
import type { RunStarted } from '../../run/base/events.ts';
import { safeLine } from '../text/safe-text.ts';

/** How a play that did not come to its end is gone on with. Undefined: there is no such command, as for `exec`. */
export function resumeCommand({ playbook, inventory, runId }: RunStarted): string | undefined {
  if (!/\.ya?ml$/.test(playbook)) return undefined;
  const words = ['runbook', 'play', playbook, ...inventory.flatMap((source) => ['-i', source]), '--resume', runId];
  return safeLine(words.map((word) => (/^[\w./@:=+,-]+$/.test(word) ? word : quote(word))).join(' '));
}
