import { Lexer } from 'yaml';

/** A file with very many such texts is left as it is: each text that is mended costs another reading of the file. */
const MOST_CHARACTERS = 20_000_000;

/**
 * Indents the lines of texts in quotes that are indented too little. Ansible's parser accepts such lines, and YAML does
 * not. The values stay the same, because blanks at the beginning of these lines never belong to the text.
 */
export function withIndentedQuotes(text: string): string {
  let mended = text;
  for (let read = text.length; read <= MOST_CHARACTERS; read += mended.length) {
    const start = cutQuote(mended);
    const end = start === undefined ? undefined : quoteEnd(mended, start);
    if (start === undefined || end === undefined) return mended;
    const before = mended.slice(0, start);
    const inner = indented(mended.slice(start, end), indentationFor(before));
    if (inner === mended.slice(start, end)) return mended;
    mended = `${before}${inner}${mended.slice(end)}`;
  }
  return mended;
}

/** Returns the offset of the first quoted text that a line with too little indentation ends. */
function cutQuote(text: string): number | undefined {
  let offset = 0;
  let isPlain = false;
  for (const part of new Lexer().lex(text)) {
    // Parts of one character below the blank tell how the next part is read, and stand for no text.
    if (isSign(part)) {
      isPlain = part === SCALAR;
      continue;
    }
    const isCut = /^["']/.test(part) && (part.length === 1 || quoteEnd(part, 0) === undefined);
    if (isCut && !isPlain) return offset;
    offset += part.length;
    isPlain = false;
  }
  return undefined;
}

/** The sign before a text without quotes. */
const SCALAR = '\u001F';

function isSign(part: string): boolean {
  return part === SCALAR || part === '\u0002' || part === '\u0018';
}

/** Returns the offset behind the quote that ends the text; undefined if it never ends. */
function quoteEnd(text: string, start: number): number | undefined {
  const inside = text[start] === '"' ? /(?:[^"\\]|\\[\s\S])*"/y : /(?:[^']|'')*'(?!')/y;
  inside.lastIndex = start + 1;
  return inside.exec(text) === null ? undefined : inside.lastIndex;
}

/** Returns the number of blanks for the lines after the one that ends `before`. */
function indentationFor(before: string): number {
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return (/^ *(?:- +)*/.exec(line)?.[0].length ?? 0) + 2;
}

function indented(quoted: string, blanks: number): string {
  const [first = '', ...rest] = quoted.split('\n');
  const lines = rest.map((line) => {
    const isEnough = (/^ */.exec(line)?.[0].length ?? 0) >= blanks;
    return isEnough || line.trim() === '' || /^(?:---|\.\.\.)(?:\s|$)/.test(line)
      ? line
      : `${' '.repeat(blanks)}${line.trimStart()}`;
  });
  return [first, ...lines].join('\n');
}
