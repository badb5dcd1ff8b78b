import { ansibleVariable } from '../habits/ansible-variables.ts';
import type { BinaryOperator, Given, Jinja, JinjaOf } from './jinja-expression.ts';
import { celOf } from './jinja-to-cel.ts';
import {
  asFactsSay,
  COMPARING_TESTS,
  groupsAsHere,
  isIdentifier,
  nameInVars,
  lackingCall,
  namesOf,
  NoCounterpart,
  RESULT_TESTS,
} from './jinja-translation.ts';

/** Translates Jinja to the content of `{{…}}`, with the given quotes for strings. Throws NoCounterpart. */
export function mustacheOf(node: Jinja, quote: '"' | "'" = '"'): string {
  const written = argumentOf(node, quote);
  return written.startsWith('(') && written.endsWith(')') ? written.slice(1, -1) : written;
}

/** Translates Jinja to an argument of a helper or a block: calls are put in parentheses. Throws NoCounterpart. */
export function argumentOf(node: Jinja, quote: '"' | "'" = '"'): string {
  return new HandlebarsWriter(quote).argument(node);
}

type HelperOperator = Exclude<BinaryOperator, 'in' | 'not in' | '~' | '+' | '==' | '!=' | '/'>;

/** Operators, and the helpers with the same operands. */
const OPERATORS: Readonly<Record<HelperOperator, string>> = {
  or: 'or',
  and: 'and',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  '-': 'sub',
  '*': 'mul',
  '//': 'div',
  '%': 'mod',
};

function isHelperOperator(operator: BinaryOperator): operator is HelperOperator {
  return Object.hasOwn(OPERATORS, operator);
}

/** Filters and methods, and the helpers with the same arguments. */
const HELPERS: ReadonlyMap<string, string> = new Map([
  ['length', 'length'],
  ['count', 'length'],
  ['int', 'int'],
  ['string', 'string'],
  ['lower', 'lower'],
  ['upper', 'upper'],
  ['trim', 'trim'],
  ['replace', 'replace'],
  ['first', 'first'],
  ['last', 'last'],
  ['unique', 'unique'],
  ['sort', 'sort'],
  ['split', 'split'],
  ['ternary', 'ternary'],
  ['basename', 'basename'],
  ['dirname', 'dirname'],
  ['quote', 'quote'],
  ['to_nice_json', 'to_nice_json'],
  ['b64encode', 'b64encode'],
  ['b64decode', 'b64decode'],
  ['indent', 'indent'],
]);

const METHODS: ReadonlyMap<string, string> = new Map([
  ['keys', 'keys'],
  ['values', 'values'],
  ['split', 'split'],
  ['startswith', 'starts_with'],
  ['endswith', 'ends_with'],
  ['strip', 'trim'],
  ['lower', 'lower'],
  ['upper', 'upper'],
  ['replace', 'replace'],
]);

/** Variables of loops. */
const LOOP: ReadonlyMap<string, string> = new Map([
  ['index', '(add @index 1)'],
  ['index0', '@index'],
  ['first', '@first'],
  ['last', '@last'],
]);

class HandlebarsWriter {
  readonly #quote: '"' | "'";

  constructor(quote: '"' | "'") {
    this.#quote = quote;
  }

  argument(node: Jinja): string {
    switch (node.kind) {
      case 'name':
        return this.#renamed([node.name]) ?? node.name;
      case 'text':
        return this.text(node.value);
      case 'number':
        return node.text;
      case 'constant':
        return node.value;
      case 'member':
        return this.#member(node, node.of, node.key);
      case 'call':
        return this.#call(node, node.callee, node.given);
      case 'filter':
        return this.#filter(node);
      case 'test':
        return this.#test(node);
      case 'unary':
        return this.#unary(node);
      case 'binary':
        return this.#binary(node.operator, node.left, node.right);
      case 'choice':
        return this.#choice(node);
      case 'list':
        return this.call('list', ...node.items);
      case 'map':
      default:
        return this.#map(node);
    }
  }

