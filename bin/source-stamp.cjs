const { readdirSync, statSync } = require('node:fs');

/** Beside the sources: what the bundle is made by, and the libraries that npm installs. */
const OTHERS = ['package.json', 'package-lock.json', 'build/bundle.ts', 'build/ascii.ts', 'patches/ssh2@1.17.0.patch'];

/**
 * What changes as soon as any source does: names, sizes and times of all of them. The time of change (ctime) is among them,
 * which nobody can set back. Looking is much cheaper than reading. Throws where a source is not there.
 * @param {string} root the folder of package.json
 * @returns {string}
 */
function sourceStamp(root) {
  let stamp = '';
  for (const name of [...sourcesIn(root, 'engine'), ...OTHERS]) stamp += `${name} ${fileStamp(`${root}/${name}`)}\n`;
  return stamp;
}

/**
 * By hand, as Node's own way to read folders within folders takes many times as long.
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
