/** A Jinja expression of an Ansible user. It is parsed only to tell the user what to write here. */
export type Jinja =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'constant'; readonly value: 'true' | 'false' | 'null' }
  | { readonly kind: 'member'; readonly of: Jinja; readonly key: Jinja }
  | { readonly kind: 'call'; readonly callee: Jinja; readonly given: Given }
  | { readonly kind: 'filter'; readonly of: Jinja; readonly name: string; readonly given: Given }
  | {
      readonly kind: 'test';
      readonly of: Jinja;
      readonly name: string;
      readonly given: Given;
      readonly isNegated: boolean;
    }
  | { readonly kind: 'unary'; readonly operator: 'not' | '-'; readonly of: Jinja }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Jinja; readonly right: Jinja }
  | { readonly kind: 'choice'; readonly condition: Jinja; readonly yes: Jinja; readonly no: Jinja | undefined }
  | { readonly kind: 'list'; readonly items: readonly Jinja[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [Jinja, Jinja])[] };

export type JinjaOf<Kind extends Jinja['kind']> = Extract<Jinja, { readonly kind: Kind }>;

export type BinaryOperator =
  | 'or'
  | 'and'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'
  | 'not in'
  | '+'
  | '-'
  | '~'
  | '*'
  | '/'
  | '//'
  | '%';

/** Arguments of a call. */
export interface Given {
  readonly plain: readonly Jinja[];
  readonly named: ReadonlyMap<string, Jinja>;
}

const NOTHING_GIVEN: Given = { plain: [], named: new Map() };

interface Token {
  readonly kind: 'name' | 'number' | 'text' | 'sign' | 'end';
  readonly text: string;
}

/** Thrown if the text is not Jinja, or uses Jinja that this parser does not know. */
class Unreadable extends Error {}

/**
 * Parses a Jinja expression; undefined if the text is none. Operators of CEL with the same meaning are accepted too:
 * `&&`, `||`, `!` and `null`.
 */
