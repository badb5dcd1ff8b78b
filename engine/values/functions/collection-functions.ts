import { Secret } from '../base/secret.ts';
import { type Value, type ValueMap, isList, isMap, Unknown } from '../base/value.ts';
import { isEqual } from '../language/compare.ts';
import { ArgumentFault, UnknownTouched } from '../language/fault.ts';
import { spendSteps } from '../language/step-limit.ts';
import { booleanOf, listOf, mapOf, numberOf, textOf, wholeOf, wordOf } from './arguments.ts';
import { ItemSet } from './set-functions.ts';
import { type SharedFunction, optional, required, rest } from './shared-function.ts';

const MAX_ITEMS = 100_000;

/** Flattens lists within lists by this number of levels. */
function flatten(list: readonly Value[], levels: number, skipsNulls: boolean): Value[] {
  const flat: Value[] = [];
  spendSteps(list.length);
  for (const item of list) {
    // The unknown value may be a list.
    if (item instanceof Unknown) throw new UnknownTouched(item);
    if (item === null && skipsNulls) continue;
    if (!isList(item) || levels < 1) flat.push(item);
    else for (const inner of flatten(item, levels - 1, skipsNulls)) flat.push(inner);
  }
  return flat;
}

function product(lists: readonly (readonly Value[])[]): readonly Value[] {
  const count = lists.reduce((total, list) => total * list.length, 1);
  if (count > MAX_ITEMS)
    throw new ArgumentFault(`The product has ${count} items; at most ${MAX_ITEMS} are made`, 'Take shorter lists.');
  spendSteps(count * lists.length);
  let combinations: Value[][] = [[]];
  for (const list of lists)
    combinations = combinations.flatMap((combination) => list.map((item) => [...combination, item]));
  return combinations;
}

function zip(lists: readonly (readonly Value[])[]): readonly Value[] {
  const count = Math.min(...lists.map((list) => list.length));
  spendSteps(count * lists.length);
  return Array.from({ length: count }, (_, index) => lists.map((list) => list[index] ?? null));
}

function toItems(map: ValueMap, keyName: string, valueName: string): readonly Value[] {
  return Object.entries(map).map(([key, value]) =>
    mapFrom([
      [keyName, key],
      [valueName, value],
    ]),
  );
}

function mapFrom(entries: Iterable<readonly [string, Value]>): ValueMap {
  const map: Record<string, Value> = Object.create(null);
  for (const [key, value] of entries) map[key] = value;
  return map;
}

function fromItems(list: readonly Value[], keyName: string, valueName: string): ValueMap {
  const memberOf = (item: ValueMap, name: string): Value => {
    const member = Object.hasOwn(item, name) ? item[name] : undefined;
    if (member !== undefined) return member;
    throw new ArgumentFault(`An item has no key "${name}"; its keys: ${Object.keys(item).join(', ')}`);
  };
  return mapFrom(
    list.map((one) => {
      const item = mapOf(one);
      return [textOf(memberOf(item, keyName), 'key'), memberOf(item, valueName)];
    }),
  );
}

type Arrange = <Item>(items: readonly Item[]) => readonly Item[];

/**
 * Rearranges the items of a list, or the characters of a text. Characters are code points, so that an emoji counts
 * once.
 */
function rearranged(whole: Value | undefined, arrange: Arrange): Value {
  if (whole instanceof Secret) return Secret.madeOf(arrange(Array.from(whole.reveal())).join(''), [whole.reveal()]);
  return typeof whole === 'string' ? arrange(Array.from(whole)).join('') : arrange(listOf(whole));
}

interface Bounds {
  readonly start: Value | undefined;
  readonly end: Value | undefined;
  readonly step: Value | undefined;
}

/** Returns the items from `start` to before `end`. Negative numbers count from the end, as in Python. */
function sliceOf<Item>(items: readonly Item[], { start, end, step }: Bounds): readonly Item[] {
  const stride = wholeOf(step ?? 1);
  if (stride === 0) throw new ArgumentFault('The step must not be 0');
  const { length } = items;
  const [lowest, highest] = stride > 0 ? [0, length] : [-1, length - 1];
  const bound = (value: Value | undefined, otherwise: number): number => {
    if (value === undefined || value === null) return otherwise;
    const index = wholeOf(value);
    return Math.min(highest, Math.max(lowest, index < 0 ? index + length : index));
  };
  const [from, to] = stride > 0 ? [bound(start, 0), bound(end, length)] : [bound(start, length - 1), bound(end, -1)];
  const count = Math.max(0, Math.ceil((to - from) / stride));
  const taken = Array.from({ length: count }, (_, index) => from + index * stride);
  return taken.flatMap((index) => items.slice(index, index + 1));
}

