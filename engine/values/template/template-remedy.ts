import { parse } from 'handlebars/dist/cjs/handlebars/compiler/base.js';
import { isExpression } from '../expression/expression.ts';
import { mustacheRemedy } from '../jinja/jinja-remedy.ts';

/**
 * What to write instead of the mustache at this offset of the text, where its inside is Jinja. The remedy is one that
 * can be read.
 */
export function mustacheRemedyAt(text: string, offset: number): string | undefined {
  const mustache = mustacheAt(text, offset);
  return mustache === undefined ? undefined : mustacheRemedy(mustache, isTemplate);
}

/** The first mustache that cannot be read by itself, with where it begins. */
export function firstUnreadable(text: string): { readonly mustache: string; readonly offset: number } | undefined {
  for (const { 0: mustache, index } of text.matchAll(MUSTACHE)) {
    if (text[index - 1] === '\\' || mustache.startsWith('{{{{') || /^\{\{~?(?:!|\/|else\b|\^)/.test(mustache)) continue;
    if (!canBeParsed(closed(mustache))) return { mustache, offset: index };
  }
  return undefined;
}

/** Texts in quotes may hold braces. */
const MUSTACHE = /\{\{(?:"[^"]*"|'[^']*'|(?!\}\})[^"'])*\}\}/g;

function mustacheAt(text: string, offset: number): string | undefined {
  for (const { 0: mustache, index } of text.matchAll(MUSTACHE)) {
    if (index <= offset && offset < index + mustache.length) return mustache;
    if (index > offset) return undefined;
  }
  return undefined;
}

/** A block's head, with the end that makes it whole. */
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

/** Whether it can be read, blocks that it leaves open closed, and the expressions in it too. */
function isTemplate(mustache: string): boolean {
  if (!canBeParsed(closed(mustache))) return false;
  return [...mustache.matchAll(/\(?expr ("[^"]*"|'[^']*')/g)].every(([, text = '']) => isExpression(text.slice(1, -1)));
}
