import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** The folder of everything that outlives a lab: base file systems, packages, binaries. `RUNBOOK_CACHE` moves it. */
export function cacheFolder(): string {
  const own = process.env['RUNBOOK_CACHE'];
  if (own !== undefined && own !== '') return own;
  const shared = process.env['XDG_CACHE_HOME'];
  return join(shared !== undefined && shared !== '' ? shared : join(homedir(), '.cache'), 'runbook');
}

/** Returns a short name for content that is made from `recipe`: the same recipe has the same key. */
export function keyOf(recipe: unknown): string {
  return createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16);
}

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns the folder `path`, and fills it first if it does not exist. The folder appears as a whole or not at all:
 * `fill` works in a temporary folder beside it, which is removed if `fill` fails. If two processes fill it at the same
 * time, both succeed, and the work of one is dropped.
 */
export async function fillOnce(path: string, fill: (scratch: string) => Promise<void>): Promise<string> {
  if (await exists(path)) return path;
  await mkdir(dirname(path), { recursive: true });
  const scratch = await mkdtemp(join(dirname(path), '.partial-'));
  try {
    await fill(scratch);
    await rename(scratch, path);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    if (!(await exists(path))) throw error;
  }
  return path;
}
