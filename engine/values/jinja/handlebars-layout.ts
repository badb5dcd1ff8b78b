import { withJinjaEscapes } from './jinja-statement.ts';
import type { HandlebarsPiece } from './jinja-template-writer.ts';

/** Shows nothing, and keeps Handlebars from removing the white space around a tag. */
const NOTHING = '{{""}}';

/**
 * Joins pieces into a template. Handlebars removes the line of a tag that stands alone on it. Therefore a tag at the
 * beginning of a line gets a line of its own; if white space before a tag must stay, a piece that shows nothing
 * separates the two. `isGuarded`: no tag stands alone, which is always correct but hard to read.
 */
export function laidOut(pieces: readonly HandlebarsPiece[], isGuarded: boolean): string {
  const merged = withoutSplitTexts(pieces);
  const isOneLine = !merged.some((piece) => piece.text.includes('\n'));
  let written = '';
  merged.forEach((piece, index) => {
    const next = merged[index + 1];
    if (piece.kind === 'text') written += textAsHere(piece.text, merged[index - 1], next);
    else if (piece.kind === 'mustache') written += piece.text;
    else written += isOneLine && !isGuarded ? piece.text : tag({ piece, next, written, isGuarded });
  });
  return written;
}

interface Tag {
  readonly piece: HandlebarsPiece;
  readonly next: HandlebarsPiece | undefined;
  readonly written: string;
  readonly isGuarded: boolean;
}

function tag({ piece, next, written, isGuarded }: Tag): string {
  const isLineStart = written === '' || written.endsWith('\n');
  const isBlank = isLineStart || /\n[^\S\n]+$/.test(written) || /^[^\S\n]*$/.test(written);
  if (!isBlank) return piece.text;
  const isBeforeBreak = next === undefined || (next.kind === 'text' && /^[^\S\n]*(\n|$)/.test(next.text));
  if (isGuarded) return `${NOTHING}${piece.text}`;
  if (piece.kind === 'partial') return isBeforeBreak ? `${NOTHING}${piece.text}` : piece.text;
  if (isLineStart) return `${piece.text}\n`;
  return isBeforeBreak ? `${NOTHING}${piece.text}` : piece.text;
}

function withoutSplitTexts(pieces: readonly HandlebarsPiece[]): readonly HandlebarsPiece[] {
  const merged: HandlebarsPiece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (piece.kind === 'text' && last?.kind === 'text')
      merged[merged.length - 1] = { kind: 'text', text: last.text + piece.text };
    else merged.push(piece);
  }
  return merged;
}

/** Escapes braces and backslashes that Handlebars would interpret. */
function textAsHere(text: string, before: HandlebarsPiece | undefined, next: HandlebarsPiece | undefined): string {
  let written = withJinjaEscapes(text).replaceAll(/(?<!\\)(\\*)\{\{/g, (_whole, slashes: string) =>
    slashes === '' ? String.raw`\{{` : `${slashes}\\{{"{{"}}`,
  );
  if (next !== undefined && written.endsWith('{')) written = `${written.slice(0, -1)}{{"{"}}`;
  if (before !== undefined && written.startsWith('}')) written = `{{"}"}}${written.slice(1)}`;
  // A backslash before braces would escape them.
  return next !== undefined && written.endsWith('\\') ? `${written}\\` : written;
}

/** Returns what the pieces must show: the texts, with `\0` for each tag. */
export function meantBy(pieces: readonly HandlebarsPiece[]): string {
  return pieces
    .filter((piece) => !piece.text.startsWith('{{!--') || piece.kind === 'text')
    .map((piece) => (piece.kind === 'text' ? piece.text : '\0'))
    .join('');
}
