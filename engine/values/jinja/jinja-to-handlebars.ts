import { ansibleVariable, namedHere } from '../habits/ansible-variables.ts';
import { withParts } from './jinja-build.ts';
import type { BinaryOperator, Given, Jinja, JinjaOf } from './jinja-expression.ts';
import { EMPTY, FILTERS_AS_HELPERS, HANDLEBARS_FILTERS, type HandlebarsWriting } from './jinja-handlebars-filters.ts';
import { celOf } from './jinja-to-cel.ts';
import {
  askedIfSkipped,
  comparedFact,
  COMPARING_TESTS,
  isIdentifier,
  nameInVars,
  lacking,
  lackingCall,
  namesOf,
  NoCounterpart,
  RESULT_TESTS,
} from './jinja-translation.ts';

/** The position of the text, and the meanings of names there. */
export interface HandlebarsPlace {
  readonly quote: '"' | "'";
  /** Returns how a variable is written: within blocks, some are `@root.x`. Throws NoCounterpart. */
  readonly nameOf: (name: string) => string;
  /** Returns the counterpart of a member of `loop`; undefined if there is none. */
  readonly loopOf: (member: string) => string | undefined;
  /** Returns whether expressions can use the name. Arguments of a partial must be given to them by name. */
  readonly isInCel: (name: string) => boolean;
  /** True: also writes texts with both kinds of quotes and line breaks, although they are hard to read. */
  readonly takesAnyText: boolean;
}

function placeOf(place: '"' | "'" | HandlebarsPlace): HandlebarsPlace {
  if (typeof place !== 'string') return place;
  return {
    quote: place,
    nameOf: (name) => name,
    loopOf: (member) => LOOP.get(member),
    isInCel: (name) => name !== 'loop',
    takesAnyText: false,
  };
}

/** Translates Jinja to the content of `{{…}}`, with the given quotes for strings. Throws NoCounterpart. */
export function mustacheOf(node: Jinja, place: '"' | "'" | HandlebarsPlace = '"'): string {
  const written = argumentOf(node, place);
  return written.startsWith('(') && written.endsWith(')') ? written.slice(1, -1) : written;
}

/** Translates Jinja to an argument of a helper or a block: calls are put in parentheses. Throws NoCounterpart. */
export function argumentOf(node: Jinja, place: '"' | "'" | HandlebarsPlace = '"'): string {
  return new HandlebarsWriter(placeOf(place)).argument(node);
}

type HelperOperator = Exclude<BinaryOperator, 'in' | 'not in' | '~' | '+' | '==' | '!=' | '/' | '**'>;

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
  ['contains', 'contains'],
  ['regexReplace', 'regex_replace'],
  ['slice', 'slice'],
  ['sortBy', 'sort_by'],
  ['format', 'format'],
  ['version', 'version'],
]);

/** Variables of loops. */
const LOOP: ReadonlyMap<string, string> = new Map([
  ['index', '(add @index 1)'],
  ['index0', '@index'],
  ['first', '@first'],
  ['last', '@last'],
]);

class HandlebarsWriter implements HandlebarsWriting {
  readonly #place: HandlebarsPlace;

  constructor(place: HandlebarsPlace) {
    this.#place = place;
  }

  argument(node: Jinja): string {
    switch (node.kind) {
      case 'name':
        return this.#name(node.name);
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
      case 'slice':
        return lacking('operator', 'x[a:b]');
      case 'map':
      default:
        return this.#map(node);
    }
  }

