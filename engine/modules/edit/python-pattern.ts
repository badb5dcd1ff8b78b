/** A regular expression of Python, translated to JavaScript. */
export interface Translated {
  /** To be compiled with `flags`, which contain `v`. */
  readonly source: string;
  readonly flags: string;
  readonly groups: number;
  readonly names: ReadonlySet<string>;
  /** True if ^ and $ match at the ends of each line. */
  readonly multiline: boolean;
}

/** A fault that Python would report, too, or an expression that JavaScript cannot express. */
export class PatternFault extends Error {}

export interface PatternOptions {
  /** True if ^ and $ match at the ends of each line. */
  readonly multiline?: boolean;
  /** True if . matches line ends. */
  readonly dotall?: boolean;
  /** The characters of \w, \d and \s: only those of ASCII, as if Python matches bytes, or those of all scripts. */
  readonly classes: 'ascii' | 'unicode';
}

/** Translates a regular expression of Python. Throws PatternFault. */
export function translatePattern(text: string, options: PatternOptions): Translated {
  return new Translator(text, options).translate();
}

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly x: boolean;
}

const START = '(?<![^])';
const END = '(?![^])';
const CLASSES = {
  ascii: { d: '0-9', s: '\\t-\\r\\x20', w: '0-9A-Z_a-z' },
  unicode: {
    d: '\\p{Nd}',
    s: '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000',
    w: '\\p{L}\\p{N}_',
  },
} as const;
const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

class Translator {
  readonly #characters: readonly string[];
  #at = 0;
  #classes: 'ascii' | 'unicode';
  #flags: Flags;
  #groups = 0;
  readonly #names = new Map<string, number>();
  /** The closed groups: only those can be referred to. */
  readonly #closed = new Set<number>();

  constructor(text: string, { multiline = false, dotall = false, classes }: PatternOptions) {
    this.#characters = Array.from(text);
    this.#classes = classes;
    this.#flags = { i: false, m: multiline, s: dotall, x: false };
  }

  translate(): Translated {
    while (this.#looksAt('(?#')) this.#comment();
    this.#globalFlags();
    const outer = this.#flags;
    const source = this.#alternatives();
    if (this.#at < this.#characters.length) throw this.#fault('a closing parenthesis without an opening one');
    return {
      source,
      flags: outer.i ? 'iv' : 'v',
      groups: this.#groups,
      names: new Set(this.#names.keys()),
      multiline: outer.m,
    };
  }

  #fault(what: string): PatternFault {
    return new PatternFault(`${what}, at character ${Math.min(this.#at, this.#characters.length) + 1}`);
  }

  #looksAt(wanted: string): boolean {
    return this.#characters.slice(this.#at, this.#at + wanted.length).join('') === wanted;
  }

  #take(wanted: string): boolean {
    if (!this.#looksAt(wanted)) return false;
    this.#at += wanted.length;
    return true;
  }

  #next(): string {
    const character = this.#characters[this.#at];
    if (character === undefined) throw this.#fault('it ends early');
    this.#at += 1;
    return character;
  }