function indexOf(whole: Value | undefined, part: Value): number {
  if (typeof whole !== 'string') return listOf(whole).findIndex((item) => isEqual(item, part));
  const at = whole.indexOf(textOf(part));
  return at < 0 ? at : Array.from(whole.slice(0, at)).length;
}

const LIST_MERGES = ['replace', 'keep', 'append', 'prepend', 'append_rp', 'prepend_rp'] as const;
type ListMerge = (typeof LIST_MERGES)[number];

interface Combining {
  readonly isRecursive: boolean;
  readonly lists: ListMerge;
}

function combine(low: ValueMap, high: ValueMap, how: Combining): ValueMap {
  const combined: Record<string, Value> = Object.assign(Object.create(null), low);
  spendSteps(Object.keys(low).length + Object.keys(high).length);
  for (const [key, above] of Object.entries(high)) {
    const below = Object.hasOwn(low, key) ? low[key] : undefined;
    combined[key] = below === undefined ? above : combineMembers(below, above, how);
  }
  return combined;
}

function combineMembers(below: Value, above: Value, how: Combining): Value {
  const isAsked = how.isRecursive || how.lists !== 'replace';
  // The result depends on whether the unknown value is a map.
  if (isAsked) for (const value of [below, above]) if (value instanceof Unknown) throw new UnknownTouched(value);
  if (isMap(below) && isMap(above)) return how.isRecursive ? combine(below, above, how) : above;
  if (!isList(below) || !isList(above)) return above;
  return combineLists(below, above, how.lists);
}

function combineLists(below: readonly Value[], above: readonly Value[], how: ListMerge): readonly Value[] {
  const others = new ItemSet(how.endsWith('_rp') ? above : []);
  const left = () => below.filter((item) => !others.has(item));
  switch (how) {
    case 'replace':
      return above;
    case 'keep':
      return below;
    case 'append':
      return [...below, ...above];
    case 'prepend':
      return [...above, ...below];
    case 'append_rp':
      return [...left(), ...above];
    case 'prepend_rp':
      return [...above, ...left()];
  }
}

