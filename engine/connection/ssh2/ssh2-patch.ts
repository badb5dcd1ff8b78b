import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { applyPatch, parsePatch } from 'diff';
import { EXPECTED } from './ssh2-internals.ts';

/**
 * The reviewed corrections of ssh2: patches/ssh2@VERSION.patch in the root of the sources. The build applies them to
 * the bundle. A checkout applies them when ssh2 is loaded (`ssh2-library.ts`): there is no install script, and the
 * installed files stay as they are, so that they still match the checksums of the lock file.
 */
const CORRECTIONS = parsePatch(readFileSync(join(root(), 'patches', `ssh2@${EXPECTED}.patch`), 'utf8'));

function root(): string {
  const file = findPackageJSON(import.meta.url);
  if (file === undefined) throw new Error('The sources have no package.json above them');
  return dirname(file);
}

/** The corrected files, as paths below the folder of ssh2. */
export const CORRECTED: readonly string[] = CORRECTIONS.map(({ newFileName = '' }) => newFileName.replace(/^b\//, ''));

/**
 * Returns the corrected text of one of these files; undefined if the corrections do not fit, as in another version of
 * ssh2.
 */
export function corrected(file: string, text: string): string | undefined {
  const correction = CORRECTIONS[CORRECTED.indexOf(file)];
  const result = correction === undefined ? false : applyPatch(text, correction);
  return result === false ? undefined : result;
}
