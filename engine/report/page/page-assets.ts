import { readFileSync } from 'node:fs';
import { join } from 'node:path';

function asset(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8');
}

/** The files of the page. In the built program they are part of it (build/bundle.ts). */
export const PAGE_STYLE: string = asset('page.css');
export const PAGE_SCRIPT: string = asset('page.js');
