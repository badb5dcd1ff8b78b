import { ansibleVariable, hasSameValues, namedHere } from '../habits/ansible-variables.ts';
import { adaptedFilter } from './jinja-adapt-filter.ts';
import { computedName } from './jinja-adapt-lookup.ts';
import { adaptedTest } from './jinja-adapt-test.ts';
import { adaptedCall, sliced } from './jinja-adapt-text.ts';
import type { Adapting, AdaptOptions } from './jinja-adapting.ts';
import {
  type ByKind,
  binaryNode,
  byKind,
  constantNode,
  negatedNode,
  choiceNode,
  CONCAT_LISTS,
  filterNode,
  IN_CEL,
  LIST_TEST,
  methodNode,
  numberNode,
  pathNode,
  shown,
  textNode,
  withParts,
} from './jinja-build.ts';
import type { Given, Jinja, JinjaOf } from './jinja-expression.ts';
import { FIXED_VALUES } from './jinja-fixed-values.ts';
import type { AssumedType, Assumption, JinjaType } from './jinja-knowledge.ts';
import { comparedFact, lacking, namesOf, NoCounterpart } from './jinja-translation.ts';
import { certainTypeOf, suggestedOf, typeOf } from './jinja-type.ts';

/** Returns whether the text has both signs, in this order. */
function holds(text: string, open: string, close: string): boolean {
  const at = text.indexOf(open);
  return at !== -1 && text.lastIndexOf(close) >= at + open.length;
}

/**
 * Makes explicit in an expression what Jinja leaves to Python: which texts or lists are true, and how a filter treats
 * other types. The result is still Jinja, which the writers translate word by word. `assumptions` has the conditions
 * under which the result is correct. All methods throw NoCounterpart.
 */
export class Adapter implements Adapting {
  readonly options: AdaptOptions;
  readonly #assumptions = new Map<string, Assumption>();

  constructor(options: AdaptOptions) {
    this.options = options;
  }

  get assumptions(): readonly Assumption[] {
    return [...this.#assumptions.values()];
  }

  assume(assumption: Assumption): void {
    this.#assumptions.set(JSON.stringify(assumption), assumption);
  }

  assumeType(node: Jinja, type: AssumedType): void {
    this.assume({ kind: 'type', of: shown(node), type });
  }

  typeOf(node: Jinja): JinjaType | undefined {
    return typeOf(node, this.options.types);
  }

  certainTypeOf(node: Jinja): JinjaType | undefined {
    return certainTypeOf(node, this.options.types);
  }

  inCel(adapt: (adapter: Adapting) => Jinja): Jinja {
    const inner = new Adapter({ ...this.options, target: 'cel' });
    const adapted = adapt(inner);
    for (const assumption of inner.assumptions) this.assume(assumption);
    return adapted;
  }

  condition(node: Jinja): Jinja {
    const asItsType = (one: Jinja): Jinja => this.#asTruth(one);
    return byKind<Jinja['kind'], Jinja>(node, {
      constant: ({ value }) => constantNode(value === 'true'),
      text: ({ value }) => constantNode(value !== ''),
      number: ({ text }) => constantNode(Number(text) !== 0),
      unary: (unary) => (unary.operator === 'not' ? negatedNode(this.condition(unary.of)) : asItsType(unary)),
      binary: (binary) =>
        binary.operator === 'and' || binary.operator === 'or'
          ? binaryNode(binary.operator, this.condition(binary.left), this.condition(binary.right))
          : asItsType(binary),
      choice: ({ condition, yes, no }) =>
        choiceNode(
          this.condition(condition),
          this.condition(yes),
          no === undefined ? constantNode(false) : this.condition(no),
        ),
      filter: (filter) => this.#conditionOfFilter(filter),
      name: asItsType,
      member: asItsType,
      call: asItsType,
      test: asItsType,
      slice: asItsType,
      list: asItsType,
      map: asItsType,
    });
  }

  #conditionOfFilter(node: JinjaOf<'filter'>): Jinja {
    const [first] = node.given.plain;
    if (node.name === 'regex_search' && node.given.plain.length === 1 && first !== undefined)
      return this.value({ kind: 'test', of: node.of, name: 'search', given: node.given, isNegated: false });
    return this.#asTruth(node);
  }

