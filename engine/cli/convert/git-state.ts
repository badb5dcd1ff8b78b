import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { Problem } from '../../errors/problem.ts';

const run = promisify(execFile);

const REMEDY = 'Leave --in-place out, which writes beside it; or add --force.';

/** The place to which the converter would write. */
interface Place {
  /** The folder that is converted, or the folder of the file. Absolute, without links. */
  readonly root: string;
  /** Name of the only file that is converted; undefined for a folder. */
  readonly only?: string | undefined;
  /** The name of the folder or file in messages. */
  readonly name: string;
}

/**
 * Throws Problem if Git does not have the present content of all files there. If Git has it, the user can undo the
 * changes of the converter.
 */
export async function refuseUncommitted({ root, only, name }: Place): Promise<void> {
  // Submodules are checked even if the settings of the user ignore them, because their files could be lost too.
  const status = ['status', '--porcelain', '--untracked-files=normal', '--ignore-submodules=dirty'];
  const answer = await git(root, name, [...status, '--', only === undefined ? '.' : `:(literal)${only}`]);
  const [first, ...others] = answer.split('\n').filter((line) => line !== '');
  if (first === undefined) return;
  throw new Problem({
    code: 'uncommitted',
    what: `${name} has changes that are not committed`,
    why: `${first.slice(3)}${others.length === 0 ? '' : ` and ${others.length} more`}`,
    remedy: 'Commit or stash them, or add --force.',
  });
}

/**
 * Throws Problem if the content of one of the files is not committed in Git. Paths are relative to the folder `root`.
 * Repositories within the folder, such as submodules, are asked for their own files.
 */
export async function refuseUnkept(root: string, files: readonly string[]): Promise<void> {
  for (const [repository, own] of Map.groupBy(files, (file) => repositoryOf(root, file))) {
    const inner = relative(root, repository);
    if (inner !== '') await refuseUncommitted({ root: repository, name: inner });
    const kept = await keptIn(repository, inner);
    for (const file of own) refuseFile(file, kept.get(relative(repository, join(root, file)).split(sep).join('/')));
  }
}

/** Returns the innermost repository at or below `root` that contains the file; `root` itself if there is none. */
function repositoryOf(root: string, file: string): string {
  let folder = dirname(join(root, file));
  while (folder !== root && folder !== dirname(folder) && !existsSync(join(folder, '.git'))) folder = dirname(folder);
  return folder;
}

/** Returns the files of the index below a folder, with the letter that `git ls-files -v` gives each of them. */
async function keptIn(folder: string, name: string): Promise<ReadonlyMap<string, string>> {
  const answer = await git(folder, name, ['ls-files', '-v', '-z', '--', '.']);
  const lines = answer.split('\0').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(2), line.slice(0, 1)]));
}

/** The letter of a file whose changes Git sees. */
const SEEN = 'H';

function refuseFile(file: string, letter: string | undefined): void {
  if (letter === SEEN) return;
  throw new Problem({
    code: 'uncommitted',
    what:
      letter === undefined
        ? `${file} would be changed, and Git ignores it`
        : `${file} would be changed, and Git does not look at its changes (skip-worktree or assume-unchanged)`,
    why: 'The change could not be undone.',
    remedy: REMEDY,
  });
}

/** Returns what git prints. Throws Problem if it fails. */
async function git(folder: string, name: string, args: readonly string[]): Promise<string> {
  const env = withSettings(withoutRepository(process.env), [
    ...SAFE,
    ...(await ownFilters(folder)).map((key) => [key, key.endsWith('.required') ? 'false' : ''] as const),
  ]);
  return await run('git', [...args], { cwd: folder, env, maxBuffer: MOST }).then(
    ({ stdout }) => stdout,
    (error: unknown) => {
      throw failed(error, name);
    },
  );
}

const MOST = 64 * 1024 * 1024;

type Setting = readonly [key: string, value: string];

/**
 * The project may come from elsewhere. Its settings must not name a program that Git runs to find changes, and Git must
 * not take a folder of it for a bare repository.
 */
const SAFE: readonly Setting[] = [
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['safe.bareRepository', 'explicit'],
];

/**
 * Returns the names of the filter settings in the configuration of the repository. The user's own settings stay in
 * effect.
 */
async function ownFilters(folder: string): Promise<readonly string[]> {
  const env = withSettings(withoutRepository(process.env), SAFE);
  const args = ['config', '--null', '--name-only', '--show-scope', '--get-regexp', String.raw`^filter\.`];
  // Exit status 1 means that there are no such settings. Any other failure is reported by the next call of git, which
  // fails too.
  const answer = await run('git', args, { cwd: folder, env, maxBuffer: MOST }).then(
    ({ stdout }) => stdout,
    () => '',
  );
  const fields = answer.split('\0');
  return fields.filter((_, index) => index % 2 === 1 && /^(?:local|worktree)$/.test(fields[index - 1] ?? ''));
}

/**
 * Removes the environment variables with which a Git hook or the user names a repository other than that of the folder.
 */
function withoutRepository(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const others = /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|NAMESPACE|PREFIX|CEILING_DIRECTORIES)$/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !others.test(name)));
}

function withSettings(env: NodeJS.ProcessEnv, settings: readonly Setting[]): NodeJS.ProcessEnv {
  const before = Number(env['GIT_CONFIG_COUNT'] ?? 0);
  const added = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${before + index}`, key],
    [`GIT_CONFIG_VALUE_${before + index}`, value],
  ]);
  return {
    ...env,
    ...Object.fromEntries(added),
    GIT_CONFIG_COUNT: `${before + settings.length}`,
    // Messages are compared, so they must be in English. The index is not written, so no hook runs.
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
  };
}

function failed(error: unknown, name: string): Problem {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  if (said.includes('not a git repository'))
    return new Problem({
      code: 'not-in-git',
      what: `${name} is not in a Git repository, so a change could not be undone`,
      remedy: REMEDY,
    });
  return new Problem({
    code: 'git-failed',
    what: `Git cannot say whether it has the content of ${name}`,
    why: said === '' ? 'There is no program git on the PATH.' : said,
    remedy: REMEDY,
  });
}
