// CommonJS, as is all that the launcher loads: an import of a builtin module loads the parts of it that nobody asks for as well.
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { homedir } = require('node:os');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { loadBundle } = require('./bundle.cjs');
const { fileStamp, sourceStamp } = require('./source-stamp.cjs');

/**
 * Node cuts small buffers from slabs of 64 KiB, and one that is kept keeps its slab: each connection keeps some, such as the host key
 * and the other side's name. Measured with 1,000 connections: 45 MiB less. It holds for the whole process, so the program decides on it, and no
 * module of the engine.
 */
const POOL_BYTES = 8 * 1024;

/**
 * The program: out of its bundle, which is much quicker to load, unless its sources are there and are no longer what the bundle was made of.
 * @param {string} root the folder of package.json
 * @param {string} command what V8 compiles is kept for each command, as each calls other functions
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

/**
 * @param {string} root
 * @param {string} bundle
 */
function isUsable(root, bundle) {
  // The published package has no sources, and its bundle is all there is.
  if (!existsSync(path.join(root, 'engine'))) return true;
  try {
    return readFileSync(path.join(root, 'dist/sources.txt'), 'utf8') === `${fileStamp(bundle)}\n${sourceStamp(root)}`;
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
  const copy = createHash('sha256')
    .update(`${bundle}\n${process.arch} ${process.versions.v8}`)
    .digest('hex')
    .slice(0, 16);
  return `${/^[a-z_]+$/.test(command) ? command : 'help'}-${copy}`;
}

/** Undefined where nothing can be kept. That is only slower. */
function compiledFolder() {
  const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
  const folder = path.join(cache, 'runbook', 'compiled');
  try {
    // Step by step, as Node makes whole paths in a loop that does not end below /proc.
    for (const one of [cache, path.join(cache, 'runbook'), folder])
      if (!existsSync(one)) mkdirSync(one, { mode: 0o700 });
    return folder;
  } catch {
    return undefined;
  }
}

module.exports = { loadProgram };