  #unary({ operator, of }: JinjaOf<'unary'>): string {
    if (operator === 'not') return this.call('not', of);
    return of.kind === 'number' ? `-${of.text}` : `(sub 0 ${this.argument(of)})`;
  }

  text(value: string): string {
    const quote = value.includes(this.#quote) ? (this.#quote === '"' ? "'" : '"') : this.#quote;
    if (value.includes(quote) || value.includes('\n'))
      throw new NoCounterpart('Set a variable to the text, and name that.');
    return `${quote}${value}${quote}`;
  }

  /** Writes the call of a helper, in parentheses. */
  call(helper: string, ...operands: readonly Jinja[]): string {
    return `(${[helper, ...operands.map((operand) => this.argument(operand))].join(' ')})`;
  }

  /** Writes an expression, for nodes without a helper. */
  expr(node: Jinja): string {
    const text = celOf(node, this.#quote === '"' ? "'" : '"');
    if (text.includes(this.#quote)) throw new NoCounterpart('Set a variable to the value, and name that.');
    return `(expr ${this.#quote}${text}${this.#quote})`;
  }

  #renamed(names: readonly string[]): string | undefined {
    const found = ansibleVariable(names);
    if (found === undefined) return undefined;
    const { path, instead, isSettable } = found.variable;
    if (path !== undefined) return [path, ...names.slice(found.length)].join('.');
    if (isSettable === true) return undefined;
    throw new NoCounterpart(instead);
  }

  #member(node: Jinja, of: Jinja, key: Jinja): string {
    if (of.kind === 'name' && of.name === 'loop' && key.kind === 'text') {
      const known = LOOP.get(key.value);
      if (known === undefined) throw new NoCounterpart('In #each there are @index, @key, @first and @last.');
      return known;
    }
    const own = nameInVars(of, key);
    if (own !== undefined) return this.argument({ kind: 'name', name: own });
    const names = namesOf(node);
    const renamed = names === undefined ? undefined : this.#renamed(names);
    if (renamed !== undefined) return renamed;
    if (isFactOfHost(node)) return this.expr(node);
    const base = this.argument(of);
    const isPath = !base.startsWith('(') && !/^["']/.test(base);
    if (isPath && key.kind === 'text' && isIdentifier(key.value)) return `${base}.${key.value}`;
    if (isPath && key.kind === 'number') return `${base}.[${key.text}]`;
    return `(lookup ${base} ${this.argument(key)})`;
  }

  #call(node: Jinja, callee: Jinja, given: Given): string {
    if (callee.kind === 'name') {
      if (callee.name === 'range') return this.#range(given);
      if (callee.name === 'len') return this.call('length', ...given.plain);
      if (callee.name === 'dict' && given.plain.length === 0) return this.#dict([...given.named]);
      return lackingCall(callee.name, given);
    }
    if (callee.kind !== 'member' || callee.key.kind !== 'text') throw new NoCounterpart();
    const [first, second] = given.plain;
    const name = callee.key.value;
    if (name === 'get' && first !== undefined) {
      const whole = this.argument({ kind: 'member', of: callee.of, key: first });
      return `(default ${whole} ${second === undefined ? 'null' : this.argument(second)})`;
    }
    if (name === 'join' && first !== undefined)
      return this.call('join', ...(callee.of.kind === 'text' ? [first, callee.of] : [callee.of, first]));
    const helper = METHODS.get(name);
    return helper === undefined ? this.expr(node) : this.call(helper, callee.of, ...given.plain);
  }

  /** The end of a range is excluded in Python. */
  #range({ plain }: Given): string {
    const [first, second, step] = plain;
    if (first === undefined) throw new NoCounterpart('Write {{range 1 5}}: both ends count.');
    const end = second ?? first;
    const last = end.kind === 'number' ? String(Number(end.text) - 1) : `(sub ${this.argument(end)} 1)`;
    return `(${['range', second === undefined ? '0' : this.argument(first), last, ...(step === undefined ? [] : [this.argument(step)])].join(' ')})`;
  }

  #dict(entries: readonly (readonly [string, Jinja])[]): string {
    return `(${['dict', ...entries.map(([key, value]) => `${key}=${this.argument(value)}`)].join(' ')})`;
  }

  #map(node: Extract<Jinja, { kind: 'map' }>): string {
    const entries: (readonly [string, Jinja])[] = [];
    for (const [key, value] of node.entries) {
      if (key.kind !== 'text' || !isIdentifier(key.value)) return this.expr(node);
      entries.push([key.value, value]);
    }
    return this.#dict(entries);
  }

  #binary(operator: BinaryOperator, left: Jinja, right: Jinja): string {
    if (isHelperOperator(operator)) return this.call(OPERATORS[operator], left, right);
    switch (operator) {
      case 'in':
        return this.call('contains', right, left);
      case 'not in':
        return `(not ${this.call('contains', right, left)})`;
      case '~':
        return this.call('concat', ...joined(left), ...joined(right));
      case '+':
        return this.#sum(left, right);
      case '==':
      case '!=':
        return this.call(operator === '==' ? 'eq' : 'ne', left, asFactsSay(left, right));
      case '/':
      default:
        // The helper `div` divides whole numbers without a fraction, like `//`.
        return this.expr({ kind: 'binary', operator, left, right });
    }
  }

  #sum(left: Jinja, right: Jinja): string {
    const parts = [...summed(left), ...summed(right)];
    const isText = parts.some((part) => part.kind === 'text' || part.kind === 'list');
    return isText ? this.call('concat', ...parts) : this.call('add', left, right);
  }

  #test(node: JinjaOf<'test'>): string {
    const { of, name, given, isNegated } = node;
    const not = (text: string, negated: boolean): string => (negated ? `(not ${text})` : text);
    const [first] = given.plain;
    const result = RESULT_TESTS.get(name);
    if (result !== undefined) {
      return not(
        this.argument({ kind: 'member', of, key: { kind: 'text', value: result.member } }),
        result.isNegated !== isNegated,
      );
    }
    const sign = COMPARING_TESTS.get(name);
    if (sign !== undefined && first !== undefined) return not(this.#binary(sign, of, first), isNegated);
    switch (name) {
      case 'defined':
        return not(this.call('defined', of), isNegated);
      case 'undefined':
        return not(this.call('defined', of), !isNegated);
      case 'none':
        return not(this.call('defined', of), !isNegated);
      case 'truthy':
      case 'falsy':
        return not(this.argument(of), (name === 'falsy') !== isNegated);
      case 'true':
      case 'false':
        return not(`(eq ${this.argument(of)} ${name})`, isNegated);
      case 'in':
        if (first !== undefined) return not(this.call('contains', first, of), isNegated);
        return this.expr(node);
      default:
        return this.expr(node);
    }
  }

  #choice({ condition, yes, no = EMPTY }: JinjaOf<'choice'>): string {
    return this.call('ternary', condition, yes, no);
  }

  #filter(node: JinjaOf<'filter'>): string {
    const own = FILTERS.get(node.name);
    if (own !== undefined) return own(this, node);
    const helper = HELPERS.get(node.name);
    if (helper === undefined || node.given.named.size > 0) return this.expr(node);
    return this.call(helper, node.of, ...node.given.plain);
  }
}

