/**
 * Splits a text at its mustaches, `{{ … }}`: the parts at even places are text, and those at odd places are mustaches
 * with their braces. A mustache ends at the next `}}`, in quotes too. The time grows with the length of the text, also
 * if nothing closes the braces.
 */
export function splitAtMustaches(text: string): readonly string[] {
  const parts: string[] = [];
  for (let at = 0; ;) {
    const open = text.indexOf('{{', at);
    const close = open === -1 ? -1 : text.indexOf('}}', open + 2);
    if (close === -1) return [...parts, text.slice(at)];
    parts.push(text.slice(at, open), text.slice(open, close + 2));
    at = close + 2;
  }
}

/** Returns the mustaches of a text, see `splitAtMustaches`. */
export function mustachesIn(text: string): readonly string[] {
  return splitAtMustaches(text).filter((_part, index) => index % 2 === 1);
}

/** Returns what is between the braces of a mustache, without the signs for blanks of Jinja, `{{- x -}}`. */
export function innerOf(mustache: string): string {
  return mustache.slice(2, -2).replace(/^-/, '').replace(/-$/, '').trim();
}

interface Token {
  readonly sign: string;
  readonly at: number;
}

/**
 * Finds the mustaches of a template of Handlebars, in which quoted text may contain braces. A mustache that nothing
 * closes is passed over.
 */
export function* quotedMustachesIn(text: string): Iterable<{ readonly mustache: string; readonly offset: number }> {
  const tokens = [...text.matchAll(/["']|\}(?=\})/g)].map(({ 0: sign, index }): Token => ({ sign, at: index }));
  const ends = endsOf(tokens);
  let next = 0;
  for (let open = text.indexOf('{{'); open !== -1;) {
    while ((tokens[next]?.at ?? Infinity) < open + 2) next += 1;
    const end = ends[next];
    if (end !== undefined) yield { mustache: text.slice(open, end), offset: open };
    open = text.indexOf('{{', end ?? open + 1);
  }
}

/**
 * Returns, for each token, where the mustache ends in whose text it is the first one; undefined if nothing closes it.
 * Each answer follows from those of later tokens, so that no token is looked at twice.
 */
function endsOf(tokens: readonly Token[]): readonly (number | undefined)[] {
  const ends = Array.from<number | undefined>({ length: tokens.length });
  const closing = new Map<string, number>();
  for (const [index, { sign, at }] of [...tokens.entries()].toReversed()) {
    const close = sign === '}' ? undefined : closing.get(sign);
    ends[index] = sign === '}' ? at + 2 : close === undefined ? undefined : ends[close + 1];
    closing.set(sign, index);
  }
  return ends;
}
