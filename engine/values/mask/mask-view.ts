/** From a place in a text up to, and without, another one. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * A text as a program would read it, with the way back to where each part of it stands in the text that it was made of.
 */
export interface View {
  readonly text: string;
  /** The ranges that a range of it stands for in the original text. */
  origin(from: number, to: number): readonly Range[];
}

/** The text as it is. */
export function plainView(text: string): View {
  return { text, origin: (from, to) => [{ from, to }] };
}

/**
 * A piece of a view: `length` characters made of what stands from `from` to `to`, one for one where they are as many.
 */
interface Piece {
  readonly at: number;
  readonly length: number;
  readonly from: number;
  readonly to: number;
}

/** Makes a view of a text, piece by piece from its begin. */
class ViewMaker {
  readonly #of: View;
  readonly #pieces: Piece[] = [];
  readonly #texts: string[] = [];
  #length = 0;
  #done = 0;

  constructor(of: View) {
    this.#of = of;
  }

  /** What stands before `from` is taken as it is; what stands up to `to` becomes `text`. */
  replace(from: number, to: number, text: string): void {
    this.#take(from);
    if (text !== '') this.#add(text, from, to);
    this.#done = to;
  }

  view(): View {
    const of = this.#of;
    this.#take(of.text.length);
    const pieces = this.#pieces;
    return {
      text: this.#texts.join(''),
      origin: (from, to) => rangesOf(pieces, from, to).flatMap((one) => of.origin(one.from, one.to)),
    };
  }

  #take(to: number): void {
    if (to > this.#done) this.#add(this.#of.text.slice(this.#done, to), this.#done, to);
  }

  #add(text: string, from: number, to: number): void {
    this.#texts.push(text);
    this.#pieces.push({ at: this.#length, length: text.length, from, to });
    this.#length += text.length;
  }
}

function rangesOf(pieces: readonly Piece[], from: number, to: number): readonly Range[] {
  const ranges: Range[] = [];
  for (let index = pieceAt(pieces, from); index < pieces.length; index++) {
    const piece = pieces[index];
    if (piece === undefined || piece.at >= to) break;
    const isSame = piece.to - piece.from === piece.length;
    const begin = isSame ? piece.from + Math.max(0, from - piece.at) : piece.from;
    const end = isSame ? piece.from + Math.min(piece.length, to - piece.at) : piece.to;
    const last = ranges.at(-1);
    if (last?.to === begin) ranges[ranges.length - 1] = { from: last.from, to: end };
    else ranges.push({ from: begin, to: end });
  }
  return ranges;
}

/** The last piece that begins at or before a place. */
function pieceAt(pieces: readonly Piece[], place: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle]?.at ?? 0) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A way of writing text; undefined where nothing in the text is written so. */
export type Reading = (of: View) => View | undefined;

function reading(found: RegExp, quick: string, meant: (match: RegExpExecArray) => string | undefined): Reading {
  return (of) => {
    if (!of.text.includes(quick)) return undefined;
    const maker = new ViewMaker(of);
    let isOther = false;
    const search = new RegExp(found);
    for (let match = search.exec(of.text); match !== null; match = search.exec(of.text)) {
      const text = meant(match);
      if (text === undefined) continue;
      maker.replace(match.index, match.index + match[0].length, text);
      isOther = true;
    }
    return isOther ? maker.view() : undefined;
  };
}

const LETTERS: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  e: '\x1b',
  E: '\x1b',
};

/** Bytes as text, where they are UTF-8; else each as the character of its number. */
function textOfBytes(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\uFFFD') ? bytes.toString('latin1') : text;
}

function character(code: number): string | undefined {
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

/**
 * JSON, JavaScript, C, Python and YAML in double quotes, `$'…'` and `printf %q` of shells: a backslash and what it
 * stands for.
 */
export const backslashes = reading(
  /\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|((?:x[0-9A-Fa-f]{2}|[0-3]?[0-7]{1,2})(?:\\(?:x[0-9A-Fa-f]{2}|[0-3]?[0-7]{1,2}))*)|([^\n]))/g,
  '\\',
  ([, braced, short, long, bytes, letter]) => {
    const code = braced ?? short ?? long;
    if (code !== undefined) return character(Number.parseInt(code, 16));
    if (bytes !== undefined) {
      const values = bytes
        .split('\\')
        .map((one) => Number.parseInt(one.replace(/^x/, ''), one.startsWith('x') ? 16 : 8));
      return textOfBytes(Buffer.from(values));
    }
    return letter === undefined ? undefined : (LETTERS[letter] ?? letter);
  },
);

/** `%2F` of addresses, in either case. */
export const percents = reading(/(?:%[0-9a-f]{2})+/gi, '%', ([bytes]) =>
  textOfBytes(Buffer.from(bytes.replaceAll('%', ''), 'hex')),
);

/** A quotation mark within a word of shell: `'\''` and `'"'"'`. */
export const shellQuotes = reading(/'(?:\\'|"'")'/g, `'`, () => `'`);

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: `'`, nbsp: '\u00a0' };

/** `&amp;`, `&#39;` and `&#x27;` of HTML and XML. */
export const entities = reading(
  /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]+));/gi,
  '&',
  ([, hexadecimal, decimal, name]) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()];
    return character(hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16));
  },
);

/** Lines put together, without their indentation: what was wrapped at some width. */
export const unwrapped: Reading = reading(/[\r\n]+[ \t]*/g, '\n', () => '');
