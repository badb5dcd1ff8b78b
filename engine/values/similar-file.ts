import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { nearestName } from './language/suggest.ts';

/**
 * Returns `Did you mean "app.conf"?` for a file that does not exist, if a file with a similar name exists. `name` is
 * the name as written, `tried` the paths where it was searched for. Undefined if no name is similar.
 */
export function similarFile(name: string, tried: readonly string[]): string | undefined {
  for (const path of tried) {
    const nearest = nearestName(basename(path), namesIn(dirname(path)));
    if (nearest === undefined || nearest === basename(path)) continue;
    const folder = dirname(name);
    return `Did you mean "${folder === '.' ? nearest : join(folder, nearest)}"?`;
  }
  return undefined;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
