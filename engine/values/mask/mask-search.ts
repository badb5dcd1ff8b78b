import type { Range } from './mask-view.ts';

/**
 * A set of small numbers that says no at once: a million bits, of which a few per cent are set with hundreds of
 * secrets.
 */
const BITS = 20;

/**
 * The last four characters as one number. Of characters beyond Latin-1 it holds a mixture, which only costs a look
 * more.
 */
function shifted(last: number, code: number): number {
  return (last >>> 8) | (((code ^ (code >>> 8)) & 0xff) << 24);
}

function bitOf(first: number, second: number): number {
  return (Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca77)) >>> (32 - BITS);
}

/** All forms begin with this many characters that tell which of them may stand at a place. */
const START = 4;

/** Texts to look for, all at once: the time that it takes hangs on the text, hardly on how many they are. */
export class Search {
  /** All of them by their first characters. */
  readonly #byStart = new Map<string, Set<string>>();
  readonly #bits = new Uint8Array(1 << BITS);

  /** Shorter texts than four characters are left out. */
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

  /** Wherever one of them stands, from left to right. They may overlap. */
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

  /** The length of the longest one that begins here; 0 for none. */
  #longest(text: string, at: number): number {
    let longest = 0;
    for (const form of this.#byStart.get(text.slice(at, at + START)) ?? [])
      if (form.length > longest && text.startsWith(form, at)) longest = form.length;
    return longest;
  }
}

/** A piece is taken for one from this length on, in characters: 12 bytes of base64, 8 of hexadecimal. */
const MIN_PIECE = 16;
/** Any piece of that length has one of these rows of characters whole. */
const ROW = 8;
/** What has fewer different characters is a ruler or empty space, as it stands everywhere. */
const MIN_VARIETY = 6;

/** Of a text that says the same again and again. */
const MOST_ROWS = 8;

interface Row {
  readonly text: string;
  readonly at: number;
}

/** Looks for pieces of texts: a line of a key that was encoded and wrapped, or the first kilobyte of it. */
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

  /** Wherever a piece of one of them stands. */
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

/** As far as the text and the other one are the same on both sides of a row that they have in common. */
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
