import { isUtf8 } from 'node:buffer';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Place, Problem } from '../errors/problem.ts';

interface Options {
  /** Where the folder is named. */
  readonly place?: Place | undefined;
  readonly remedy?: string;
}

/**
 * Returns the names in a folder of the controller, sorted. Throws Problem for a name that is not UTF-8: no file can be
 * opened by the text of such a name. Throws the errors of the system too.
 */
export function utf8NamesIn(folder: string, { place, remedy = 'Rename it.' }: Options = {}): readonly string[] {
  const names = readdirSync(folder, 'buffer');
  const wrong = names.find((name) => !isUtf8(name));
  if (wrong === undefined) return names.map(String).toSorted();
  const escaped = wrong.toString('latin1').replaceAll(/[^\x20-\x7e]/g, hexadecimal);
  const what = `the name of ${join(folder, escaped)} is not UTF-8`;
  throw new Problem({ code: 'not-utf8', what, place, remedy });
}

function hexadecimal(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
