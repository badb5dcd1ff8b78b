import { readFileSync } from 'node:fs';
import { join } from 'node:path';

function asset(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8');
}

/** The text of page.css. A checkout reads the file here; build/bundle.ts writes its text into the bundle. */
export const PAGE_STYLE: string = asset('page.css');
/** The text of page.js, which is read in the same way. */
export const PAGE_SCRIPT: string = asset('page.js');
