import { type Backslashes, type Token, END, tokensOf, Unreadable } from './jinja-token.ts';

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
  | { readonly kind: 'slice'; readonly of: Jinja; readonly from?: Jinja; readonly to?: Jinja; readonly step?: Jinja }
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
  | '%'
  | '**';

/** Arguments of a call. */
export interface Given {
  readonly plain: readonly Jinja[];
  readonly named: ReadonlyMap<string, Jinja>;
}

const NOTHING_GIVEN: Given = { plain: [], named: new Map() };

/**
 * Parses a Jinja expression; undefined if the text is not one. Also accepts operators of CEL with the same meaning:
 * `&&`, `||`, `!` and `null`.
 */
export function readJinja(text: string, backslashes?: Backslashes): Jinja | undefined {
  try {
    return new JinjaReader(tokensOf(text, backslashes)).whole();
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

/** Reads the text between `for` and `%}`. Returns undefined if it cannot be read. */
export function readJinjaLoop(text: string): JinjaLoop | undefined {
  const head = /^\s*(?:\(\s*)?([A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*)(?:\s*\))?\s+in\s+([\s\S]+)$/.exec(text);
  if (head === null) return undefined;
  try {
    const reader = new JinjaReader(tokensOf((head[2] ?? '').trimEnd().replace(/(?<!\s)\s+recursive$/, '')));
    return { names: (head[1] ?? '').split(',').map((name) => name.trim()), ...reader.loop() };
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

const CONSTANTS: ReadonlyMap<string, 'true' | 'false' | 'null'> = new Map([
  ['true', 'true'],
  ['True', 'true'],
  ['false', 'false'],
  ['False', 'false'],
  ['none', 'null'],
  ['None', 'null'],
  ['null', 'null'],
]);
const MOST_DEPTH = 50;
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
    if (++this.#depth > MOST_DEPTH) throw new Unreadable();
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

  /** Reads comparisons. `a < b < c` means both comparisons. */
  #comparison(): Jinja {
    let last = this.#sum();
    let read: Jinja | undefined;
    for (;;) {
      const operator = COMPARISONS.find((one) => this.#take(one)) ?? this.#membership();
      if (operator === undefined) return read ?? last;
      const right = this.#sum();
      const compared: Jinja = { kind: 'binary', operator, left: last, right };
      read = read === undefined ? compared : { kind: 'binary', operator: 'and', left: read, right: compared };
      last = right;
    }
  }

  #membership(): 'in' | 'not in' | undefined {
    if (this.#take('in')) return 'in';
    if (!this.#is('not') || this.#tokens[this.#at + 1]?.text !== 'in') return undefined;
    this.#at += 2;
    return 'not in';
  }

  #sum(): Jinja {
    return this.#leftToRight(['+', '-'], () => this.#leftToRight(['~'], () => this.#product()));
  }

  #product(): Jinja {
    return this.#leftToRight(['*', '//', '/', '%'], () => this.#leftToRight(['**'], () => this.#signed()));
  }

  /** Reads a signed value. A filter after `-x` gets the negative value. */
  #signed(): Jinja {
    return this.#filtered(this.#unfiltered());
  }

  #unfiltered(): Jinja {
    if (++this.#depth > MOST_DEPTH) throw new Unreadable();
    const read = this.#take('-')
      ? ({ kind: 'unary', operator: '-', of: this.#unfiltered() } as const)
      : this.#take('+')
        ? this.#unfiltered()
        : this.#members(this.#primary());
    this.#depth--;
    return read;
  }

  #primary(): Jinja {
    const token = this.#next;
    this.#at++;
    if (token.kind === 'number') return { kind: 'number', text: token.text };
    if (token.kind === 'text') return { kind: 'text', value: token.text + this.#furtherText() };
    if (token.kind === 'name') {
      const constant = CONSTANTS.get(token.text);
      if (constant !== undefined) return { kind: 'constant', value: constant };
      if (RESERVED.has(token.text)) throw new Unreadable();
      return { kind: 'name', name: token.text };
    }
    if (token.text === '(') return this.#bracketed();
    if (token.text === '[') return { kind: 'list', items: this.#listed(']') };
    if (token.text === '{') return this.#map();
    throw new Unreadable();
  }

  /** Joins texts that follow each other. */
  #furtherText(): string {
    let text = '';
    for (; this.#next.kind === 'text'; this.#at++) text += this.#next.text;
    return text;
  }

  /** Reads the text after `(`. A tuple becomes a list. */
  #bracketed(): Jinja {
    if (this.#take(')')) return { kind: 'list', items: [] };
    const inner = this.#choice();
    if (this.#take(')')) return inner;
    this.#want(',');
    return { kind: 'list', items: [inner, ...this.#listed(')')] };
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

  #members(first: Jinja): Jinja {
    let read = first;
    for (;;) {
      if (this.#take('.')) read = { kind: 'member', of: read, key: this.#memberName() };
      else if (this.#take('[')) read = this.#item(read);
      else if (this.#take('(')) read = { kind: 'call', callee: read, given: this.#given() };
      else return read;
    }
  }

  /** Reads `x[key]` or `x[from:to:step]`. */
  #item(of: Jinja): Jinja {
    const parts: (Jinja | undefined)[] = [undefined];
    while (!this.#take(']')) {
      if (this.#take(':')) parts.push(undefined);
      else if (parts.at(-1) === undefined) parts[parts.length - 1] = this.#choice();
      else throw new Unreadable();
      if (parts.length > 3) throw new Unreadable();
    }
    const [from, to, step] = parts;
    if (parts.length > 1)
      return {
        kind: 'slice',
        of,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...(step === undefined ? {} : { step }),
      };
    if (from === undefined) throw new Unreadable();
    return { kind: 'member', of, key: from };
  }

  /** Reads filters, tests, and members of their results. */
  #filtered(first: Jinja): Jinja {
    let read = first;
    for (;;) {
      if (this.#take('|')) read = { kind: 'filter', of: read, name: this.#dottedName(), given: this.#perhapsGiven() };
      else if (this.#take('is')) {
        const isNegated = this.#take('not');
        read = { kind: 'test', of: read, name: this.#dottedName(), given: this.#testGiven(), isNegated };
      } else if (this.#is('(')) {
        this.#take('(');
        read = { kind: 'call', callee: read, given: this.#given() };
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

  /** Reads the arguments of a test. One argument may stand without parentheses: `x is divisibleby 3`. */
  #testGiven(): Given {
    if (this.#take('(')) return this.#given();
    const { kind, text } = this.#next;
    const isOperand =
      kind === 'number' || kind === 'text' || (kind === 'name' && !RESERVED.has(text)) || text === '[' || text === '{';
    return isOperand ? { plain: [this.#members(this.#primary())], named: new Map() } : NOTHING_GIVEN;
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
