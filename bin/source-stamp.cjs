const { readdirSync, statSync } = require('node:fs');

/** Files beside the sources: those that make the bundle, and the list of installed libraries. */
const OTHERS = ['package.json', 'package-lock.json', 'build/bundle.ts', 'build/ascii.ts', 'patches/ssh2@1.17.0.patch'];

/**
 * Returns a text that changes when any source changes: names, sizes and times of all sources. The time of change (ctime)
 * is among them, because nobody can set it back. This is much faster than reading the files. Throws if a source is missing.
 * @param {string} root the folder of package.json
 * @returns {string}
 */
function sourceStamp(root) {
  let stamp = '';
  for (const name of [...sourcesIn(root, 'engine'), ...OTHERS]) stamp += `${name} ${fileStamp(`${root}/${name}`)}\n`;
  return stamp;
}

/**
 * Lists the sources below a folder. Node's own recursive option is many times slower.
 * @param {string} root
 * @param {string} folder
 * @returns {readonly string[]}
 */
function sourcesIn(root, folder) {
  return readdirSync(`${root}/${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sourcesIn(root, name);
    return /\.(?:ts|css|js)$/.test(name) ? [name] : [];
  });
}

/**
 * @param {string} path
 * @returns {string}
 */
function fileStamp(path) {
  return stampOf(statSync(path));
}

/**
 * @param {import('node:fs').Stats} stats
 * @returns {string}
 */
function stampOf({ ino, size, mtimeMs, ctimeMs }) {
  return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}

module.exports = { sourceStamp, fileStamp, stampOf };
