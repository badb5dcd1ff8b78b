/** A string of CEL or Jinja. A backslash escapes the next character. */
const QUOTED = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/y;

/**
 * Replaces each quoted string of an expression. A quote that nothing closes stays: after it, each quote of its kind is
 * escaped, so that none of them is closed either. The time grows with the length of the text.
 */
export function replaceQuoted(text: string, by: (quoted: string) => string): string {
  const open = new Set<string>();
  let result = '';
  let at = 0;
  for (const { 0: quote, index } of text.matchAll(/["']/g)) {
    if (index < at || open.has(quote)) continue;
    QUOTED.lastIndex = index;
    const quoted = QUOTED.exec(text)?.[0];
    if (quoted === undefined) {
      open.add(quote);
      continue;
    }
    result += text.slice(at, index) + by(quoted);
    at = index + quoted.length;
  }
  return result + text.slice(at);
}
