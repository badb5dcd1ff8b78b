// CommonJS, like everything that the launcher loads: an ES import of a builtin module also loads parts that nobody
// needs.
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { homedir } = require('node:os');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { loadBundle } = require('./bundle.cjs');
const { fileStamp, sourceStamp } = require('./source-stamp.cjs');

/**
 * Node cuts small buffers from slabs of 64 KiB, and a buffer that is kept keeps its whole slab. Each connection keeps
 * some buffers, such as the host key and the name of the other side. With smaller slabs, 1,000 connections need 45 MiB
 * less (measured). The setting applies to the whole process, so the program sets it, and not a module of the engine.
 */
const POOL_BYTES = 8 * 1024;

/**
 * Loads the program from its bundle, which is much faster. If the sources exist and have changed since the bundle was made,
 * loads the sources.
 * @param {string} root the folder of package.json
 * @param {string} command compiled code is stored for each command, because each command calls other functions
 * @returns {Promise<import('./bundle.cjs').Program>}
 */
async function loadProgram(root, command) {
  Buffer.poolSize = POOL_BYTES;
  const bundle = path.join(root, 'dist/runbook.cjs');
  const folder = compiledFolder();
  if (isUsable(root, bundle))
    return loadBundle(bundle, folder === undefined ? undefined : path.join(folder, keptName(bundle, command)));
  if (folder !== undefined) enableCompileCache(folder);
  const { main } = await import(pathToFileURL(path.join(root, 'engine/cli/main.ts')).href);
  return { main, keep: () => undefined };
}

/** @type {Promise<import('./bundle.cjs').Parts> | undefined} */
let parts;

/**
 * What other programs import. Always the same object in one process: a value that one of its functions has made is known to all.
 * @param {string} root the folder of package.json
 * @returns {Promise<import('./bundle.cjs').Parts>}
 */
function loadParts(root) {
  const bundle = path.join(root, 'dist/runbook.cjs');
  parts ??= isUsable(root, bundle)
    ? Promise.resolve(loadBundle(bundle, undefined))
    : import(pathToFileURL(path.join(root, 'engine/api/entry.ts')).href);
  return parts;
}

/**
 * @param {string} root
 * @param {string} bundle
 */
function isUsable(root, bundle) {
  // The published package has only the bundle, without sources.
  if (!existsSync(path.join(root, 'engine'))) return true;
  try {
    return readFileSync(path.join(root, 'dist/sources.txt'), 'utf8') === `${fileStamp(bundle)}\n${sourceStamp(root)}`;
  } catch {
    return false;
  }
}

/**
 * Returns a name for each command, copy of the program and version of V8. A new build replaces the code of the one before.
 * @param {string} bundle
 * @param {string} command
 */
function keptName(bundle, command) {
  const copy = createHash('sha256')
    .update(`${bundle}\n${process.arch} ${process.versions.v8}`)
    .digest('hex')
    .slice(0, 16);
  return `${/^[a-z_]+$/.test(command) ? command : 'help'}-${copy}`;
}

/** Undefined if nothing can be stored. Then the program is only slower. */
function compiledFolder() {
  const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
  const folder = path.join(cache, 'runbook', 'compiled');
  try {
    // Step by step, because `recursive` of Node never ends below /proc.
    for (const one of [cache, path.join(cache, 'runbook'), folder])
      if (!existsSync(one)) mkdirSync(one, { mode: 0o700 });
    return folder;
  } catch {
    return undefined;
  }
}

module.exports = { loadProgram, loadParts };
