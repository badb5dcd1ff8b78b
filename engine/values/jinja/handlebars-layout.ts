import { withJinjaEscapes } from './jinja-statement.ts';
import type { HandlebarsPiece } from './jinja-template-writer.ts';

/** Shows nothing, and keeps Handlebars from taking the white space around a tag. */
const NOTHING = '{{""}}';

/**
 * Puts pieces together. Handlebars leaves out the line of a tag that stands alone on it, so a tag that begins a line
 * gets a line of its own; where white space ahead of a tag must stay, something stands between the two.
 * `isGuarded`: no tag stands alone, which is right always and hard to read.
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

/** Braces and backslashes that would mean something. */
function textAsHere(text: string, before: HandlebarsPiece | undefined, next: HandlebarsPiece | undefined): string {
  let written = withJinjaEscapes(text).replaceAll(/(\\*)\{\{/g, (_whole, slashes: string) =>
    slashes === '' ? String.raw`\{{` : `${slashes}\\{{"{{"}}`,
  );
  if (next !== undefined && written.endsWith('{')) written = `${written.slice(0, -1)}{{"{"}}`;
  if (before !== undefined && written.startsWith('}')) written = `{{"}"}}${written.slice(1)}`;
  // A backslash ahead of braces is an escape.
  return next !== undefined && written.endsWith('\\') ? `${written}\\` : written;
}

/** What the pieces are meant to show: texts as they are, and `\0` for each tag. */
export function meantBy(pieces: readonly HandlebarsPiece[]): string {
  return pieces
    .filter((piece) => !piece.text.startsWith('{{!--') || piece.kind === 'text')
    .map((piece) => (piece.kind === 'text' ? piece.text : '\0'))
    .join('');
}