export function readJinja(text: string): Jinja | undefined {
  try {
    return new JinjaReader(tokensOf(text)).whole();
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

/** The loop of `{% for … %}`: the text after the keyword. */
export interface JinjaLoop {
  readonly names: readonly string[];
  readonly list: Jinja;
  readonly condition: Jinja | undefined;
}

export function readJinjaLoop(text: string): JinjaLoop | undefined {
  const head = /^\s*\(?\s*([A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*)\s*\)?\s+in\s+([\s\S]+)$/.exec(text);
  if (head === null) return undefined;
  try {
    const reader = new JinjaReader(tokensOf((head[2] ?? '').replace(/\s+recursive\s*$/, '')));
    return { names: (head[1] ?? '').split(',').map((name) => name.trim()), ...reader.loop() };
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

const TOKEN =
  /\s*(?:([A-Za-z_]\w*)|(\d+(?:\.\d+)?)|("(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*')|(\/\/|\*\*|==|!=|<=|>=|&&|\|\||[-+~*/%<>=|.,:?()[\]{}!]))/y;
const MOST_TOKENS = 2_000;

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const [, name, number, quoted, sign] = TOKEN.exec(trimmed) ?? [];
    if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (quoted !== undefined) tokens.push({ kind: 'text', text: unescaped(quoted.slice(1, -1)) });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: SAME_SIGNS.get(sign) ?? sign });
    else throw new Unreadable();
    if (tokens.length > MOST_TOKENS) throw new Unreadable();
  }
  return tokens;
}

const SAME_SIGNS: ReadonlyMap<string, string> = new Map([
  ['&&', 'and'],
  ['||', 'or'],
  ['!', 'not'],
]);

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
]);

/** As in Python, a backslash stays if the letter after it has no special meaning. */
function unescaped(text: string): string {
  return text.replaceAll(
    /\\([\s\S])/g,
    (whole, letter: string) => ESCAPES.get(letter) ?? (/[\\'"]/.test(letter) ? letter : whole),
  );
}

const END: Token = { kind: 'end', text: '' };
const CONSTANTS: ReadonlyMap<string, 'true' | 'false' | 'null'> = new Map([
  ['true', 'true'],
  ['True', 'true'],
  ['false', 'false'],
  ['False', 'false'],
  ['none', 'null'],
  ['None', 'null'],
  ['null', 'null'],
]);
const RESERVED: ReadonlySet<string> = new Set(['and', 'or', 'not', 'is', 'in', 'if', 'else']);
const COMPARISONS: readonly BinaryOperator[] = ['==', '!=', '<=', '>=', '<', '>'];

class JinjaReader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Jinja {
    const read = this.#choice();
    if (this.#next.kind !== 'end') throw new Unreadable();
    return read;
  }

  loop(): Omit<JinjaLoop, 'names'> {
    const list = this.#or();
    const condition = this.#take('if') ? this.#or() : undefined;
    if (this.#next.kind !== 'end') throw new Unreadable();
    return { list, condition };
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? END;
  }

  #is(text: string): boolean {
    const { kind, text: found } = this.#next;
    return found === text && kind !== 'text' && kind !== 'number' && kind !== 'end';
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at++;
    return true;
  }

  #want(text: string): void {
    if (!this.#take(text)) throw new Unreadable();
  }

  #choice(): Jinja {
    if (++this.#depth > 50) throw new Unreadable();
    const yes = this.#or();
    let read = yes;
    if (this.#take('if')) {
      const condition = this.#or();
      read = { kind: 'choice', condition, yes, no: this.#take('else') ? this.#choice() : undefined };
    } else if (this.#take('?')) {
      const whenTrue = this.#choice();
      this.#want(':');
      read = { kind: 'choice', condition: yes, yes: whenTrue, no: this.#choice() };
    }
    this.#depth--;
    return read;
  }

  #or(): Jinja {
    return this.#leftToRight(['or'], () => this.#leftToRight(['and'], () => this.#not()));
  }

  #leftToRight(operators: readonly BinaryOperator[], operand: () => Jinja): Jinja {
    let left = operand();
    for (;;) {
      const operator = operators.find((one) => this.#take(one));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: operand() };
    }
  }

  #not(): Jinja {
    if (this.#take('not')) return { kind: 'unary', operator: 'not', of: this.#not() };
    return this.#comparison();
  }

  #comparison(): Jinja {
    let left = this.#sum();
    for (;;) {
      const operator = COMPARISONS.find((one) => this.#take(one)) ?? this.#membership();
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: this.#sum() };
    }
  }

  #membership(): 'in' | 'not in' | undefined {
    if (this.#take('in')) return 'in';
    if (!this.#is('not') || this.#tokens[this.#at + 1]?.text !== 'in') return undefined;
    this.#at += 2;
    return 'not in';
  }

  #sum(): Jinja {
    return this.#leftToRight(['+', '-', '~'], () => this.#leftToRight(['*', '//', '/', '%'], () => this.#negative()));
  }

  #negative(): Jinja {
    if (this.#take('-')) return { kind: 'unary', operator: '-', of: this.#negative() };
    // `!` binds tighter than the `not` of Jinja, as in CEL.
    return this.#behind(this.#primary());
  }

  #primary(): Jinja {
    const token = this.#next;
    this.#at++;
    if (token.kind === 'number') return { kind: 'number', text: token.text };
    if (token.kind === 'text') return { kind: 'text', value: token.text };
    if (token.kind === 'name') {
      const constant = CONSTANTS.get(token.text);
      if (constant !== undefined) return { kind: 'constant', value: constant };
      if (RESERVED.has(token.text)) throw new Unreadable();
      return { kind: 'name', name: token.text };
    }
    if (token.text === '(') {
      const inner = this.#choice();
      this.#want(')');
      return inner;
    }
    if (token.text === '[') return { kind: 'list', items: this.#listed(']') };
    if (token.text === '{') return this.#map();
    throw new Unreadable();
  }

  #listed(end: ']' | ')'): readonly Jinja[] {
    const items: Jinja[] = [];
    while (!this.#take(end)) {
      items.push(this.#choice());
      if (!this.#is(end)) this.#want(',');
    }
    return items;
  }

  #map(): Jinja {
    const entries: (readonly [Jinja, Jinja])[] = [];
    while (!this.#take('}')) {
      const key = this.#choice();
      this.#want(':');
      entries.push([key, this.#choice()]);
      if (!this.#is('}')) this.#want(',');
    }
    return { kind: 'map', entries };
  }

  /** Members, calls, filters and tests. */
  #behind(first: Jinja): Jinja {
    let read = first;
    for (;;) {
      if (this.#take('.')) read = { kind: 'member', of: read, key: this.#memberName() };
      else if (this.#take('[')) {
        read = { kind: 'member', of: read, key: this.#choice() };
        this.#want(']');
      } else if (this.#take('(')) read = { kind: 'call', callee: read, given: this.#given() };
      else if (this.#take('|'))
        read = { kind: 'filter', of: read, name: this.#dottedName(), given: this.#perhapsGiven() };
      else if (this.#take('is')) {
        const isNegated = this.#take('not');
        read = { kind: 'test', of: read, name: this.#dottedName(), given: this.#testGiven(), isNegated };
      } else return read;
    }
  }

  #memberName(): Jinja {
    const token = this.#next;
    this.#at++;
    if (token.kind === 'name') return { kind: 'text', value: token.text };
    if (token.kind === 'number' && /^\d+$/.test(token.text)) return { kind: 'number', text: token.text };
    throw new Unreadable();
  }

  #dottedName(): string {
    const names: string[] = [];
    do {
      const token = this.#next;
      if (token.kind !== 'name') throw new Unreadable();
      this.#at++;
      names.push(token.text);
    } while (this.#take('.'));
    return names.at(-1) ?? '';
  }

  #perhapsGiven(): Given {
    return this.#take('(') ? this.#given() : NOTHING_GIVEN;
  }

  /** A test also takes one argument without parentheses: `x is divisibleby 3`. */
  #testGiven(): Given {
    if (this.#take('(')) return this.#given();
    const { kind, text } = this.#next;
    const isOperand = kind === 'number' || kind === 'text' || (kind === 'name' && !RESERVED.has(text)) || text === '[';
    return isOperand ? { plain: [this.#behind(this.#primary())], named: new Map() } : NOTHING_GIVEN;
  }

  #given(): Given {
    const plain: Jinja[] = [];
    const named = new Map<string, Jinja>();
    while (!this.#take(')')) {
      const name = this.#next;
      if (name.kind === 'name' && this.#tokens[this.#at + 1]?.text === '=') {
        this.#at += 2;
        named.set(name.text, this.#choice());
      } else plain.push(this.#choice());
      if (!this.#is(')')) this.#want(',');
    }
    return { plain, named };
  }
}
