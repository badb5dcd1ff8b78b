import type { BinaryOperator, Given, Jinja, JinjaOf } from './jinja-expression.ts';

/** Filters that mark places where templates here differ from Jinja. No filter of Jinja has such a name. */
export const CONCAT_LISTS = '+ of lists';
export const IN_CEL = 'in CEL';
/** The list of what is made for each item of a list, in turn: `of | EACH(name, list)`. */
export const EACH = 'for each';
/** The test for a list: Jinja's `sequence` takes texts and maps as well. */
export const LIST_TEST = 'of a list';

const NOTHING: Given = { plain: [], named: new Map() };

/** Returns the tree of a text literal. */
export function textNode(value: string): JinjaOf<'text'> {
  return { kind: 'text', value };
}

/** Returns the tree of a number. A negative number becomes a sign and a number, as the parser reads it. */
export function numberNode(value: number): Jinja {
  return value < 0
    ? { kind: 'unary', operator: '-', of: { kind: 'number', text: String(-value) } }
    : { kind: 'number', text: String(value) };
}

/** Returns the tree of a variable with this name. */
export function nameNode(name: string): JinjaOf<'name'> {
  return { kind: 'name', name };
}

/** The item of a list, in conditions and values for each item. No variable of Jinja has such a name. */
export const ITEM: JinjaOf<'name'> = nameNode('<item>');

/** Returns the names that an expression uses, without `ITEM`. */
export function namesIn(node: Jinja): ReadonlySet<string> {
  const names = new Set<string>();
  const collect = (part: Jinja): void => {
    if (part.kind === 'name') names.add(part.name);
    else for (const inner of partsOf(part)) collect(inner);
  };
  collect(node);
  names.delete(ITEM.name);
  return names;
}

/** Returns the tree of a path such as `a.b.c`: a variable and its members. */
export function pathNode(path: string): Jinja {
  const [first = '', ...rest] = path.split('.');
  return rest.reduce<Jinja>((of, key) => ({ kind: 'member', of, key: textNode(key) }), nameNode(first));
}

/** Returns the tree of the filter `of | name(plain…)`. */
export function filterNode(of: Jinja, name: string, ...plain: readonly Jinja[]): JinjaOf<'filter'> {
  return { kind: 'filter', of, name, given: plain.length === 0 ? NOTHING : { plain, named: new Map() } };
}

/** Returns the tree of `of | map(attribute=…)`. */
export function attributesNode(of: Jinja, attribute: Jinja): JinjaOf<'filter'> {
  return { kind: 'filter', of, name: 'map', given: { plain: [], named: new Map([['attribute', attribute]]) } };
}

/**
 * Returns the tree of one list with the lists that `made` gives for each item. `item` is the name of the item in
 * `made`: a name that no variable of Jinja has, `<each x>`.
 */
export function eachNode(list: Jinja, item: JinjaOf<'name'>, made: Jinja): Jinja {
  return filterNode(list, EACH, item, made);
}

/** Returns the name that a variable of `eachNode` wants in an expression; undefined for other names. */
export function wantedName(name: string): string | undefined {
  return /^<each (\w+)>$/.exec(name)?.[1];
}

/** Returns the tree of the sum of lists. Empty lists are left out. */
export function joinedLists(lists: readonly Jinja[]): Jinja {
  const [first, ...others] = lists.filter((list) => list.kind !== 'list' || list.items.length > 0);
  return others.reduce<Jinja>((left, right) => binaryNode('+', left, right), first ?? { kind: 'list', items: [] });
}

/** Returns the lists that a sum adds to `base`, which is its first operand; undefined for other expressions. */
export function addedTo(sum: Jinja, base: Jinja): readonly Jinja[] | undefined {
  if (sum === base) return [];
  if (sum.kind !== 'binary' || sum.operator !== '+') return undefined;
  const before = addedTo(sum.left, base);
  return before === undefined ? undefined : [...before, sum.right];
}

/** Returns the tree of the method call `of.name(plain…)`. */
export function methodNode(of: Jinja, name: string, ...plain: readonly Jinja[]): Jinja {
  return { kind: 'call', callee: { kind: 'member', of, key: textNode(name) }, given: { plain, named: new Map() } };
}

/** Returns the tree of `left operator right`. */
export function binaryNode(operator: BinaryOperator, left: Jinja, right: Jinja): JinjaOf<'binary'> {
  return { kind: 'binary', operator, left, right };
}

/** Returns the tree of `yes if condition else no`. */
export function choiceNode(condition: Jinja, yes: Jinja, no: Jinja): JinjaOf<'choice'> {
  return { kind: 'choice', condition, yes, no };
}

/** Returns the tree of `true` or `false`. */
export function constantNode(value: boolean): Jinja {
  return { kind: 'constant', value: value ? 'true' : 'false' };
}

/** Returns the tree of `not of`, in which `of` is the condition. */
export function negatedNode(of: Jinja): Jinja {
  return { kind: 'unary', operator: 'not', of };
}

