/** The result of Python's `ast.literal_eval` as JSON values: tuples and sets become lists. */
export type Literal = null | boolean | number | string | readonly Literal[] | ReadonlyMap<string, Literal>;

/** Thrown if a text is not a literal. The text is then used as it is. */
class NotLiteral extends Error {}

const MAX_DEPTH = 50;

/**
 * Parses a value of an INI inventory: a Python literal (`True`, `8080`, `0x1f`, `'text'`, `[1, 2]`, `{'a': 1}`,
 * `None`), or otherwise plain text. `unsafe`: a whole number that JavaScript cannot represent.
 */
export function pythonLiteral(
  text: string,
): { readonly kind: 'literal'; readonly value: Literal } | { readonly kind: 'text' } | { readonly kind: 'unsafe' } {
  const reader = new LiteralReader(text);
  try {
    const value = reader.whole();
    return reader.sawUnsafe ? { kind: 'unsafe' } : { kind: 'literal', value };
  } catch (error) {
    if (!(error instanceof NotLiteral)) throw error;
    return { kind: 'text' };
  }
}

const NUMBER =
  /^(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:[eE][+-]?\d(?:_?\d)*)?|\d(?:_?\d)*\.?(?:[eE][+-]?\d(?:_?\d)*)?)/;

/** The prefix and the quote of a string. */
const STRING_START = /^(r|u|b|br|rb)?('''|"""|'|")/i;

class LiteralReader {
  readonly #text: string;
  #at = 0;
  sawUnsafe = false;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Literal {
    const first = this.#value(0);
    if (!this.#take(',')) {
      this.#expectEnd();
      return first;
    }
    const items = [first, ...this.#items('', 0)];
    this.#expectEnd();
    return items;
  }

  #expectEnd(): void {
    this.#blank();
    if (this.#at < this.#text.length && this.#text[this.#at] !== '#') throw new NotLiteral();
  }

  #blank(): void {
    while (/[ \t\f]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #take(token: string): boolean {
    this.#blank();
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #value(depth: number): Literal {
    if (depth > MAX_DEPTH) throw new NotLiteral();
    this.#blank();
    const rest = this.#text.slice(this.#at);
    const word = /^(?:True|False|None)(?![\w'"])/.exec(rest)?.[0];
    if (word !== undefined) {
      this.#at += word.length;
      return word === 'None' ? null : word === 'True';
    }
    if (this.#take('[')) return this.#items(']', depth);
    if (this.#take('(')) return this.#parenthesis(depth);
    if (this.#take('{')) return this.#braces(depth);
    if (/^[+-]/.test(rest)) return this.#signed();
    if (/^[\d.]/.test(rest)) return this.#number();
    return this.#strings();
  }

  /** Reads items up to and with the closing token; '' stands for the end of the text. */
  #items(close: string, depth: number): readonly Literal[] {
    const items: Literal[] = [];
    for (;;) {
      if (this.#closes(close)) return items;
      items.push(this.#value(depth + 1));
      if (this.#take(',')) continue;
      if (this.#closes(close)) return items;
      throw new NotLiteral();
    }
  }

  #closes(close: string): boolean {
    if (close !== '') return this.#take(close);
    this.#blank();
    return this.#at >= this.#text.length || this.#text[this.#at] === '#';
  }

  #parenthesis(depth: number): Literal {
    if (this.#take(')')) return [];
    const first = this.#value(depth + 1);
    if (this.#take(')')) return first;
    if (!this.#take(',')) throw new NotLiteral();
    return [first, ...this.#items(')', depth)];
  }

  #braces(depth: number): Literal {
    const map = new Map<string, Literal>();
    if (this.#take('}')) return map;
    const first = this.#value(depth + 1);
    if (!this.#take(':')) return this.#take(',') ? [first, ...this.#items('}', depth)] : this.#single(first);
    map.set(keyText(first), this.#value(depth + 1));
    while (!this.#take('}')) {
      if (!this.#take(',')) throw new NotLiteral();
      if (this.#take('}')) return map;
      const key = this.#value(depth + 1);
      if (!this.#take(':')) throw new NotLiteral();
      map.set(keyText(key), this.#value(depth + 1));
    }
    return map;
  }

  #single(item: Literal): Literal {
    if (!this.#take('}')) throw new NotLiteral();
    return [item];
  }

  #signed(): Literal {
    // Python accepts one sign: --1 is not a literal.
    const sign = this.#take('-') ? -1 : 1;
    if (sign === 1) this.#take('+');
    this.#blank();
    if (!/[\d.]/.test(this.#text[this.#at] ?? '')) throw new NotLiteral();
    const number = this.#number();
    return number === 0 ? 0 : sign * number;
  }

  #number(): number {
    const source = NUMBER.exec(this.#text.slice(this.#at))?.[0];
    if (source === undefined || /[\w.]/.test(this.#text[this.#at + source.length] ?? '')) throw new NotLiteral();
    const isWhole = /^(?:0[xXoObB]|[\d_]+$)/.test(source);
    // 010 is an error in Python, 00 is not.
    if (/^0[0_]*[1-9][\d_]*$/.test(source)) throw new NotLiteral();
    this.#at += source.length;
    const number = Number(source.replaceAll('_', ''));
    if (isWhole && !Number.isSafeInteger(number)) this.sawUnsafe = true;
    if (!Number.isFinite(number)) throw new NotLiteral();
    return number;
  }

  /** Reads one string, or several adjacent ones, which Python joins. */
  #strings(): string {
    let text = this.#string();
    for (;;) {
      this.#blank();
      if (!STRING_START.test(this.#text.slice(this.#at))) return text;
      text += this.#string();
    }
  }

  #string(): string {
    const [open, prefix = '', quote = ''] = STRING_START.exec(this.#text.slice(this.#at)) ?? [];
    if (open === undefined) throw new NotLiteral();
    this.#at += open.length;
    const isRaw = /r/i.test(prefix);
    let text = '';
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) throw new NotLiteral();
      if (this.#text.startsWith(quote, this.#at)) {
        this.#at += quote.length;
        return text;
      }
      if (character !== '\\') {
        text += character;
        this.#at++;
      } else if (isRaw) {
        text += this.#text.slice(this.#at, this.#at + 2);
        this.#at += 2;
      } else text += this.#escape();
    }
  }

  #escape(): string {
    const rest = this.#text.slice(this.#at);
    const [code, octal, hex, short, long] =
      /^\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(rest) ?? [];
    if (code !== undefined) {
      this.#at += code.length;
      const point = octal === undefined ? Number.parseInt(hex ?? short ?? long ?? '0', 16) : Number.parseInt(octal, 8);
      if (point > 0x10ffff) throw new NotLiteral();
      return String.fromCodePoint(point);
    }
    const named = ESCAPES.get(rest[1] ?? '');
    if (rest.length < 2 || /^\\[xuUN]/.test(rest)) throw new NotLiteral();
    this.#at += 2;
    return named ?? rest.slice(0, 2);
  }
}

const ESCAPES: ReadonlyMap<string, string> = new Map(
  Object.entries({ '\\': '\\', "'": "'", '"': '"', a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }),
);

/** Returns the text that JSON uses for a key. */
function keyText(key: Literal): string {
  if (typeof key === 'string') return key;
  if (key === null || typeof key !== 'object') return String(key);
  throw new NotLiteral();
}
