import { safeLine } from '../text/safe-text.ts';

/** Returns a fence that is longer than any row of backticks in the lines, so that no line can end the block. */
export function fenceFor(lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([ticks]) => ticks.length)));
  return '`'.repeat(longest + 1);
}

/** Writes text as code, between more backticks than it contains. */
export function code(text: string): string {
  const line = safeLine(text);
  const fence = '`'.repeat(1 + Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length)));
  const room = /^`|`$|^ .* $|^$/.test(line) ? ' ' : '';
  return `${fence}${room}${line}${room}${fence}`;
}

/**
 * Escapes text for Markdown and HTML: it contains no markup, no link and no mention. Programs that search for mentions
 * decode entities, so a space without width separates the characters.
 */
export function escaped(text: string): string {
  return safeLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(
      /([\\`*_[\]~|#@$!"]|:(?=\/\/)|(?<=www)\.)/gi,
      (character) => `&#${character.charCodeAt(0)};${/[#@]/.test(character) ? '&#8203;' : ''}`,
    );
}
