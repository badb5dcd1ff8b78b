import { quote } from '../connection/base/quote.ts';
import type { Request } from './base/resource.ts';
import { type ProbeDetail, type ProbeState, probe } from './probe.ts';

/** Whether a path holds characters of a shell pattern. */
export function isPattern(path: string): boolean {
  return /[*?[]/.test(path);
}

/**
 * Asks whether anything fits a pattern. The status of the answer is 0 where something does. As for the shell, `*`
 * passes over names with a dot in front.
 */
export function anyThatFits(pattern: string): Request<ProbeDetail, ProbeState> {
  return probe(somethingFits(pattern));
}

/** Shell text, for a subshell, with status 0 if a path matches the pattern. */
export function somethingFits(pattern: string): string {
  return `set +f; set -- ${patternWord(pattern)}; [ -e "$1" ] || [ -L "$1" ]`;
}

/** The pattern as a word of the shell: `*`, `?` and `[…]` keep their meaning, everything else is literal. */
function patternWord(pattern: string): string {
  return pattern.replace(
    /(\[[!^]?\]?)|([*?\]-])|([^*?[\]-]+)/g,
    (_whole, open?: string, meta?: string, plain?: string) => {
      if (open !== undefined) return open.replace('^', "'^'");
      return meta ?? quote(plain ?? '');
    },
  );
}