  /**
   * Writes the comparison that fits the type. For a value of an unknown type, writes `truthy`, which follows Python.
   */
  #asTruth(node: Jinja): Jinja {
    const value = this.value(node);
    switch (this.certainTypeOf(node)) {
      case 'boolean':
        return value;
      case 'text':
        return binaryNode('!=', value, textNode(''));
      case 'number':
        return binaryNode(isLength(node) ? '>' : '!=', value, { kind: 'number', text: '0' });
      case 'list':
      case 'map':
        if (this.options.target === 'handlebars') return value;
        return binaryNode('>', filterNode(value, 'length'), { kind: 'number', text: '0' });
      case undefined:
      default:
        return filterNode(value, 'truthy');
    }
  }

  value(node: Jinja): Jinja {
    return byKind(node, this.#values);
  }

  readonly #values: ByKind<Jinja> = {
    name: (name) => this.#variable(name) ?? name,
    member: (member) => this.#variable(member) ?? this.#member(member),
    text: (text) => {
      if (holds(text.value, '{{', '}}') || holds(text.value, '{%', '%}'))
        throw new NoCounterpart('A template within a text of a template is not read.');
      return text;
    },
    number: (number) => number,
    constant: (constant) => constant,
    unary: (unary) =>
      unary.operator === 'not'
        ? negatedNode(this.condition(unary.of))
        : { kind: 'unary', operator: '-', of: this.value(unary.of) },
    binary: (binary) => this.#binary(binary),
    choice: ({ condition, yes, no }) =>
      choiceNode(this.condition(condition), this.value(yes), this.value(no ?? textNode(''))),
    slice: (slice) => sliced(this, slice),
    filter: (filter) => adaptedFilter(this, filter),
    test: (test) => adaptedTest(this, test),
    call: (call) => adaptedCall(this, call),
    list: (list) => withParts(list, (part) => this.value(part)),
    map: (map) => withParts(map, (part) => this.value(part)),
  };

  given({ plain, named }: Given): Given {
    return {
      plain: plain.map((part) => this.value(part)),
      named: new Map([...named].map(([key, part]) => [key, this.value(part)])),
    };
  }

  /** Python prints booleans as True and False. Within a text, `omit` is nothing. */
  printed(node: Jinja): Jinja {
    return this.#printedValue(withoutOmit(node));
  }

  #printedValue(node: Jinja): Jinja {
    if (node.kind === 'choice')
      return choiceNode(this.condition(node.condition), this.printed(node.yes), this.printed(node.no ?? textNode('')));
    if (node.kind === 'binary' && node.operator === '~')
      return binaryNode('~', this.printed(node.left), this.printed(node.right));
    if (node.kind === 'constant' && node.value === 'null') return textNode('');
    if (node.kind === 'number' && node.text.includes('.')) return textNode(node.text);
    return this.#printedByType(node);
  }

  #printedByType(node: Jinja): Jinja {
    const type = this.typeOf(node);
    const suggested = type === 'boolean' ? suggestedOf(node, this.options.types) : undefined;
    if (suggested !== undefined) {
      // A default of `false` for what is shown stands for a text that is not set.
      this.assumeType(suggested, suggested === node ? 'text' : 'boolean');
      if (suggested === node) return this.value(node);
    }
    if (type === 'boolean') return choiceNode(this.condition(node), textNode('True'), textNode('False'));
    if (type === 'list' || type === 'map') return this.#printedAsJson(node);
    if (type === 'number' && isQuotient(node)) return lacking('operator', '/');
    return this.value(node);
  }

  /** Python prints lists and maps in its own form. Unless they contain booleans or None, only the quotes differ. */
  #printedAsJson(node: Jinja): Jinja {
    if (this.options.target === 'cel')
      throw new NoCounterpart('Write a list or a map by json, yaml or join: Python has a form of its own.', {
        what: 'form',
        name: 'of a list or a map within text',
      });
    this.assume({ kind: 'layout', of: shown(node) });
    return filterNode(this.value(node), 'to_json');
  }

  /** Adapts a variable that has another name or form here; undefined if it stays as it is. */
  #variable(node: JinjaOf<'name'> | JinjaOf<'member'>): Jinja | undefined {
    const names = namesOf(node);
    if (names === undefined) return undefined;
    const whole = wholeName(names);
    if (whole === 'ansible_managed' && this.options.types(['ansible_managed']) === undefined) {
      this.assume({ kind: 'managed' });
      return textNode('Ansible managed');
    }
    const fixed = FIXED_VALUES.get(whole);
    if (fixed !== undefined) {
      this.assume({
        kind: 'fact',
        of: shown(node),
        instead: `${fixed.kind === 'text' ? fixed.value : fixed.text} is written`,
      });
      return fixed;
    }
    if (whole === 'inventory_hostname_short') return firstPart('inventory_hostname');
    if (MAJOR_VERSIONS.has(whole)) return firstPart('facts.os.version');
    const found = ansibleVariable(names);
    if (found !== undefined && namedHere(found.variable) !== undefined && !hasSameValues(found.variable))
      this.assume({ kind: 'fact', of: shown(node), instead: found.variable.instead });
    return undefined;
  }

  #member(node: JinjaOf<'member'>): Jinja {
    const { of, key } = node;
    const computed = computedName(node);
    if (computed !== undefined) return this.value(filterNode(computed, 'get_variable'));
    const index = indexOf(key);
    const type = this.typeOf(of);
    if (index !== undefined && type === 'text')
      return sliced(this, { kind: 'slice', of, from: key, ...(index === -1 ? {} : { to: numberNode(index + 1) }) });
    if (index === -1) return filterNode(this.value(of), 'last');
    if (index !== undefined && index < 0) return lacking('operator', 'x[-2]');
    return { kind: 'member', of: this.value(of), key: this.value(key) };
  }

  #binary(node: JinjaOf<'binary'>): Jinja {
    const { operator, left, right } = node;
    if (operator === 'and' || operator === 'or') return this.#logical(node);
    if (operator === '==' || operator === '!=') return this.#equality(node);
    if (operator === 'in' || operator === 'not in') return this.#membership(node);
    if (operator === '~') return binaryNode('~', this.printed(left), this.printed(right));
    if (operator === '+') return this.#sum(node);
    if (operator.startsWith('<') || operator.startsWith('>'))
      return binaryNode(operator, this.value(left), this.value(right));
    return this.#arithmetic(node);
  }

  #arithmetic({ operator, left, right }: JinjaOf<'binary'>): Jinja {
    if (operator === '**') return lacking('operator', '**');
    if (operator === '%' && this.typeOf(left) === 'text')
      return this.value(filterNode(left, 'format', ...(right.kind === 'list' ? right.items : [right])));
    if (operator === '%' || operator === '//') for (const part of [left, right]) this.#assumeNotNegative(part);
    const isOfOthers = [left, right].some((part) => ['text', 'list'].includes(this.typeOf(part) ?? ''));
    if (isOfOthers) return lacking('operator', `${operator} of texts or lists`);
    return binaryNode(operator, this.value(left), this.value(right));
  }

  #assumeNotNegative(node: Jinja): void {
    if (node.kind === 'number' || isLength(node)) return;
    if (node.kind === 'member' && node.of.kind === 'name' && node.of.name === 'loop') return;
    if (node.kind === 'unary') lacking('operator', '% and // of negative numbers');
    this.assume({ kind: 'notNegative', of: shown(node) });
  }

  /** Adapts `and` and `or`. In Python their result is one of their operands. */
  #logical(node: JinjaOf<'binary'>): Jinja {
    const { operator, left, right } = node;
    if (this.certainTypeOf(left) === 'boolean' && this.certainTypeOf(right) === 'boolean') return this.condition(node);
    const condition = this.condition(left);
    const value = this.value(left);
    return operator === 'or'
      ? choiceNode(condition, value, this.value(right))
      : choiceNode(condition, this.value(right), value);
  }

  #equality({ operator, left, right }: JinjaOf<'binary'>): Jinja {
    const fact = comparedFact(left, right);
    if (fact !== undefined) return binaryNode(operator, fact.fact, fact.other);
    const other = comparedFact(right, left);
    if (other !== undefined) return binaryNode(operator, other.other, other.fact);
    const asked = typeAsked(left, right) ?? typeAsked(right, left);
    if (asked !== undefined) return this.value({ ...asked, isNegated: operator === '!=' });
    return binaryNode(operator, this.value(left), this.value(right));
  }

  #membership({ operator, left, right }: JinjaOf<'binary'>): Jinja {
    const fact = comparedFact(left, right);
    if (fact !== undefined) return binaryNode(operator, fact.fact, fact.other);
    const type = this.typeOf(right);
    const isIn =
      type === 'text'
        ? methodNode(this.value(right), 'contains', this.value(left))
        : binaryNode('in', this.value(left), this.value(right));
    // The helper `contains` of templates takes all three.
    if (type === undefined && this.options.target === 'cel') this.assumeType(right, 'list or map');
    return operator === 'in' ? isIn : negatedNode(isIn);
  }

  #sum({ left, right }: JinjaOf<'binary'>): Jinja {
    const type = this.typeOf(left) ?? this.typeOf(right);
    if (type === 'map' || type === 'boolean') throw new NoCounterpart();
    if (type === 'text' && this.options.target === 'handlebars')
      return binaryNode('~', this.value(left), this.value(right));
    const sum = binaryNode('+', this.value(left), this.value(right));
    // Templates have the helper `add` for numbers and `concat` for lists: the types decide which one is written.
    if (this.options.target === 'cel' || type === 'number') return sum;
    return type === 'list' ? filterNode(sum.left, CONCAT_LISTS, sum.right) : filterNode(sum, IN_CEL);
  }
}