export const collectionFunctions: readonly SharedFunction[] = [
  {
    name: 'flatten',
    form: 'method',
    summary:
      'One list with the items of all inner lists, without nulls. levels limits the depth; skip_nulls=false keeps nulls.',
    parameters: [required('list', 'list'), optional('levels', 'int'), optional('skip_nulls', 'bool')],
    returns: 'list',
    template: '{{flatten (list 1 (list 2 (list 3))) levels=1}}',
    expression: '[1, [2, [3]]].flatten(1)',
    gives: [1, 2, [3]],
    secrets: 'kept',
    run: ([list, levels = null, skipsNulls = true]) =>
      flatten(listOf(list), levels === null ? Infinity : wholeOf(levels), booleanOf(skipsNulls)),
  },
  {
    name: 'slice',
    form: 'method',
    summary:
      'The items or characters from the first position up to the second one, which is not included. Positions begin at 0; negative positions count from the end.',
    parameters: [
      required('whole', 'list', 'string'),
      required('start', 'dyn'),
      optional('end', 'dyn'),
      optional('step', 'int'),
    ],
    returns: 'dyn',
    template: '{{slice "etcd-1" 0 4}}',
    expression: '"etcd-1".slice(0, 4)',
    gives: 'etcd',
    secrets: 'kept',
    run: ([whole, start, end, step]) => rearranged(whole, (items) => sliceOf(items, { start, end, step })),
  },
  {
    name: 'reverse',
    form: 'method',
    summary: 'The items or characters in reverse order.',
    parameters: [required('whole', 'list', 'string')],
    returns: 'dyn',
    template: '{{reverse members}}',
    expression: '["c", "a", "b"].reverse()',
    gives: ['b', 'a', 'c'],
    secrets: 'kept',
    run: ([whole]) => rearranged(whole, (items) => items.toReversed()),
  },
  {
    name: 'index_of',
    form: 'method',
    summary:
      'The position of an item in a list, or of a part in a text. Positions begin at 0; -1 means that it is missing.',
    // CEL has its own method for texts.
    parameters: [required('whole', 'list'), required('part', 'dyn')],
    returns: 'int',
    template: '{{index_of members "b"}}',
    expression: '["c", "a", "b"].indexOf("b")',
    gives: 2,
    secrets: 'derived',
    run: ([whole, part = null]) => indexOf(whole, part),
  },
  {
    name: 'product',
    form: 'method',
    summary: 'All combinations of an item of the first list with an item of each other list.',
    parameters: [required('list', 'list'), rest('others', 'list')],
    returns: 'list',
    template: '{{product (list 1 2) (list "a" "b")}}',
    expression: '[1, 2].product(["a", "b"])',
    gives: [
      [1, 'a'],
      [1, 'b'],
      [2, 'a'],
      [2, 'b'],
    ],
    secrets: 'kept',
    run: (lists) => product(lists.map(listOf)),
  },
  {
    name: 'zip',
    form: 'method',
    summary:
      'A list of lists: the first items of all lists, then the second items, and so on. It ends with the shortest list.',
    parameters: [required('list', 'list'), rest('others', 'list')],
    returns: 'list',
    template: '{{zip (list 1 2) (list "a" "b")}}',
    expression: '[1, 2].zip(["a", "b"])',
    gives: [
      [1, 'a'],
      [2, 'b'],
    ],
    secrets: 'kept',
    run: (lists) => zip(lists.map(listOf)),
  },
  {
    name: 'dict2items',
    form: 'method',
    summary: 'The map as a list of {key, value}. key_name and value_name replace the names key and value.',
    parameters: [required('map', 'map'), optional('key_name', 'string'), optional('value_name', 'string')],
    returns: 'list',
    template: '{{dict2items (dict tier="db")}}',
    expression: '{"tier": "db"}.dict2items()',
    gives: [{ key: 'tier', value: 'db' }],
    secrets: 'kept',
    run: ([map, keyName = 'key', valueName = 'value']) => toItems(mapOf(map), textOf(keyName), textOf(valueName)),
  },
  {
    name: 'items2dict',
    form: 'method',
    summary: 'A map, made from a list of {key, value}. key_name and value_name replace the names key and value.',
    parameters: [required('list', 'list'), optional('key_name', 'string'), optional('value_name', 'string')],
    returns: 'map',
    template: '{{items2dict (list (dict name="m1" ip="10.0.0.1")) key_name="name" value_name="ip"}}',
    expression: '[{"name": "m1", "ip": "10.0.0.1"}].items2dict("name", "ip")',
    gives: { m1: '10.0.0.1' },
    secrets: 'kept',
    run: ([list, keyName = 'key', valueName = 'value']) => fromItems(listOf(list), textOf(keyName), textOf(valueName)),
  },
  {
    name: 'combine',
    form: 'method',
    summary:
      'Two maps as one map. If both have a key, the value of the second map counts. recursive=true also combines the maps within them. list_merge sets what happens to two lists under one key: replace (the default), keep, append, prepend, append_rp, prepend_rp.',
    parameters: [
      required('map', 'map'),
      required('other', 'map'),
      optional('recursive', 'bool'),
      optional('list_merge', 'string'),
    ],
    returns: 'map',
    template: '{{combine (dict a=(dict x=1)) (dict a=(dict y=2)) recursive=true}}',
    expression: '{"a": {"x": 1}}.combine({"a": {"y": 2}}, true)',
    gives: { a: { x: 1, y: 2 } },
    secrets: 'kept',
    run: ([map, other, recursive = false, lists = 'replace']) =>
      combine(mapOf(map), mapOf(other), {
        isRecursive: booleanOf(recursive),
        lists: wordOf(lists, LIST_MERGES, 'list_merge'),
      }),
  },
  {
    name: 'sum',
    form: 'function',
    summary: 'The sum of a list of numbers.',
    parameters: [required('numbers', 'list')],
    returns: 'dyn',
    template: '{{sum (list 1 2 3)}}',
    expression: 'sum([1, 2, 3])',
    gives: 6,
    secrets: 'kept',
    run: ([numbers]) => listOf(numbers).reduce((total: number, number) => total + numberOf(number), 0),
  },
];
