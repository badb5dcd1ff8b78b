import { parse } from 'handlebars/dist/cjs/handlebars/compiler/base.js';
import { isExpression } from '../expression/expression.ts';
import { mustacheRemedy } from '../jinja/jinja-remedy.ts';
import { quotedMustachesIn } from '../language/mustaches.ts';

/**
 * Returns what to write in place of the mustache at this offset, if its content is Jinja. The result is always a valid
 * template.
 */
export function mustacheRemedyAt(text: string, offset: number): string | undefined {
  const mustache = mustacheAt(text, offset);
  return mustache === undefined ? undefined : mustacheRemedy(mustache, isTemplate);
}

/** Returns the first mustache that cannot be parsed alone, and its offset. */
export function firstUnreadable(text: string): { readonly mustache: string; readonly offset: number } | undefined {
  for (const { mustache, offset } of quotedMustachesIn(text)) {
    if (text[offset - 1] === '\\' || mustache.startsWith('{{{{') || /^\{\{~?(?:!|\/|else\b|\^)/.test(mustache))
      continue;
    if (!canBeParsed(closed(mustache))) return { mustache, offset };
  }
  return undefined;
}

/** Returns the mustache that contains this offset. */
export function mustacheAt(text: string, offset: number): string | undefined {
  for (const { mustache, offset: begin } of quotedMustachesIn(text)) {
    if (begin <= offset && offset < begin + mustache.length) return mustache;
    if (begin > offset) return undefined;
  }
  return undefined;
}

/** Adds the end of the block to the head of a block. */
function closed(mustache: string): string {
  const block = /^\{\{~?#\*?(\w+)/.exec(mustache)?.[1];
  if (block !== undefined) return `${mustache}{{/${block}}}`;
  return mustache.startsWith('{{else') ? `{{#if x}}${mustache}{{/if}}` : mustache;
}

function canBeParsed(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Returns whether the mustache is valid, including its expressions. Blocks that it opens are closed first. */
function isTemplate(mustache: string): boolean {
  if (!canBeParsed(closed(mustache))) return false;
  return [...mustache.matchAll(/\(?expr ("[^"]*"|'[^']*')/g)].every(([, text = '']) => isExpression(text.slice(1, -1)));
}
