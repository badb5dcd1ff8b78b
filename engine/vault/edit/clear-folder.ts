import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Types of the file systems that exist only in memory, as Linux numbers them: tmpfs and ramfs. */
const IN_MEMORY: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/**
 * Creates a folder for clear text that only its owner can enter (0700). It is in memory if this machine has such a
 * place. Returns its path.
 */
export async function makeClearFolder(environment: NodeJS.ProcessEnv): Promise<string> {
  const runtime = environment['XDG_RUNTIME_DIR'];
  for (const place of [...(runtime === undefined || runtime === '' ? [] : [runtime]), '/dev/shm']) {
    if (!(await isInMemory(place))) continue;
    const folder = await mkdtemp(join(place, 'runbook-edit-')).catch(() => undefined);
    if (folder !== undefined) return folder;
  }
  return mkdtemp(join(tmpdir(), 'runbook-edit-'));
}

/** Removes the folder with the clear text. Tries again if an editor is just writing into it. */
export function removeClearFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

function isInMemory(place: string): Promise<boolean> {
  return statfs(place).then(
    ({ type }) => IN_MEMORY.has(type),
    () => false,
  );
}
