import { ansibleVariable } from '../language/ansible-variables.ts';
import type { BinaryOperator, Given, Jinja } from './jinja-expression.ts';
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

/** The same as the inside of `{{…}}`, with the quotes that are asked for. Throws NoCounterpart. */
export function mustacheOf(node: Jinja, quote: '"' | "'" = '"'): string {
  const written = argumentOf(node, quote);
  return written.startsWith('(') && written.endsWith(')') ? written.slice(1, -1) : written;
}

/** The same as an argument of a helper or a block: calls stand in brackets. Throws NoCounterpart. */
export function argumentOf(node: Jinja, quote: '"' | "'" = '"'): string {
  return new HandlebarsWriter(quote).argument(node);
}

const OPERATORS: Readonly<Record<Exclude<BinaryOperator, 'in' | 'not in' | '~'>, string>> = {
  or: 'or',
  and: 'and',
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '//': 'div',
  '%': 'mod',
};

/** Filters and methods that are a helper with the same arguments. */
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
  ['to_json', 'json'],
  ['tojson', 'json'],
  ['to_nice_json', 'to_nice_json'],
  ['to_yaml', 'yaml'],
  ['to_nice_yaml', 'yaml'],
  ['b64encode', 'b64encode'],
  ['b64decode', 'b64decode'],
  ['combine', 'merge'],
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

