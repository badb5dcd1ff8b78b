import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Problem } from '../errors/problem.ts';

/** Replaces a file's content in one step, so that nobody ever sees half of it. It keeps its mode; a new one is for its owner only. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const mode = await stat(path).then(
    (status) => status.mode & 0o777,
    () => 0o600,
  );
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.new`);
  try {
    await writeFile(beside, text, { mode: 0o600, flag: 'wx', flush: true });
    await chmod(beside, mode);
    await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
}

/** Opens an editor (`$VISUAL`, `$EDITOR`, else vi) on a text, in a folder that only its owner can read. Gives the text after it. */
export async function editText(text: string, name: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const editor = environment['VISUAL'] ?? environment['EDITOR'] ?? 'vi';
  const folder = await mkdtemp(join(tmpdir(), 'runbook-edit-'));
  try {
    const file = join(folder, basename(name));
    await writeFile(file, text, { mode: 0o600 });
    await runEditor(editor, file);
    return await readFile(file, 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runEditor(editor: string, file: string): Promise<void> {
  // As git does: the variable may hold arguments, and the shell splits them.
  const child = spawn('sh', ['-c', `${editor} "$1"`, 'editor', file], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status) => {
      if (status === 0) resolve();
      else
        reject(
          new Problem({
            code: 'editor',
            what: `the editor "${editor}" failed`,
            why: 'Nothing was changed.',
            remedy: 'Set EDITOR to an editor that is there.',
          }),
        );
    });
  });
}