/** A function for each kind of expression. */
export type ByKind<Result> = { readonly [Kind in Jinja['kind']]: (node: JinjaOf<Kind>) => Result };

/**
 * Calls the function for the kind of the node, and returns its result. TypeScript checks that there is one for each
 * kind.
 */
export function byKind<Kind extends Jinja['kind'], Result>(
  node: JinjaOf<Kind> & { readonly kind: Kind },
  cases: ByKind<Result>,
): Result {
  return cases[node.kind](node);
}

const noParts = (): readonly Jinja[] => [];

const PARTS: ByKind<readonly Jinja[]> = {
  name: noParts,
  text: noParts,
  number: noParts,
  constant: noParts,
  member: ({ of, key }) => [of, key],
  call: ({ callee, given }) => [callee, ...partsOfGiven(given)],
  filter: ({ of, given }) => [of, ...partsOfGiven(given)],
  test: ({ of, given }) => [of, ...partsOfGiven(given)],
  slice: ({ of, from, to, step }) => [of, from, to, step].filter((part) => part !== undefined),
  unary: ({ of }) => [of],
  binary: ({ left, right }) => [left, right],
  choice: ({ condition, yes, no }) => [condition, yes, ...(no === undefined ? [] : [no])],
  list: ({ items }) => items,
  map: ({ entries }) => entries.flat(),
};

function partsOfGiven({ plain, named }: Given): readonly Jinja[] {
  return [...plain, ...named.values()];
}

/** Returns the direct parts of an expression. */
export function partsOf(node: Jinja): readonly Jinja[] {
  return byKind(node, PARTS);
}

/** Returns the expression with each direct part replaced. */
export function withParts(node: Jinja, replace: (part: Jinja) => Jinja): Jinja {
  const optional = <Key extends string>(key: Key, part: Jinja | undefined): { readonly [Name in Key]?: Jinja } =>
    part === undefined ? {} : ({ [key]: replace(part) } as { readonly [Name in Key]?: Jinja });
  return byKind<Jinja['kind'], Jinja>(node, {
    name: (leaf) => leaf,
    text: (leaf) => leaf,
    number: (leaf) => leaf,
    constant: (leaf) => leaf,
    member: (member) => ({ ...member, of: replace(member.of), key: replace(member.key) }),
    call: (call) => ({ ...call, callee: replace(call.callee), given: withGiven(call.given, replace) }),
    filter: (filter) => ({ ...filter, of: replace(filter.of), given: withGiven(filter.given, replace) }),
    test: (test) => ({ ...test, of: replace(test.of), given: withGiven(test.given, replace) }),
    slice: ({ of, from, to, step }) => ({
      kind: 'slice',
      of: replace(of),
      ...optional('from', from),
      ...optional('to', to),
      ...optional('step', step),
    }),
    unary: (unary) => ({ ...unary, of: replace(unary.of) }),
    binary: (binary) => ({ ...binary, left: replace(binary.left), right: replace(binary.right) }),
    choice: ({ condition, yes, no }) => ({
      kind: 'choice',
      condition: replace(condition),
      yes: replace(yes),
      no: no === undefined ? undefined : replace(no),
    }),
    list: ({ items }) => ({ kind: 'list', items: items.map(replace) }),
    map: ({ entries }) => ({
      kind: 'map',
      entries: entries.map(([key, value]) => [replace(key), replace(value)] as const),
    }),
  });
}

function withGiven({ plain, named }: Given, replace: (part: Jinja) => Jinja): Given {
  return { plain: plain.map(replace), named: new Map([...named].map(([key, value]) => [key, replace(value)])) };
}

const SHOWN: ByKind<string> = {
  name: ({ name }) => (name === ITEM.name ? 'i' : (wantedName(name) ?? name)),
  text: ({ value }) => `"${value}"`,
  number: ({ text }) => text,
  constant: ({ value }) => value,
  member: ({ of, key }) =>
    key.kind === 'text' && /^\w+$/.test(key.value) ? `${shown(of)}.${key.value}` : `${shown(of)}[${shown(key)}]`,
  call: ({ callee }) => `${shown(callee)}(…)`,
  filter: ({ of, name }) => `${shown(of)} | ${name}`,
  test: ({ of, name }) => `${shown(of)} is ${name}`,
  slice: ({ of }) => `${shown(of)}[…:…]`,
  unary: ({ operator, of }) => `${operator === 'not' ? 'not ' : '-'}${shown(of)}`,
  binary: ({ left, operator, right }) => `${shown(left)} ${operator} ${shown(right)}`,
  choice: ({ condition, yes }) => `${shown(yes)} if ${shown(condition)}`,
  list: ({ items }) => `[${items.length === 0 ? '' : '…'}]`,
  map: ({ entries }) => `{${entries.length === 0 ? '' : '…'}}`,
};

/** Prints an expression for messages. Long parts are left out. */
export function shown(node: Jinja): string {
  return byKind(node, SHOWN);
}
