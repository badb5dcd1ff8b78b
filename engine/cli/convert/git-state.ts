import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Problem } from '../../errors/problem.ts';

const run = promisify(execFile);

/** Throws Problem if Git does not hold everything at the path. Otherwise the changes of the converter can be undone. */
export async function refuseUncommitted(path: string): Promise<void> {
  const whole = resolve(path);
  const isFolder = statSync(whole, { throwIfNoEntry: false })?.isDirectory() === true;
  const folder = isFolder ? whole : dirname(whole);
  const answer = await run('git', ['status', '--porcelain', '--', isFolder ? '.' : basename(whole)], {
    cwd: folder,
    maxBuffer: 64 * 1024 * 1024,
  }).catch(() => undefined);
  if (answer === undefined)
    throw new Problem({
      code: 'not-in-git',
      what: `${path} is in no Git repository, so nothing could be taken back`,
      remedy: 'Leave --in-place out, which writes beside it; or add --force.',
    });
  const [first, ...others] = answer.stdout.split('\n').filter((line) => line !== '');
  if (first === undefined) return;
  throw new Problem({
    code: 'uncommitted',
    what: `${path} has changes that Git does not keep yet`,
    why: `${first.slice(3)}${others.length === 0 ? '' : ` and ${others.length} more`}`,
    remedy: 'Commit or stash them, or add --force.',
  });
}
