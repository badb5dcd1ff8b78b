import { readFileSync } from 'node:fs';
import { join } from 'node:path';

function asset(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8');
}

/** The style of the page. In the bundle it is part of the program (build/bundle.ts). */
export const PAGE_STYLE: string = asset('page.css');
export const PAGE_SCRIPT: string = asset('page.js');
