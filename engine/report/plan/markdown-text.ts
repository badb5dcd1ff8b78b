import { safeLine } from '../text/safe-text.ts';

/** Longer than any row of backticks in the text, so that nothing in a diff can end the block. */
export function fenceFor(lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([ticks]) => ticks.length)));
  return '`'.repeat(longest + 1);
}

/** Text between backticks, more of them than stand in it. */
export function code(text: string): string {
  const line = safeLine(text);
  const fence = '`'.repeat(1 + Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length)));
  const room = /^`|`$|^ .* $|^$/.test(line) ? ' ' : '';
  return `${fence}${room}${line}${room}${fence}`;
}

/**
 * Text as Markdown and HTML show it, with nothing in it that does anything: no markup, no link, and nobody and nothing
 * that is mentioned. Who looks for mentions reads what the entities stand for, so a space without width keeps them
 * apart.
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
