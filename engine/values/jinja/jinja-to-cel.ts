import { ansibleVariable, namedHere } from '../habits/ansible-variables.ts';
import { ITEM, namesIn, wantedName } from './jinja-build.ts';
import { celFilter } from './jinja-cel-filters.ts';
import { type CelWriting, type Piece, LEVEL, member, negated } from './jinja-cel-piece.ts';
import { celTest } from './jinja-cel-tests.ts';
import type { BinaryOperator, Given, Jinja, JinjaOf } from './jinja-expression.ts';
import {
  comparedFact,
  isIdentifier,
  nameInVars,
  lacking,
  lackingCall,
  namesOf,
  NoCounterpart,
} from './jinja-translation.ts';
import { typeOf } from './jinja-type.ts';

/** Translates Jinja to CEL, with the given quotes for strings. Throws NoCounterpart. */
export function celOf(node: Jinja, quote: '"' | "'" = '"'): string {
  return new CelWriter(quote, namesIn(node)).piece(node).text;
}

/** Returns the wanted name, or another one if the expression uses it already. */
function unusedName(wanted: string, used: ReadonlySet<string>): string {
  let name = wanted;
  for (let number = 2; used.has(name); number++) name = `${wanted}${number}`;
  return name;
}

/** Functions of expressions with the same name and arguments as in Jinja. */
const FUNCTIONS: ReadonlySet<string> = new Set([
  'default',
  'defined',
  'has',
  'size',
  'int',
  'double',
  'string',
  'semver',
  'semverCompare',
  'ipVersion',
  'cidrContains',
  'cidrOverlaps',
  'cidrHost',
  'cidrPrefix',
  'min',
  'max',
  'type',
]);

/** Helpers of templates with the same name and arguments as filters of Jinja. */
const HELPERS_AS_FILTERS: ReadonlySet<string> = new Set([
  'length',
  'join',
  'upper',
  'lower',
  'trim',
  'sort',
  'unique',
  'replace',
  'split',
  'first',
  'last',
  'ternary',
  'regex_replace',
]);

const HELPERS_AS_OPERATORS: ReadonlyMap<string, BinaryOperator> = new Map([
  ['and', 'and'],
  ['or', 'or'],
  ['eq', '=='],
  ['ne', '!='],
  ['lt', '<'],
  ['le', '<='],
  ['gt', '>'],
  ['ge', '>='],
  ['add', '+'],
  ['sub', '-'],
  ['mul', '*'],
  ['div', '/'],
  ['mod', '%'],
]);

const NOTHING: Given = { plain: [], named: new Map() };

const METHODS: ReadonlyMap<string, string> = new Map([
  ['startswith', 'startsWith'],
  ['endswith', 'endsWith'],
  ['strip', 'trim'],
  ['find', 'indexOf'],
  ['rfind', 'lastIndexOf'],
  ['lower', 'lower'],
  ['upper', 'upper'],
  ['replace', 'replace'],
  ['split', 'split'],
  ['startsWith', 'startsWith'],
  ['endsWith', 'endsWith'],
  ['contains', 'contains'],
  ['matches', 'matches'],
  ['regexReplace', 'regexReplace'],
  ['trim', 'trim'],
  ['filter', 'filter'],
  ['map', 'map'],
  ['exists', 'exists'],
  ['all', 'all'],
  ['unique', 'unique'],
  ['sort', 'sort'],
  ['join', 'join'],
  ['size', 'size'],
  ['slice', 'slice'],
  ['sortBy', 'sortBy'],
  ['format', 'format'],
  ['version', 'version'],
  ['flatten', 'flatten'],
  ['indexOf', 'indexOf'],
  ['substring', 'substring'],
]);

type JoiningOperator = Exclude<BinaryOperator, 'in' | 'not in' | '~' | '/' | '**' | '==' | '!='>;

