import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadBundle } from './bundle.js';
import { fileStamp, sourceStamp } from './source-stamp.js';

/**
 * The program: out of its bundle, which is much quicker to load, unless its sources are there and are no longer what the bundle was made of.
 * @param {string} root the folder of package.json
 * @param {string} command what V8 compiles is kept for each command, as each calls other functions
 * @returns {Promise<import('./bundle.js').Program>}
 */
export async function loadProgram(root, command) {
  const bundle = join(root, 'dist/runbook.cjs');
  const folder = compiledFolder();
  if (isUsable(root, bundle)) return loadBundle(bundle, folder === undefined ? undefined : join(folder, keptName(bundle, command)));
  if (folder !== undefined) enableCompileCache(folder);
  const { main } = await import(pathToFileURL(join(root, 'engine/cli/main.ts')).href);
  return { main, keep: () => undefined };
}

/**
 * @param {string} root
 * @param {string} bundle
 */
function isUsable(root, bundle) {
  // The published package has no sources, and its bundle is all there is.
  if (!existsSync(join(root, 'engine'))) return true;
  try {
    return readFileSync(join(root, 'dist/sources.txt'), 'utf8') === `${fileStamp(bundle)}\n${sourceStamp(root)}`;
  } catch {
    return false;
  }
}

/**
 * One name for each command, copy of the program and V8, so that a new build replaces what was kept of the one before.
 * @param {string} bundle
 * @param {string} command
 */
function keptName(bundle, command) {
  const copy = createHash('sha256').update(`${bundle}\n${process.arch} ${process.versions.v8}`).digest('hex').slice(0, 16);
  return `${/^[a-z]+$/.test(command) ? command : 'help'}-${copy}`;
}

/** Undefined where nothing can be kept. That is only slower. */
function compiledFolder() {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(cache, 'runbook', 'compiled');
  try {
    // Step by step, as Node makes whole paths in a loop that does not end below /proc.
    for (const path of [cache, join(cache, 'runbook'), folder]) if (!existsSync(path)) mkdirSync(path, { mode: 0o700 });
    return folder;
  } catch {
    return undefined;
  }
}
