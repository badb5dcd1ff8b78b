import { homedir } from 'node:os';
import { join } from 'node:path';

/** Returns the file that keeps digests of large files between runs. */
export function digestCacheFile(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'runbook', 'digests.json');
}
