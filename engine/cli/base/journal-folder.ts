import { join } from 'node:path';

/** Returns the folder of the journals of all runs. */
export function journalFolder(): string {
  return join(process.env['RUNBOOK_STATE'] ?? '.runbook', 'runs');
}
