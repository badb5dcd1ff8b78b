import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, fillOnce } from '../lab/cache.ts';

const run = promisify(execFile);

/** An older Node, which cannot run the program, the Node of the checkout, and the newest one. */
export const NODES = { older: '20.20.2', own: await ownNode(), newest: '26.12.1' } as const;

async function ownNode(): Promise<string> {
  return (await readFile(join(import.meta.dirname, '../.node-version'), 'utf8')).trim();
}

/** Returns the folder of the program `node` of this version. npm fetches it once into the user's cache, without scripts. */
export async function nodeFolder(version: string): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = await fillOnce(join(cacheFolder(), `node-${version}`), async (scratch) => {
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--loglevel=error'];
    await run('npm', ['install', ...options, '--prefix', scratch, `${name}@${version}`], { timeout: 300_000 });
  });
  return join(folder, 'node_modules', name, 'bin');
}
