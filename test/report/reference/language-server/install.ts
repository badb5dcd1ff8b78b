import { execFile } from 'node:child_process';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, fillOnce, keyOf } from '../../../../lab/cache.ts';

const run = promisify(execFile);
const FILES = ['package.json', 'package-lock.json'] as const;

/**
 * Installs yaml-language-server once into the user's cache by npm. The lock file beside this file has a SHA-512 of each
 * package, and no package runs a script. It is not a dependency: the product contains no part of it.
 * @returns the program, for Node
 */
export async function installLanguageServer(): Promise<string> {
  const recipe = await Promise.all(FILES.map((file) => readFile(join(import.meta.dirname, file), 'utf8')));
  const folder = await fillOnce(join(cacheFolder(), `yaml-language-server-${keyOf(recipe)}`), async (scratch) => {
    for (const file of FILES) await copyFile(join(import.meta.dirname, file), join(scratch, file));
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: scratch,
      timeout: 300_000,
    });
  });
  return join(folder, 'node_modules/yaml-language-server/bin/yaml-language-server');
}