  /** Reads up to the character `end` and skips it. Throws PatternFault if `end` is missing. */
  #upTo(end: string): string {
    const found = this.#characters.indexOf(end, this.#at);
    if (found === -1) throw this.#fault(`"${end}" is missing`);
    const taken = this.#characters.slice(this.#at, found).join('');
    this.#at = found + 1;
    return taken;
  }

  #globalFlags(): void {
    for (;;) {
      const [whole, letters] =
        /^\(\?([aiLmsux]+)\)/.exec(this.#characters.slice(this.#at, this.#at + 12).join('')) ?? [];
      if (whole === undefined || letters === undefined) return;
      this.#at += whole.length;
      if (letters.includes('L')) throw this.#fault('the flag L is not supported');
      if (letters.includes('a')) this.#classes = 'ascii';
      this.#flags = withFlags(this.#flags, letters, true);
    }
  }

  #alternatives(): string {
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    return parts.join('|');
  }

  #sequence(): string {
    let result = '';
    for (;;) {
      const character = this.#characters[this.#at];
      if (character === undefined || character === '|' || character === ')') return result;
      if (this.#looksAt('(?#')) this.#comment();
      else if (this.#flags.x && /^[ \t\n\r\f\v]$/.test(character)) this.#at += 1;
      else if (this.#flags.x && character === '#') this.#passLine();
      else result += this.#quantified(this.#atom());
    }
  }

  #comment(): void {
    this.#at += 3;
    this.#upTo(')');
  }

  #passLine(): void {
    while (this.#at < this.#characters.length && this.#characters[this.#at] !== '\n') this.#at += 1;
  }

  #quantified(atom: string): string {
    let result = atom;
    for (let count = 0; ; count += 1) {
      const quantifier = this.#quantifier();
      if (quantifier === undefined) return result;
      if (count > 0) throw this.#fault('two quantifiers in a row');
      result = `(?:${result})${quantifier}`;
    }
  }

  #quantifier(): string | undefined {
    if (this.#flags.x) this.#passBlanks();
    const rest = this.#characters.slice(this.#at, this.#at + 24).join('');
    const [whole, simple, from, comma, to] = /^(?:([*+?])|\{(\d*)(,?)(\d*)\})/.exec(rest) ?? [];
    if (whole === undefined) return undefined;
    // `{}` is not a quantifier, but `{,}` is.
    if (simple === undefined && from === '' && comma === '') return undefined;
    if (comma !== '' && to !== undefined && to !== '' && Number(from) > Number(to))
      throw this.#fault('the minimum of a quantifier is above its maximum');
    this.#at += whole.length;
    const many = simple ?? `{${from === '' ? '0' : from}${comma}${to}}`;
    if (this.#take('?')) return `${many}?`;
    if (this.#looksAt('+')) throw this.#fault('possessive quantifiers ("*+") are not supported');
    return many;
  }

  #passBlanks(): void {
    while (/^[ \t\n\r\f\v]$/.test(this.#characters[this.#at] ?? '')) this.#at += 1;
  }

  #atom(): string {
    const character = this.#next();
    switch (character) {
      case '.':
        return this.#flags.s ? '[^]' : '[^\\n]';
      case '^':
        return this.#flags.m ? '(?<![^\\n])' : START;
      case '$':
        return this.#flags.m ? '(?![^\\n])' : `(?=\\n?${END})`;
      case '(':
        return this.#group();
      case '[':
        return this.#set();
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
        this.#at -= 1;
        throw this.#fault('nothing to repeat');
      default:
        return literal(character);
    }
  }

  #group(): string {
    if (!this.#take('?')) return this.#capturing('(');
    if (this.#take(':')) return this.#inside('(?:');
    for (const look of ['=', '!', '<=', '<!']) if (this.#take(look)) return this.#inside(`(?${look}`);
    if (this.#take('P=')) return this.#named(this.#upTo(')'));
    if (this.#take('P<') || this.#take('<')) return this.#capturing('(', this.#upTo('>'));
    if (this.#take('>')) throw this.#fault('atomic groups "(?>…)" are not supported');
    if (this.#take('(')) throw this.#fault('conditions "(?(1)…)" are not supported');
    return this.#scopedFlags();
  }

  #scopedFlags(): string {
    const rest = this.#characters.slice(this.#at, this.#at + 16).join('');
    const [whole, on = '', off = '', end] = /^([aimsux]*)(?:-([imsx]+))?([:)])/.exec(rest) ?? [];
    if (whole === undefined) throw this.#fault('what follows "(?" is not known');
    if (end === ')') throw this.#fault('flags for the whole expression belong at its beginning');
    this.#at += whole.length;
    const outer = this.#flags;
    const classes = this.#classes;
    this.#flags = withFlags(withFlags(outer, on, true), off, false);
    if (on.includes('a')) this.#classes = 'ascii';
    const opening = this.#flags.i === outer.i ? '(?:' : this.#flags.i ? '(?i:' : '(?-i:';
    const result = this.#inside(opening);
    this.#flags = outer;
    this.#classes = classes;
    return result;
  }

  #capturing(opening: string, name?: string): string {
    const number = (this.#groups += 1);
    if (name !== undefined) {
      if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) throw this.#fault(`"${name}" is no name of a group`);
      if (this.#names.has(name)) throw this.#fault(`two groups have the name "${name}"`);
      this.#names.set(name, number);
    }
    const result = this.#inside(name === undefined ? opening : `${opening}?<${name}>`);
    this.#closed.add(number);
    return result;
  }

  #inside(opening: string): string {
    const outer = this.#flags;
    const result = `${opening}${this.#alternatives()})`;
    if (!this.#take(')')) throw this.#fault('a closing parenthesis is missing');
    this.#flags = outer;
    return result;
  }

  #named(name: string): string {
    const number = this.#names.get(name);
    if (number === undefined) throw this.#fault(`there is no group "${name}"`);
    return this.#reference(number);
  }

  #reference(number: number): string {
    if (number > this.#groups) throw this.#fault(`invalid group reference ${number}`);
    if (!this.#closed.has(number)) throw this.#fault(`the group ${number} is referred to inside itself`);
    // In a group, because digits that follow would become part of the number.
    return `(?:\\${number})`;
  }

  #escape(): string {
    const character = this.#next();
    switch (character) {
      case 'A':
        return START;
      case 'Z':
      case 'z':
        return END;
      case 'b':
        return this.#boundary(true);
      case 'B':
        return this.#boundary(false);
      case 'd':
      case 's':
      case 'w':
        return `[${CLASSES[this.#classes][character]}]`;
      case 'D':
      case 'S':
      case 'W':
        return `[^${this.#negated(character)}]`;
      default:
        break;
    }
    return /[1-9]/.test(character) ? this.#number(character) : literalOf(this.#escaped(character));
  }

  /** Reads a reference with one or two digits, or a character with three octal digits. */
  #number(first: string): string {
    const [octal] = /^[0-3][0-7]{2}/.exec(`${first}${this.#characters.slice(this.#at, this.#at + 2).join('')}`) ?? [];
    if (octal !== undefined) {
      this.#at += 2;
      return code(Number.parseInt(octal, 8));
    }
    return this.#reference(Number(/[0-9]/.test(this.#characters[this.#at] ?? '') ? first + this.#next() : first));
  }

  #negated(letter: 'D' | 'S' | 'W'): string {
    return CLASSES[this.#classes][letter === 'D' ? 'd' : letter === 'S' ? 's' : 'w'];
  }

  #boundary(wanted: boolean): string {
    const word = `[${CLASSES[this.#classes].w}]`;
    const [here, there] = wanted ? ['!', '='] : ['=', '!'];
    return `(?:(?<=${word})(?${here}${word})|(?<!${word})(?${there}${word}))`;
  }

  /** Returns the code of an escaped character, inside or outside a set. */
  #escaped(character: string): number {
    const control = CONTROLS[character];
    if (control !== undefined) return control;
    const digits = character === 'x' ? 2 : character === 'u' ? 4 : character === 'U' ? 8 : 0;
    if (digits > 0) {
      const text = this.#characters.slice(this.#at, this.#at + digits).join('');
      if (text.length !== digits || !/^[0-9A-Fa-f]+$/.test(text) || Number.parseInt(text, 16) > 0x10ffff)
        throw this.#fault(`\\${character} needs ${digits} hexadecimal digits`);
      this.#at += digits;
      return Number.parseInt(text, 16);
    }
    if (/[0-7]/.test(character)) {
      const [more = ''] = /^[0-7]{0,2}/.exec(this.#characters.slice(this.#at, this.#at + 2).join('')) ?? [];
      this.#at += more.length;
      return Number.parseInt(character + more, 8);
    }
    if (/[A-Za-z89]/.test(character)) {
      this.#at -= 1;
      throw this.#fault(`bad escape \\${character}`);
    }
    return character.codePointAt(0) ?? 0;
  }

  #set(): string {
    const isNegated = this.#take('^');
    let result = '';
    for (let isFirst = true; ; isFirst = false) {
      if (!isFirst && this.#take(']')) return `[${isNegated ? '^' : ''}${result}]`;
      if (this.#at >= this.#characters.length) throw this.#fault('"]" is missing');
      const low = this.#member();
      if (!this.#looksAt('-') || this.#characters[this.#at + 1] === ']') {
        result += typeof low === 'string' ? low : code(low);
        continue;
      }
      this.#at += 1;
      const high = this.#member();
      if (typeof low === 'string' || typeof high === 'string' || high < low) throw this.#fault('a bad range in a set');
      result += `${code(low)}-${code(high)}`;
    }
  }

  /** Reads a character of a set, or an escape for several characters. */
  #member(): number | string {
    const character = this.#next();
    if (character !== '\\') return character.codePointAt(0) ?? 0;
    const escaped = this.#next();
    switch (escaped) {
      case 'b':
        return 8;
      case 'd':
      case 's':
      case 'w':
        return CLASSES[this.#classes][escaped];
      case 'D':
      case 'S':
      case 'W':
        return `[^${this.#negated(escaped)}]`;
      default:
        return this.#escaped(escaped);
    }
  }
}

function withFlags(flags: Flags, letters: string, value: boolean): Flags {
  const has = (letter: string, before: boolean): boolean => (letters.includes(letter) ? value : before);
  return { i: has('i', flags.i), m: has('m', flags.m), s: has('s', flags.s), x: has('x', flags.x) };
}

function literal(character: string): string {
  return /^[A-Za-z0-9_]$/.test(character) ? character : code(character.codePointAt(0) ?? 0);
}

function literalOf(point: number): string {
  return literal(String.fromCodePoint(point));
}

function code(point: number): string {
  return `\\u{${point.toString(16)}}`;
}
