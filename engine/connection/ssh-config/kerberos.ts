import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether there is a Kerberos ticket that has not expired, as `klist -s` tells. Without that program there is none. */
export async function mayHaveTicket(): Promise<boolean> {
  return run('klist', ['-s'], { timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}
