const { readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const { getHeapCodeStatistics } = require('node:v8');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');
const { fileStamp } = require('./source-stamp.cjs');

/** @typedef {{ readonly main: (argv: readonly string[]) => Promise<number>, readonly keep: () => void }} Program */
/** @typedef {Pick<typeof import('../engine/api/entry.ts'), 'library' | 'moduleSurface'>} Parts */

/**
 * The compiled code is stored again if a run has compiled this much more than the stored code: for other modules, or
 * for changes.
 */
const MUCH_MORE = 1.2;

/**
 * Loads the program from its bundle. V8 takes the code that it compiled in earlier runs from the file `kept`, if that file
 * matches this bundle and this V8. Unlike Node's own compile cache, the file also has the functions that were called, which
 * are most of the code.
 * @param {string} bundle
 * @param {string | undefined} kept
 * @returns {Program & Parts}
 */
function loadBundle(bundle, kept) {
  const stamp = fileStamp(bundle);
  const earlier = kept === undefined ? undefined : readKept(kept, stamp);
  // The file is ASCII, and Latin-1 is read without decoding.
  const script = new Script(readFileSync(bundle, 'latin1'), { filename: bundle, cachedData: earlier?.data });
  const before = script.cachedDataRejected === false ? (earlier?.bytecode ?? 0) : 0;
  /** @type {{ exports: Partial<typeof import('../engine/api/entry.ts')> }} */
  const bundled = { exports: {} };
  script.runInThisContext()(bundled.exports, createRequire(bundle), bundled, bundle, path.dirname(bundle));
  const { main, library, moduleSurface } = bundled.exports;
  if (main === undefined || library === undefined || moduleSurface === undefined)
    throw new Error(`${bundle} is not the program`);
  const keep = () => {
    const bytecode = getHeapCodeStatistics().bytecode_and_metadata_size;
    if (kept !== undefined && bytecode > before * MUCH_MORE) write(kept, stamp, bytecode, script.createCachedData());
  };
  return { main, library, moduleSurface, keep };
}

/**
 * Reads the compiled code. V8 itself only checks its own version and the length of the source.
 * @param {string} kept
 * @param {string} stamp
 */
function readKept(kept, stamp) {
  try {
    const content = readFileSync(kept);
    const end = content.indexOf('\n');
    const [bundle, bytecode, checksum] = JSON.parse(content.toString('utf8', 0, end));
    const data = content.subarray(end + 1);
    return bundle === stamp && checksum === crc32(data) ? { data, bytecode: Number(bytecode) } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Replaces the file as a whole, because other runs may read and write it at the same time.
 * @param {string} kept
 * @param {string} stamp
 * @param {number} bytecode
 * @param {Buffer} data
 */
function write(kept, stamp, bytecode, data) {
  const temporary = `${kept}.${process.pid}`;
  try {
    writeFileSync(temporary, `${JSON.stringify([stamp, bytecode, crc32(data)])}\n`, { mode: 0o600 });
    writeFileSync(temporary, data, { flag: 'a' });
    renameSync(temporary, kept);
  } catch {
    // If it cannot be stored (a full disk, a folder of another user), the next run is only as slow as this one.
    rmSync(temporary, { force: true });
  }
}

module.exports = { loadBundle };
