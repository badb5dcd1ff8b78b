import { readFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import type Ssh2 from 'ssh2';
import { CORRECTED, corrected } from './ssh2-patch.ts';

/** The loaded ssh2. */
export interface Ssh2Library {
  readonly ssh2: typeof Ssh2;
  /** The version in its package.json. */
  readonly version: string;
  /** True if the corrections of patches/ are applied. */
  readonly isCorrected: boolean;
}

/**
 * The only place that loads ssh2. The bundle replaces this file (build/bundle.ts) by one with the corrections built in.
 */
export const library: Ssh2Library = load();

function load(): Ssh2Library {
  const require = createRequire(import.meta.url);
  const missing = new Set(CORRECTED);
  // Only while ssh2 is loaded: no other module of the process goes through these hooks.
  const hooks = registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context);
      const file = CORRECTED.find((one) => url.endsWith(`/node_modules/ssh2/${one}`));
      if (file === undefined) return loaded;
      const text = corrected(file, readFileSync(fileURLToPath(url), 'utf8'));
      if (text === undefined) return loaded;
      missing.delete(file);
      return { ...loaded, source: text };
    },
  });
  try {
    const ssh2: typeof Ssh2 = require('ssh2');
    const { version }: { readonly version: string } = require('ssh2/package.json');
    return { ssh2, version, isCorrected: missing.size === 0 };
  } finally {
    hooks.deregister();
  }
}
