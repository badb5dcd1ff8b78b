import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Resolves to true if there is a valid Kerberos ticket, according to `klist -s`. Without that program there is none.
 */
export async function mayHaveTicket(): Promise<boolean> {
  return run('klist', ['-s'], { timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}
