import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const VERSION = '2.19';

/** The real `ansible-inventory`, installed once into the user's cache; or why it cannot be had. */
export async function ansibleInventory(): Promise<{ readonly program: string } | { readonly missing: string }> {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'runbook', 'test');
  const environment = join(folder, `ansible-core-${VERSION}`);
  const program = join(environment, 'bin', 'ansible-inventory');
  if (existsSync(join(environment, 'complete'))) return { program };
  try {
    await mkdir(folder, { recursive: true });
    await rm(environment, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', environment]);
    await run(join(environment, 'bin', 'pip'), ['install', '--quiet', `ansible-core==${VERSION}.*`], { timeout: 300_000 });
    await run(program, ['--version']);
    await mkdir(join(environment, 'half'));
    await rename(join(environment, 'half'), join(environment, 'complete'));
    return { program };
  } catch (error) {
    return { missing: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) };
  }
}
