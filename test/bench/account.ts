import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NAME = 'runbook-bench';
/** Exit status of useradd if the user exists. */
const EXISTS_ALREADY = 9;

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  remove(): Promise<void>;
}

/**
 * A user with a plain `/bin/sh`, made for the bench and removed after it. If root does not run the bench, the current
 * user serves.
 */
export async function benchAccount(): Promise<Account> {
  const own = userInfo();
  if (own.uid !== 0) return { name: own.username, uid: own.uid, gid: own.gid, remove: async () => {} };
  // No password matches `*`. Unlike a locked account, such an account accepts keys.
  const made = await run('useradd', [
    '--no-create-home',
    '--home-dir',
    '/',
    '--shell',
    '/bin/sh',
    '--password',
    '*',
    NAME,
  ]).then(
    () => true,
    (error: { code?: unknown }) => {
      if (error.code !== EXISTS_ALREADY) throw error;
      return false;
    },
  );
  const [uid, gid] = await Promise.all([idOf('-u'), idOf('-g')]);
  const remove = async (): Promise<void> => {
    if (made) await run('userdel', ['--force', NAME]).catch(() => {});
  };
  return { name: NAME, uid, gid, remove };
}

async function idOf(which: '-u' | '-g'): Promise<number> {
  return Number((await run('id', [which, NAME])).stdout);
}
