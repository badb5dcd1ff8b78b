import { type Value, isList, isMap } from './value.ts';

/** Maximal depth of nested lists and maps, from any source. Code that works on values is recursive. */
export const MAX_DEPTH = 100;

/** Returns whether JSON text is nested deeper than that. It can be asked before the text is parsed. */
export function isDeepJson(text: string): boolean {
  return shapeOfJson(text).depth > MAX_DEPTH;
}

/**
 * Estimates the depth of the lists and maps in JSON text, and an upper bound for its number of values. The text may be
 * invalid.
 */
export function shapeOfJson(text: string): { readonly depth: number; readonly values: number } {
  let depth = 0;
  let deepest = 0;
  let values = 1;
  let inText = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inText) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) inText = false;
    } else if (code === QUOTE) inText = true;
    else if (code === BRACKET || code === BRACE) {
      depth += 1;
      values += 1;
      deepest = Math.max(deepest, depth);
    } else if (code === BRACKET + 2 || code === BRACE + 2) depth -= 1;
    else if (code === COMMA) values += 1;
  }
  return { depth: deepest, values };
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const BRACE = 0x7b;

/** Returns whether a value is nested deeper than that. */
export function isDeep(value: Value, depth = 1): boolean {
  if (!isList(value) && !isMap(value)) return false;
  if (depth > MAX_DEPTH) return true;
  return (isList(value) ? value : Object.values(value)).some((member) => isDeep(member, depth + 1));
}