  #name(name: string): string {
    return this.#variable([name]) ?? this.#place.nameOf(name);
  }

  #unary({ operator, of }: JinjaOf<'unary'>): string {
    if (operator === 'not') return this.call('not', of);
    return of.kind === 'number' ? `-${of.text}` : `(sub 0 ${this.argument(of)})`;
  }

  text(value: string): string {
    const { quote, takesAnyText } = this.#place;
    const other = quote === '"' ? "'" : '"';
    const used = value.includes(quote) && !value.includes(other) ? other : quote;
    const isHard = value.includes(used) || value.includes('\n') || value.endsWith('\\');
    if (!isHard) return `${used}${value}${used}`;
    if (!takesAnyText) throw new NoCounterpart('Set a variable to the text, and name that.');
    // A backslash at the end would escape the quote. In `expr`, the other kind of quote follows it.
    if (value.endsWith('\\')) return this.expr({ kind: 'text', value });
    return `${used}${value.replaceAll(used, `\\${used}`)}${used}`;
  }

  call(helper: string, ...operands: readonly Jinja[]): string {
    return `(${[helper, ...operands.map((operand) => this.argument(operand))].join(' ')})`;
  }

  /** Writes an expression of CEL, for everything without a helper. Throws NoCounterpart. */
  expr(node: Jinja): string {
    const { quote, takesAnyText } = this.#place;
    const given = new Map<string, string>();
    const text = celOf(this.#withGiven(node, given), quote === '"' ? "'" : '"');
    const named = [...given].map(([name, value]) => ` ${name}=${value}`).join('');
    if (!text.includes(quote)) return `(expr ${quote}${text}${quote}${named})`;
    if (!takesAnyText) throw new NoCounterpart('Set a variable to the value, and name that.');
    return `(expr ${quote}${text.replaceAll(quote, `\\${quote}`)}${quote}${named})`;
  }

  /** Replaces what an expression cannot use, such as `loop.index`, with names. `given` gets their values. */
  #withGiven(node: Jinja, given: Map<string, string>): Jinja {
    if (node.kind === 'member' && node.of.kind === 'name' && node.of.name === 'loop' && node.key.kind === 'text') {
      const name = `loop_${node.key.value}`;
      given.set(name, this.argument(node));
      return { kind: 'name', name };
    }
    if (node.kind === 'name' && !this.#place.isInCel(node.name)) given.set(node.name, this.argument(node));
    return withParts(node, (part) => this.#withGiven(part, given));
  }

  /** Writes a variable that has another name in Ansible; undefined for others. */
  #variable(names: readonly string[]): string | undefined {
    const renamed = this.#renamed(names);
    if (renamed === undefined) return undefined;
    const [first = '', ...rest] = renamed.split('.');
    return [this.#place.nameOf(first), ...rest].join('.');
  }

  #compared(operator: '==' | '!=', left: Jinja, right: Jinja): string {
    const { fact, other } = comparedFact(left, right) ?? { fact: left, other: right };
    return this.call(operator === '==' ? 'eq' : 'ne', fact, other);
  }

  #renamed(names: readonly string[]): string | undefined {
    const found = ansibleVariable(names);
    if (found === undefined) return undefined;
    const { instead, isAccepted, isHere } = found.variable;
    const path = namedHere(found.variable);
    if (path !== undefined) return [path, ...names.slice(found.length)].join('.');
    if (isAccepted === true || isHere === true) return undefined;
    throw new NoCounterpart(instead, { what: 'variable', name: names.slice(0, found.length).join('.') });
  }

  #member(node: Jinja, of: Jinja, key: Jinja): string {
    if (of.kind === 'name' && of.name === 'loop' && key.kind === 'text') {
      const known = this.#place.loopOf(key.value);
      if (known === undefined) throw new NoCounterpart('In #each there are @index, @key, @first and @last.');
      return known;
    }
    const own = nameInVars(of, key);
    if (own !== undefined) return this.argument({ kind: 'name', name: own });
    const names = namesOf(node);
    const renamed = names === undefined ? undefined : this.#variable(names);
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

  /** Writes a range. Python excludes its end, and the helper includes it. */
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
        return this.#compared(operator, left, right);
      case '**':
        return lacking('operator', '**');
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

  #defined(of: Jinja): string {
    const skipped = askedIfSkipped(of);
    return skipped === undefined ? this.call('defined', of) : this.argument(skipped);
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
      case 'undefined':
        return not(this.#defined(of), (name === 'undefined') !== isNegated);
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
    const own = HANDLEBARS_FILTERS.get(node.name);
    if (own !== undefined) return own(this, node);
    const helper = FILTERS_AS_HELPERS.get(node.name);
    if (helper === undefined || node.given.named.size > 0) return this.expr(node);
    return this.call(helper, node.of, ...node.given.plain);
  }
}

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