/** Writes one use of a filter as an argument. */
type WriteFilter = (writer: HandlebarsWriter, filter: JinjaOf<'filter'>) => string;

const EMPTY: Jinja = { kind: 'text', value: '' };

const fallback: WriteFilter = (writer, { of, given }) =>
  writer.call('default', of, given.plain[0] ?? given.named.get('default_value') ?? EMPTY);

const unchanged: WriteFilter = (writer, { of }) => writer.argument(of);

const withoutOptions =
  (helper: string): WriteFilter =>
  (writer, { of }) =>
    writer.call(helper, of);

const regexReplace: WriteFilter = (writer, node) => {
  const [pattern, to = EMPTY] = node.given.plain;
  if (pattern === undefined) return writer.expr(node);
  const written = to.kind === 'text' ? writer.text(groupsAsHere(to.value)) : writer.argument(to);
  return `(regex_replace ${writer.argument(node.of)} ${writer.argument(pattern)} ${written})`;
};

const union: WriteFilter = (writer, node) => {
  const [other] = node.given.plain;
  return other === undefined ? writer.expr(node) : `(unique ${writer.call('concat', node.of, other)})`;
};

const hash: WriteFilter = (writer, node) => {
  const [algorithm] = node.given.plain;
  const isSha256 = algorithm?.kind === 'text' && algorithm.value === 'sha256';
  return isSha256 ? writer.call('sha256', node.of) : writer.expr(node);
};

const map: WriteFilter = (writer, node) => {
  const attribute = node.given.named.get('attribute');
  return attribute === undefined ? writer.expr(node) : writer.call('map', node.of, attribute);
};

const combine: WriteFilter = (writer, { of, given }) => {
  if (given.named.size > 0) throw new NoCounterpart('{{merge a b}} merges one level: merge inner maps one by one.');
  return writer.call('merge', of, ...given.plain);
};

/** Filters whose arguments differ from those of the helper. */
const FILTERS: ReadonlyMap<string, WriteFilter> = new Map<string, WriteFilter>([
  ['default', fallback],
  ['d', fallback],
  ['bool', unchanged],
  ['list', unchanged],
  ['safe', unchanged],
  ['join', (writer, { of, given }) => writer.call('join', of, given.plain[0] ?? EMPTY)],
  ['path_join', (writer, { of }) => writer.call('join', of, { kind: 'text', value: '/' })],
  ['regex_replace', regexReplace],
  ['union', union],
  ['hash', hash],
  ['map', map],
  ['combine', combine],
  ['to_yaml', withoutOptions('yaml')],
  ['to_nice_yaml', withoutOptions('yaml')],
  ['to_json', withoutOptions('json')],
  ['tojson', withoutOptions('json')],
]);

/** Returns whether the path is a fact of another host, which has another name here: `hostvars[h].ansible_os_family`. */
function isFactOfHost(node: Jinja): boolean {
  if (node.kind !== 'member' || node.key.kind !== 'text') return false;
  if (node.of.kind === 'member' && node.of.of.kind === 'name' && node.of.of.name === 'hostvars')
    return node.key.value.startsWith('ansible_');
  return isFactOfHost(node.of);
}

function joined(node: Jinja): readonly Jinja[] {
  return node.kind === 'binary' && node.operator === '~' ? [...joined(node.left), ...joined(node.right)] : [node];
}

function summed(node: Jinja): readonly Jinja[] {
  return node.kind === 'binary' && node.operator === '+' ? [...summed(node.left), ...summed(node.right)] : [node];
}
