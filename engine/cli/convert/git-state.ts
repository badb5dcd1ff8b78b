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
  const answer = await git(folder, 'status', '--porcelain', '--', isFolder ? '.' : basename(whole));
  if (answer === undefined)
    throw new Problem({
      code: 'not-in-git',
      what: `${path} is in no Git repository, so nothing could be taken back`,
      remedy: 'Leave --in-place out, which writes beside it; or add --force.',
    });
  const [first, ...others] = answer.split('\n').filter((line) => line !== '');
  if (first === undefined) return;
  throw new Problem({
    code: 'uncommitted',
    what: `${path} has changes that Git does not keep yet`,
    why: `${first.slice(3)}${others.length === 0 ? '' : ` and ${others.length} more`}`,
    remedy: 'Commit or stash them, or add --force.',
  });
}

/** Throws Problem if Git ignores one of the files, whose paths are relative to the folder `root`. */
export async function refuseIgnored(root: string, files: readonly string[]): Promise<void> {
  const answer = await git(root, 'ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--', '.');
  const ignored = new Set(answer?.split('\0'));
  const first = files.find((file) => ignored.has(file));
  if (first === undefined) return;
  throw new Problem({
    code: 'uncommitted',
    what: `${first} would be changed, and Git ignores it`,
    why: 'What is in it now could not be taken back.',
    remedy: 'Leave --in-place out, which writes beside it; or add --force.',
  });
}

/** Returns what git prints; undefined if it fails. */
async function git(folder: string, ...args: readonly string[]): Promise<string | undefined> {
  // The project may come from elsewhere: its settings must not name a program that looks for changes.
  return await run('git', ['-c', 'core.fsmonitor=false', ...args], { cwd: folder, maxBuffer: 64 * 1024 * 1024 }).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
}