/** What loops know of themselves. */
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
        return this.#text(node.value);
      case 'number':
        return node.text;
      case 'constant':
        return node.value;
      case 'member':
        return this.#member(node, node.of, node.key);
      case 'call':
        return this.#call(node, node.callee, node.given);
      case 'filter':
        return this.#filter(node, node.of, node.name, node.given);
      case 'test':
        return this.#test(node, node.of, node.name, node.given, node.isNegated);
      case 'unary':
        if (node.operator === 'not') return this.#call1('not', node.of);
        return node.of.kind === 'number' ? `-${node.of.text}` : `(sub 0 ${this.argument(node.of)})`;
      case 'binary':
        return this.#binary(node.operator, node.left, node.right);
      case 'choice': {
        const no: Jinja = node.no ?? { kind: 'text', value: '' };
        return `(ternary ${this.argument(node.condition)} ${this.argument(node.yes)} ${this.argument(no)})`;
      }
      case 'list':
        return `(${['list', ...node.items.map((item) => this.argument(item))].join(' ')})`;
      case 'map':
      default:
        return this.#map(node);
    }
  }

  #text(value: string): string {
    const quote = value.includes(this.#quote) ? (this.#quote === '"' ? "'" : '"') : this.#quote;
    if (value.includes(quote) || value.includes('\n'))
      throw new NoCounterpart('Set a variable to the text, and name that.');
    return `${quote}${value}${quote}`;
  }

  #call1(helper: string, ...operands: readonly Jinja[]): string {
    return `(${[helper, ...operands.map((operand) => this.argument(operand))].join(' ')})`;
  }

  /** By an expression, where there is no helper. */
  #expr(node: Jinja): string {
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
    if (isFactOfHost(node)) return this.#expr(node);
    const base = this.argument(of);
    const isPath = !base.startsWith('(') && !/^["']/.test(base);
    if (isPath && key.kind === 'text' && isIdentifier(key.value)) return `${base}.${key.value}`;
    if (isPath && key.kind === 'number') return `${base}.[${key.text}]`;
    return `(lookup ${base} ${this.argument(key)})`;
  }

  #call(node: Jinja, callee: Jinja, given: Given): string {
    if (callee.kind === 'name') {
      if (callee.name === 'range') return this.#range(given);
      if (callee.name === 'len') return this.#call1('length', ...given.plain);
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
      return this.#call1('join', ...(callee.of.kind === 'text' ? [first, callee.of] : [callee.of, first]));
    const helper = METHODS.get(name);
    return helper === undefined ? this.#expr(node) : this.#call1(helper, callee.of, ...given.plain);
  }

  /** Python leaves the end out. */
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
      if (key.kind !== 'text' || !isIdentifier(key.value)) return this.#expr(node);
      entries.push([key.value, value]);
    }
    return this.#dict(entries);
  }

  #binary(operator: BinaryOperator, left: Jinja, right: Jinja): string {
    switch (operator) {
      case 'in':
        return this.#call1('contains', right, left);
      case 'not in':
        return `(not ${this.#call1('contains', right, left)})`;
      case '~':
        return `(concat ${[...joined(left), ...joined(right)].map((part) => this.argument(part)).join(' ')})`;
      case '+': {
        const parts = [...summed(left), ...summed(right)];
        const isText = parts.some((part) => part.kind === 'text' || part.kind === 'list');
        if (isText) return `(concat ${parts.map((part) => this.argument(part)).join(' ')})`;
        return this.#call1('add', left, right);
      }
      case '==':
      case '!=':
        return `(${OPERATORS[operator]} ${this.argument(left)} ${this.argument(asFactsSay(left, right))})`;
      case '/':
        // The helper `div` gives the whole part of whole numbers, as // does.
        return this.#expr({ kind: 'binary', operator, left, right });
      case 'or':
      case 'and':
      case '<':
      case '<=':
      case '>':
      case '>=':
      case '-':
      case '*':
      case '//':
      case '%':
      default:
        return this.#call1(OPERATORS[operator], left, right);
    }
  }

  #test(node: Jinja, of: Jinja, name: string, given: Given, isNegated: boolean): string {
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
        return not(this.#call1('defined', of), isNegated);
      case 'undefined':
        return not(this.#call1('defined', of), !isNegated);
      case 'none':
        return not(this.#call1('defined', of), !isNegated);
      case 'truthy':
      case 'falsy':
        return not(this.argument(of), (name === 'falsy') !== isNegated);
      case 'true':
      case 'false':
        return not(`(eq ${this.argument(of)} ${name})`, isNegated);
      case 'in':
        if (first !== undefined) return not(this.#call1('contains', first, of), isNegated);
        return this.#expr(node);
      default:
        return this.#expr(node);
    }
  }

  #filter(node: Jinja, of: Jinja, name: string, given: Given): string {
    const [first, second] = given.plain;
    switch (name) {
      case 'default':
      case 'd': {
        const fallback = first ?? given.named.get('default_value') ?? ({ kind: 'text', value: '' } as const);
        return `(default ${this.argument(of)} ${this.argument(fallback)})`;
      }
      case 'bool':
      case 'list':
      case 'safe':
        return this.argument(of);
      case 'join':
        return `(join ${this.argument(of)} ${first === undefined ? this.#text('') : this.argument(first)})`;
      case 'regex_replace': {
        if (first === undefined) return this.#expr(node);
        const to =
          second?.kind === 'text'
            ? this.#text(groupsAsHere(second.value))
            : second === undefined
              ? this.#text('')
              : this.argument(second);
        return `(regex_replace ${this.argument(of)} ${this.argument(first)} ${to})`;
      }
      case 'union':
        return first === undefined
          ? this.#expr(node)
          : `(unique (concat ${this.argument(of)} ${this.argument(first)}))`;
      case 'hash':
        if (first?.kind === 'text' && first.value === 'sha256') return this.#call1('sha256', of);
        return this.#expr(node);
      case 'map': {
        const attribute = given.named.get('attribute');
        return attribute === undefined ? this.#expr(node) : `(map ${this.argument(of)} ${this.argument(attribute)})`;
      }
      case 'combine':
        if (given.named.size > 0)
          throw new NoCounterpart('{{merge a b}} merges one level: merge inner maps one by one.');
        return this.#call1('merge', of, ...given.plain);
      case 'to_yaml':
      case 'to_nice_yaml':
      case 'to_json':
      case 'tojson':
        return this.#call1(HELPERS.get(name) ?? 'json', of);
      case 'path_join':
        return `(join ${this.argument(of)} ${this.#text('/')})`;
      default: {
        const helper = HELPERS.get(name);
        return helper === undefined || given.named.size > 0
          ? this.#expr(node)
          : this.#call1(helper, of, ...given.plain);
      }
    }
  }
}

/** `hostvars[h].ansible_os_family`: its name is another one here. */
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
