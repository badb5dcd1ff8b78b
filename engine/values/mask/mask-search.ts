import type { Range } from './mask-view.ts';

/**
 * Size of a bit set that quickly excludes most positions: a million bits, of which hundreds of secrets set a few per
 * cent.
 */
const BITS = 20;

/**
 * The last four characters as one number. Characters beyond Latin-1 mix; that only causes some needless comparisons.
 */
function shifted(last: number, code: number): number {
  return (last >>> 8) | (((code ^ (code >>> 8)) & 0xff) << 24);
}

function bitOf(first: number, second: number): number {
  return (Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca77)) >>> (32 - BITS);
}

/** Number of characters at the beginning of all forms, by which the candidates at a position are found. */
const START = 4;

/** Searches for many texts at the same time. The time depends on the searched text, hardly on the number of texts. */
export class Search {
  /** All texts, by their first characters. */
  readonly #byStart = new Map<string, Set<string>>();
  readonly #bits = new Uint8Array(1 << BITS);

  /** Adds a text. Texts of fewer than four characters are ignored. */
  add(text: string): void {
    if (text.length < START) return;
    const start = text.slice(0, START);
    const same = this.#byStart.get(start);
    if (same === undefined) this.#byStart.set(start, new Set([text]));
    else same.add(text);
    let last = 0;
    for (let at = 0; at < START; at++) last = shifted(last, text.charCodeAt(at));
    this.#bits[bitOf(last, 0)] = 1;
  }

  /** Returns the ranges of all matches, from left to right. They may overlap. */
  in(text: string): readonly Range[] {
    const found: Range[] = [];
    if (this.#byStart.size === 0) return found;
    const bits = this.#bits;
    let last = 0;
    for (let at = 0; at < text.length; at++) {
      last = shifted(last, text.charCodeAt(at));
      if (bits[bitOf(last, 0)] === 0 || at + 1 < START) continue;
      const from = at + 1 - START;
      const length = this.#longest(text, from);
      if (length > 0) found.push({ from, to: from + length });
    }
    return found;
  }

  /** Returns the length of the longest match at this position; 0 if there is none. */
  #longest(text: string, at: number): number {
    let longest = 0;
    for (const form of this.#byStart.get(text.slice(at, at + START)) ?? [])
      if (form.length > longest && text.startsWith(form, at)) longest = form.length;
    return longest;
  }
}

/** Minimal length of a piece, in characters: 12 bytes in base64, 8 in hexadecimal. */
const MIN_PIECE = 16;
/** Length of the rows that are indexed. Every piece of minimal length contains at least one whole row. */
const ROW = 8;
/** Minimal number of different characters in a piece. Rulers and empty space have fewer, and occur everywhere. */
const MIN_VARIETY = 6;

/** Maximal number of positions that are kept for equal rows of a repetitive text. */
const MOST_ROWS = 8;

interface Row {
  readonly text: string;
  readonly at: number;
}

/** Searches for pieces of texts, such as a line of a key that was encoded and wrapped. */
export class PieceSearch {
  readonly #rows = new Map<string, Row[]>();
  readonly #bits = new Uint8Array(1 << BITS);

  add(text: string): void {
    if (text.length < MIN_PIECE) return;
    let [first, second] = [0, 0];
    for (let at = 0; at < text.length; at++) {
      first = shifted(first, second & 0xff);
      second = shifted(second, text.charCodeAt(at));
      if ((at + 1) % ROW !== 0) continue;
      const row = { text, at: at + 1 - ROW };
      const key = text.slice(row.at, at + 1);
      const known = this.#rows.get(key);
      if (known === undefined) this.#rows.set(key, [row]);
      else if (known.length < MOST_ROWS) known.push(row);
      this.#bits[bitOf(first, second)] = 1;
    }
  }

  /** Returns the ranges of all pieces. */
  in(text: string): readonly Range[] {
    const found: Range[] = [];
    if (this.#rows.size === 0) return found;
    const bits = this.#bits;
    let [first, second, done] = [0, 0, 0];
    for (let at = 0; at < text.length; at++) {
      first = shifted(first, second & 0xff);
      second = shifted(second, text.charCodeAt(at));
      if (bits[bitOf(first, second)] === 0 || at + 1 < ROW || at < done) continue;
      const range = this.#longest(text, at + 1 - ROW);
      if (range === undefined) continue;
      found.push(range);
      done = range.to;
    }
    return found;
  }

  #longest(text: string, at: number): Range | undefined {
    let longest: Range | undefined;
    for (const row of this.#rows.get(text.slice(at, at + ROW)) ?? []) {
      const range = extended(text, at, row);
      if (range !== undefined && (longest === undefined || range.to - range.from > longest.to - longest.from))
        longest = range;
    }
    return longest;
  }
}

/** Extends a common row in both directions, as far as both texts are equal. */
function extended(text: string, at: number, row: Row): Range | undefined {
  let before = 0;
  while (at - before > 0 && row.at - before > 0 && text[at - before - 1] === row.text[row.at - before - 1]) before += 1;
  let behind = ROW;
  while (
    at + behind < text.length &&
    row.at + behind < row.text.length &&
    text[at + behind] === row.text[row.at + behind]
  )
    behind += 1;
  if (before + behind < MIN_PIECE) return undefined;
  const range = { from: at - before, to: at + behind };
  return new Set(text.slice(range.from, range.to)).size < MIN_VARIETY ? undefined : range;
}