const MAJOR_VERSIONS: ReadonlySet<string> = new Set([
  'ansible_distribution_major_version',
  'ansible_lsb.major_release',
]);

/** Names of Python's types, as `type_debug` gives them, and the tests that ask for them. */
const TYPE_TESTS: ReadonlyMap<string, string> = new Map([
  ['str', 'string'],
  ['AnsibleUnicode', 'string'],
  ['int', 'integer'],
  ['float', 'float'],
  ['bool', 'boolean'],
  ['dict', 'mapping'],
  ['list', LIST_TEST],
  ['NoneType', 'none'],
]);

/** Returns the test that `x | type_debug == "list"` is; undefined for everything else. */
function typeAsked(asked: Jinja, name: Jinja): JinjaOf<'test'> | undefined {
  if (asked.kind !== 'filter' || asked.name !== 'type_debug' || name.kind !== 'text') return undefined;
  const test = TYPE_TESTS.get(name.value);
  if (test === undefined) return undefined;
  return { kind: 'test', of: asked.of, name: test, given: { plain: [], named: new Map() }, isNegated: false };
}

function isOmit(node: Jinja | undefined): boolean {
  return node?.kind === 'name' && node.name === 'omit';
}

/** Writes an empty text for `omit` and `x | default(omit)`. */
function withoutOmit(node: Jinja): Jinja {
  if (isOmit(node)) return textNode('');
  if (node.kind !== 'filter' || !['default', 'd'].includes(node.name)) return node;
  const [fallback, ...rest] = node.given.plain;
  return isOmit(fallback) ? filterNode(node.of, 'default', textNode(''), ...rest) : node;
}

function wholeName(names: readonly string[]): string {
  return names.join('.').replace(/^ansible_facts\.(ansible_)?/, 'ansible_');
}

function firstPart(path: string): Jinja {
  return filterNode(filterNode(pathNode(path), 'split', textNode('.')), 'first');
}

function indexOf(key: Jinja): number | undefined {
  if (key.kind === 'number') return Number(key.text);
  return key.kind === 'unary' && key.operator === '-' && key.of.kind === 'number' ? -Number(key.of.text) : undefined;
}

/** Returns whether the node is a length, which is never below 0. */
function isLength(node: Jinja): boolean {
  return node.kind === 'filter' && ['length', 'count'].includes(node.name);
}

/** Returns whether the node is a quotient. In Python it is a fraction, and a whole one is printed with `.0`. */
function isQuotient(node: Jinja): boolean {
  if (node.kind === 'binary')
    return (
      node.operator === '/' ||
      (['+', '-', '*'].includes(node.operator) && (isQuotient(node.left) || isQuotient(node.right)))
    );
  return node.kind === 'filter' && node.name === 'float';
}
