/** A range of a text: from one offset up to, and without, another. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A text after decoding, with a mapping back to the text that it was decoded from. */
export interface View {
  readonly text: string;
  /** Returns the ranges of the original text that a range of the view comes from. */
  origin(from: number, to: number): readonly Range[];
}

/** A view of the text without decoding. */
export function plainView(text: string): View {
  return { text, origin: (from, to) => [{ from, to }] };
}

/**
 * A piece of a view: `length` characters that were decoded from the range `from` to `to`; character by character if
 * both are equally long.
 */
interface Piece {
  readonly at: number;
  readonly length: number;
  readonly from: number;
  readonly to: number;
}

/** Makes a view of a text, piece by piece from its beginning. */
class ViewMaker {
  readonly #of: View;
  readonly #pieces: Piece[] = [];
  readonly #texts: string[] = [];
  #length = 0;
  #done = 0;

  constructor(of: View) {
    this.#of = of;
  }

  /** Copies the text before `from`, and puts `text` in place of the range up to `to`. */
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

/** Returns the last piece that begins at or before an offset. */
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

/** Decodes one way of writing text; undefined if the text contains none of it. */
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

/** Decodes bytes as UTF-8 if they are valid; else each byte becomes the character of its number. */
function textOfBytes(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\uFFFD') ? bytes.toString('latin1') : text;
}

function character(code: number): string | undefined {
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

/** Backslash escapes of JSON, JavaScript, C, Python, YAML in double quotes, and `$'…'` and `printf %q` of shells. */
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

/** Percent escapes of addresses, such as `%2F`, in upper or lower case. */
export const percents = reading(/(?:%[0-9a-f]{2})+/gi, '%', ([bytes]) =>
  textOfBytes(Buffer.from(bytes.replaceAll('%', ''), 'hex')),
);

/** Quotation marks within a quoted word of shell: `'\''` and `'"'"'`. */
export const shellQuotes = reading(/'(?:\\'|"'")'/g, `'`, () => `'`);

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: `'`, nbsp: '\u00a0' };

/** Entities of HTML and XML, such as `&amp;`, `&#39;` and `&#x27;`. */
export const entities = reading(
  /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]+));/gi,
  '&',
  ([, hexadecimal, decimal, name]) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()];
    return character(hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16));
  },
);

/** Joins lines without their indentation, to undo wrapping at any width. */
export const unwrapped: Reading = reading(/[\r\n]+[ \t]*/g, '\n', () => '');
