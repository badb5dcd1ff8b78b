/** A word or an operator of a command line. */
export interface ShellToken {
  readonly kind: 'word' | 'operator';
  /** The text without quotes. A template stays as it is. */
  readonly text: string;
  /** True if any part of it was quoted. */
  readonly isQuoted: boolean;
  /** The text as it was written. */
  readonly source: string;
}

/** A part of a word: its text without quotes, and its length as it was written. */
interface Piece {
  readonly text: string;
  readonly length: number;
  readonly isQuoted: boolean;
}

/** Reads the words of one command line, in a time that grows with its length also if nothing is closed. */
export class WordReader {
  readonly #line: string;
  /** Where each closing sign is for the last time. */
  readonly #last = new Map<string, number>();

  constructor(line: string) {
    this.#line = line;
  }

  wordAt(start: number): ShellToken {
    let at = start;
    let text = '';
    let isQuoted = false;
    for (let piece = this.#pieceAt(at); piece !== undefined; piece = this.#pieceAt(at)) {
      text += piece.text;
      isQuoted ||= piece.isQuoted;
      at += piece.length;
    }
    // A single character that begins no piece, such as a backslash at the end.
    const end = Math.max(at, start + 1);
    const source = this.#line.slice(start, end);
    return { kind: 'word', text: at === start ? source : text, isQuoted, source };
  }

  #pieceAt(at: number): Piece | undefined {
    const sign = this.#line[at] ?? '';
    const next = this.#line[at + 1] ?? '';
    const close = CLOSING.get(sign + next) ?? CLOSING.get(sign);
    const end = close === undefined ? undefined : this.#endBehind(close, at + (CLOSING.has(sign + next) ? 2 : 1));
    if (end !== undefined) return { text: this.#line.slice(at, end), length: end - at, isQuoted: false };
    if (sign === "'") return this.#quoted(at, this.#endBehind(sign, at + 1));
    if (sign === '"') return this.#quoted(at, this.#endOfDoubleQuotes(at));
    if (sign === '\\') return next === '' ? undefined : { text: next, length: 2, isQuoted: true };
    return /^[^\s|;&<>()]$/.test(sign) ? { text: sign, length: 1, isQuoted: false } : undefined;
  }

  /** Returns the place after the next closing sign; undefined if there is none. */
  #endBehind(close: string, from: number): number | undefined {
    const last = this.#last.get(close) ?? this.#line.lastIndexOf(close);
    this.#last.set(close, last);
    return last < from ? undefined : this.#line.indexOf(close, from) + close.length;
  }

  /** `end` is the place after the closing quote; undefined if the text continues to the end of the line. */
  #quoted(at: number, end: number | undefined): Piece {
    const until = end ?? this.#line.length;
    return {
      text: this.#line.slice(at + 1, end === undefined ? until : until - 1),
      length: until - at,
      isQuoted: true,
    };
  }

  #endOfDoubleQuotes(at: number): number | undefined {
    for (let index = at + 1; index < this.#line.length; index += 1) {
      const sign = this.#line[index];
      if (sign === '"') return index + 1;
      if (sign === '\\') index += 1;
      if (sign === '{' && this.#line[index + 1] === '{') index = (this.#endBehind('}}', index + 2) ?? index + 1) - 1;
    }
    return undefined;
  }
}

/** What closes a template, a substitution of a command and one of a variable. */
const CLOSING: ReadonlyMap<string, string> = new Map([
  ['{{', '}}'],
  ['$(', ')'],
  ['${', '}'],
  ['`', '`'],
]);