/** Binary operators of Jinja and their operators in CEL. */
const JOINING: Readonly<Record<JoiningOperator, { readonly sign: string; readonly level: number }>> = {
  or: { sign: '||', level: LEVEL.or },
  and: { sign: '&&', level: LEVEL.and },
  '+': { sign: '+', level: LEVEL.sum },
  '-': { sign: '-', level: LEVEL.sum },
  '*': { sign: '*', level: LEVEL.product },
  '//': { sign: '/', level: LEVEL.product },
  '%': { sign: '%', level: LEVEL.product },
  '<': { sign: '<', level: LEVEL.compare },
  '<=': { sign: '<=', level: LEVEL.compare },
  '>': { sign: '>', level: LEVEL.compare },
  '>=': { sign: '>=', level: LEVEL.compare },
};

function isJoining(operator: BinaryOperator): operator is JoiningOperator {
  return Object.hasOwn(JOINING, operator);
}

class CelWriter implements CelWriting {
  readonly #quote: '"' | "'";
  readonly item: string;
  /** The name of the key in what is written for each key of a map. */
  readonly #key: string;
  readonly #used: ReadonlySet<string>;
  readonly #boundNames = new Map<string, string>();

  constructor(quote: '"' | "'", used: ReadonlySet<string>) {
    this.#quote = quote;
    this.item = unusedName('i', used);
    this.#key = unusedName('k', used);
    this.#used = new Set([...used, this.item, this.#key]);
  }

  piece(node: Jinja): Piece {
    switch (node.kind) {
      case 'name':
        return this.#name(node);
      case 'text':
        return member(this.text(node.value));
      case 'number':
        return member(node.text);
      case 'constant':
        return member(node.value);
      case 'member':
        return this.#member(node.of, node.key, node);
      case 'call':
        return this.#call(node.callee, node.given);
      case 'filter':
        return celFilter(this, node.of, node.name, node.given);
      case 'test':
        return this.#test(node);
      case 'unary':
        return this.#unary(node);
      case 'binary':
        return this.binary(node.operator, node.left, node.right);
      case 'choice':
        return this.#choice(node);
      case 'list':
        return member(`[${node.items.map((item) => this.piece(item).text).join(', ')}]`);
      case 'slice':
        return lacking('operator', 'x[a:b]');
      case 'map':
      default:
        return member(
          `{${node.entries.map(([key, value]) => `${this.piece(key).text}: ${this.piece(value).text}`).join(', ')}}`,
        );
    }
  }

  #name(node: JinjaOf<'name'>): Piece {
    if (node.name === ITEM.name) return member(this.item);
    const wanted = wantedName(node.name);
    if (wanted !== undefined) return member(this.#bound(node.name, wanted));
    return this.#path([node.name], node) ?? member(node.name);
  }

  /** Returns the name here of an item of `eachNode`. */
  #bound(name: string, wanted: string): string {
    const known = this.#boundNames.get(name);
    if (known !== undefined) return known;
    const free = unusedName(wanted, new Set([...this.#used, ...this.#boundNames.values()]));
    this.#boundNames.set(name, free);
    return free;
  }

  #test({ of, name, given, isNegated }: JinjaOf<'test'>): Piece {
    const test = celTest(this, of, name, given);
    return isNegated ? negated(test) : test;
  }

  #unary({ operator, of }: JinjaOf<'unary'>): Piece {
    if (operator === 'not') return negated(this.piece(of));
    return { text: `-${this.at(of, LEVEL.unary)}`, level: LEVEL.unary };
  }

