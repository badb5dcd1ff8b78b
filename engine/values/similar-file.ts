import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { nearestName } from './language/suggest.ts';

/**
 * `Did you mean "app.conf"?` for a file that is not there: a file that is there under a similar name. `name` is what
 * was written, `tried` the paths that it was looked for at. Undefined where nothing is near.
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
