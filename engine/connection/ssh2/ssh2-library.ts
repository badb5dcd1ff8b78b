import { readFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import type Ssh2 from 'ssh2';
import { CORRECTED, corrected } from './ssh2-patch.ts';

/** ssh2 as it is loaded here. */
export interface Ssh2Library {
  readonly ssh2: typeof Ssh2;
  /** As its package.json says. */
  readonly version: string;
  /** Whether it has the corrections of patches/. */
  readonly isCorrected: boolean;
}

/**
 * The only place that loads ssh2. The bundle has a file of its own in place of this one (build/bundle.ts), in which the
 * corrections are built in.
 */
export const library: Ssh2Library = load();

function load(): Ssh2Library {
  const require = createRequire(import.meta.url);
  const missing = new Set(CORRECTED);
  // For the time of loading only: nothing else of the process is loaded by these.
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
