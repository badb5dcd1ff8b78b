import { quote } from '../connection/base/quote.ts';
import type { Request } from './base/resource.ts';
import { type ProbeDetail, type ProbeState, probe } from './probe.ts';

/** True if a path contains characters of a shell pattern. */
export function isPattern(path: string): boolean {
  return /[*?[]/.test(path);
}

/**
 * Asks whether a path matches a pattern. The status of the answer is 0 if one does. As in the shell, `*` skips names
 * that begin with a dot.
 */
export function anyThatFits(pattern: string): Request<ProbeDetail, ProbeState> {
  return probe(somethingFits(pattern));
}

/** Returns shell text for a subshell. Its status is 0 if a path matches the pattern. */
export function somethingFits(pattern: string): string {
  return `set +f; set -- ${patternWord(pattern)}; [ -e "$1" ] || [ -L "$1" ]`;
}

/** Returns the pattern as a word of the shell: `*`, `?` and `[…]` keep their meaning, everything else is literal. */
function patternWord(pattern: string): string {
  return pattern.replace(
    /(\[[!^]?\]?)|([*?\]-])|([^*?[\]-]+)/g,
    (_whole, open?: string, meta?: string, plain?: string) => {
      if (open !== undefined) return open.replace('^', "'^'");
      return meta ?? quote(plain ?? '');
    },
  );
}