  #choice({ condition, yes, no }: JinjaOf<'choice'>): Piece {
    if (no === undefined) throw new NoCounterpart('Say what it is otherwise: c ? a : b.');
    return {
      text: `${this.at(condition, LEVEL.or)} ? ${this.at(yes, LEVEL.or)} : ${this.at(no, LEVEL.choice)}`,
      level: LEVEL.choice,
    };
  }

  text(value: string): string {
    const escaped = value
      .replaceAll('\\', '\\\\')
      .replaceAll('\n', '\\n')
      .replaceAll('\t', '\\t')
      .replaceAll('\r', '\\r');
    return `${this.#quote}${escaped.replaceAll(this.#quote, `\\${this.#quote}`)}${this.#quote}`;
  }

  at(node: Jinja, least: number): string {
    const { text, level } = this.piece(node);
    return level < least ? `(${text})` : text;
  }

  /** Writes a path that has another name in Ansible. */
  #path(names: readonly string[], node: Jinja): Piece | undefined {
    const found = ansibleVariable(names);
    if (found === undefined) return undefined;
    const { instead, isAccepted, isHere } = found.variable;
    const path = namedHere(found.variable);
    if (path === undefined) {
      if (isAccepted === true || isHere === true) return undefined;
      throw new NoCounterpart(instead, { what: 'variable', name: names.slice(0, found.length).join('.') });
    }
    const rest = names.slice(found.length);
    return node.kind === 'member' && rest.length > 0 ? member([path, ...rest].join('.')) : member(path);
  }

  #member(of: Jinja, key: Jinja, node: Jinja): Piece {
    const own = nameInVars(of, key);
    if (own !== undefined) return this.piece({ kind: 'name', name: own });
    const names = namesOf(node);
    const renamed = names === undefined ? undefined : this.#path(names, node);
    if (renamed !== undefined) return renamed;
    const ofHost = this.#factOfHost(of, key);
    if (ofHost !== undefined) return ofHost;
    const base = this.at(of, LEVEL.member);
    if (key.kind === 'text' && isIdentifier(key.value)) return member(`${base}.${key.value}`);
    return member(`${base}[${this.piece(key).text}]`);
  }

  /** Writes a fact of another host: `hostvars[h].ansible_os_family`, `hostvars[h].ansible_facts.os_family`. */
  #factOfHost(of: Jinja, key: Jinja): Piece | undefined {
    if (key.kind !== 'text') return undefined;
    const keys = [key.value];
    let host = of;
    while (
      host.kind === 'member' &&
      host.key.kind === 'text' &&
      !(host.of.kind === 'name' && host.of.name === 'hostvars')
    ) {
      keys.unshift(host.key.value);
      host = host.of;
    }
    if (host.kind !== 'member' || host.of.kind !== 'name' || host.of.name !== 'hostvars') return undefined;
    const found = ansibleVariable(keys);
    const path = found === undefined ? undefined : namedHere(found.variable);
    if (found === undefined || path === undefined) return undefined;
    return member(`${this.at(host, LEVEL.member)}.${[path, ...keys.slice(found.length)].join('.')}`);
  }

  #call(callee: Jinja, given: Given): Piece {
    const operands = given.plain.map((operand) => this.piece(operand).text);
    if (callee.kind === 'name') {
      if (callee.name === 'len') return member(`size(${operands.join(', ')})`);
      if (callee.name === 'str') return member(`string(${operands.join(', ')})`);
      if (callee.name === 'float') return member(`double(${operands.join(', ')})`);
      if (!FUNCTIONS.has(callee.name) || given.named.size > 0) return this.#helper(callee.name, given);
      return member(`${callee.name}(${operands.join(', ')})`);
    }
    if (callee.kind !== 'member' || callee.key.kind !== 'text') throw new NoCounterpart();
    return this.#method(callee.of, callee.key.value, given, operands);
  }

  /** Writes a helper of templates that is called like a function. */
  #helper(name: string, given: Given): Piece {
    const [first, second, ...rest] = given.plain;
    if (first === undefined || given.named.size > 0) return lackingCall(name, given);
    if (name === 'not') return negated(this.piece(first));
    if (name === 'keys' || name === 'values') return this.#method(first, name, NOTHING, []);
    if (HELPERS_AS_FILTERS.has(name))
      return celFilter(this, first, name, { plain: given.plain.slice(1), named: given.named });
    if (second === undefined || rest.length > 0) return lackingCall(name, given);
    if (name === 'contains') return this.binary('in', second, first);
    if (name === 'starts_with') return this.#method(first, 'startsWith', NOTHING, [this.piece(second).text]);
    if (name === 'ends_with') return this.#method(first, 'endsWith', NOTHING, [this.piece(second).text]);
    const operator = HELPERS_AS_OPERATORS.get(name);
    return operator === undefined ? lackingCall(name, given) : this.binary(operator, first, second);
  }

  #method(of: Jinja, name: string, given: Given, operands: readonly string[]): Piece {
    const [first, second] = given.plain;
    if (name === 'get' && first !== undefined) {
      const whole: Jinja = { kind: 'member', of, key: first };
      return member(`default(${this.piece(whole).text}, ${second === undefined ? 'null' : this.piece(second).text})`);
    }
    const base = this.at(of, LEVEL.member);
    const key = this.#key;
    if (name === 'keys') return member(`${base}.map(${key}, ${key})`);
    if (name === 'values') return member(`${base}.map(${key}, ${base}[${key}])`);
    if (name === 'items') return member(`${base}.map(${key}, [${key}, ${base}[${key}]])`);
    if (name === 'join' && of.kind === 'text' && first !== undefined)
      return member(`${this.at(first, LEVEL.member)}.join(${this.piece(of).text})`);
    const same = METHODS.get(name);
    if (same === undefined)
      throw new NoCounterpart(`Expressions have no .${name}(): \`runbook docs --helpers\` lists what templates have.`, {
        what: 'method',
        name,
      });
    return member(`${this.at(of, LEVEL.member)}.${same}(${operands.join(', ')})`);
  }

  binary(operator: BinaryOperator, left: Jinja, right: Jinja): Piece {
    if (isJoining(operator)) {
      if (operator === '%' && left.kind === 'text') throw new NoCounterpart('Join texts: "a" + string(b).');
      const { sign, level } = JOINING[operator];
      return { text: `${this.at(left, level)} ${sign} ${this.at(right, level + 1)}`, level };
    }
    switch (operator) {
      case 'in':
        return this.#isIn(left, right);
      case 'not in':
        return negated(this.#isIn(left, right));
      case '~':
        return { text: `${this.#asText(left)} + ${this.#asText(right)}`, level: LEVEL.sum };
      case '/':
        // Division of whole numbers gives a fraction in Jinja, and a whole number in CEL.
        return {
          text: `double(${this.piece(left).text}) / ${this.at(right, LEVEL.product + 1)}`,
          level: LEVEL.product,
        };
      case '**':
        return lacking('operator', '**');
      case '==':
      case '!=':
      default:
        return this.#compared(operator, left, right);
    }
  }

  #isIn(item: Jinja, whole: Jinja): Piece {
    if (isSurelyText(whole)) return member(`${this.at(whole, LEVEL.member)}.contains(${this.piece(item).text})`);
    return this.#compared('in', item, whole);
  }

  #compared(operator: string, left: Jinja, right: Jinja): Piece {
    const { fact, other } = comparedFact(left, right) ?? { fact: left, other: right };
    return { text: `${this.at(fact, LEVEL.sum)} ${operator} ${this.at(other, LEVEL.sum)}`, level: LEVEL.compare };
  }

  #asText(node: Jinja): string {
    return typeOf(node, () => undefined) === 'text' ? this.at(node, LEVEL.sum) : `string(${this.piece(node).text})`;
  }
}

/** Returns whether the node is text for all values of the variables: then `in` searches the text. */
function isSurelyText(node: Jinja): boolean {
  if (node.kind === 'text') return true;
  if (node.kind === 'member' && node.key.kind === 'text')
    return ['stdout', 'stderr', 'content', 'msg'].includes(node.key.value);
  return (
    node.kind === 'filter' && ['lower', 'upper', 'trim', 'string', 'b64decode', 'replace', 'join'].includes(node.name)
  );
}
