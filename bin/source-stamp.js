import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Beside the sources: what the bundle is made by, and the record of what npm has installed. */
const OTHERS = ['package.json', 'node_modules/.package-lock.json', 'build/bundle.ts'];

/**
 * What changes as soon as any source does: names, sizes and times of all of them. The time of change (ctime) is among them,
 * which nobody can set back. Looking is much cheaper than reading. Throws where a source is not there.
 * @param {string} root the folder of package.json
 * @returns {string}
 */
export function sourceStamp(root) {
  const engine = readdirSync(join(root, 'engine'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return [...engine.map((name) => join('engine', name)), ...OTHERS].map((name) => `${name} ${fileStamp(join(root, name))}\n`).join('');
}

/**
 * @param {string} path
 * @returns {string}
 */
export function fileStamp(path) {
  return stampOf(statSync(path));
}

/**
 * @param {import('node:fs').Stats} stats
 * @returns {string}
 */
export function stampOf({ ino, size, mtimeMs, ctimeMs }) {
  return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}
