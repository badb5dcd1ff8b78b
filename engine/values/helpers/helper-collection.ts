import { Secret, isTellingNumber } from '../base/secret.ts';
import { type Value, type ValueMap, isList, isMap, Unknown } from '../base/value.ts';
import { listOf, mapOf, numberOf, textOf } from '../functions/arguments.ts';
import { compareValues, isEqual } from '../language/compare.ts';
import { ArgumentFault, NothingThere, UnknownTouched } from '../language/fault.ts';
import { spendSteps } from '../language/step-limit.ts';
import type { Helper } from './helper.ts';

const MAX_RANGE = 100_000;

function kept(helper: Omit<Helper, 'secrets'>): Helper {
  return { ...helper, secrets: 'kept' };
}

/** Splits into code points, so that an emoji counts as one character. */
function characters(text: string): number {
  return Array.from(text).length;
}

function lengthOf(value: Value | undefined): number {
  if (value instanceof Unknown) throw new UnknownTouched(value);
  if (value instanceof Secret) return characters(value.reveal());
  if (typeof value === 'string') return characters(value);
  if (value !== undefined && isList(value)) return value.length;
  if (value !== undefined && isMap(value)) return Object.keys(value).length;
  throw new ArgumentFault('Only text, lists and maps have a length');
}

function end(value: Value | undefined, index: 0 | -1): Value {
  const item = listOf(value).at(index);
  if (item === undefined)
    throw new NothingThere(
      'The list is empty',
      'Ask first: {{#if list}}. Or give a fallback: {{default (first list) "…"}}.',
    );
  return item;
}

function member(value: Value, path: string): Value {
  let current = value;
  for (const key of path.split('.')) {
    const map = mapOf(current);
    const next = Object.hasOwn(map, key) ? map[key] : undefined;
    if (next === undefined)
      throw new ArgumentFault(`An item has no key "${key}"; its keys: ${Object.keys(map).join(', ')}`);
    current = next;
  }
  return current;
}

function concatenate(operands: readonly Value[]): Value {
  // An unknown operand may be a list or a text. So without it, nobody can tell whether lists or texts are joined.
  for (const operand of operands) if (operand instanceof Unknown) throw new UnknownTouched(operand);
  if (operands.every((operand) => isList(operand))) return operands.flat();
  let hasSecret = false;
  const text = operands.map((operand) => {
    if (typeof operand === 'number') hasSecret ||= isTellingNumber(operand);
    if (!(operand instanceof Secret)) return textOf(operand);
    hasSecret = true;
    return operand.reveal();
  });
  return hasSecret ? Secret.around(text.join('')) : text.join('');
}

function range(first: number, last: number, step: number): readonly number[] {
  if (step === 0) throw new ArgumentFault('The step must not be 0');
  const count = Math.max(0, Math.floor((last - first) / step) + 1);
  if (count > MAX_RANGE) throw new ArgumentFault(`The range has ${count} numbers; at most ${MAX_RANGE} are made`);
  return Array.from({ length: count }, (_, index) => first + index * step);
}

export const collectionHelpers: readonly Helper[] = [
  kept({
    name: 'length',
    summary: 'The number of characters of a text, items of a list, or keys of a map.',
    example: ['{{length members}}', 3],
    arity: [1, 1],
    run: ([value]) => lengthOf(value),
  }),
  kept({
    name: 'first',
    summary: 'The first item of a list.',
    example: ['{{first members}}', 'c'],
    arity: [1, 1],
    run: ([list]) => end(list, 0),
  }),
  kept({
    name: 'last',
    summary: 'The last item of a list.',
    example: ['{{last members}}', 'b'],
    arity: [1, 1],
    run: ([list]) => end(list, -1),
  }),
  kept({
    name: 'keys',
    summary: 'The keys of a map.',
    example: ['{{keys labels}}', ['tier', 'zone']],
    arity: [1, 1],
    run: ([map]) => Object.keys(mapOf(map)),
  }),
  kept({
    name: 'values',
    summary: 'The values of a map.',
    example: ['{{values labels}}', ['db', 'a']],
    arity: [1, 1],
    run: ([map]) => Object.values(mapOf(map)),
  }),
  kept({
    name: 'concat',
    summary: 'Several lists as one list, or several texts as one text.',
    example: ['{{concat name ":" port}}', 'etcd-1:2379'],
    arity: [1, Infinity],
    run: concatenate,
  }),
  kept({
    name: 'list',
    summary: 'A list of the arguments.',
    example: ['{{list 1 "a"}}', [1, 'a']],
    arity: [0, Infinity],
    run: (items) => items,
  }),
  {
    name: 'dict',
    summary: 'A map of the arguments, written as key=value.',
    example: ['{{dict role="etcd" port=port}}', { role: 'etcd', port: 2379 }],
    arity: [0, 0],
    secrets: 'kept',
    run: (_operands, named) => named,
  },
  kept({
    name: 'merge',
    summary: 'Several maps as one map. If several maps have a key, the value of the last one counts.',
    example: ['{{merge labels (dict zone="b")}}', { tier: 'db', zone: 'b' }],
    arity: [1, Infinity],
    run: (maps) => {
      const merged: Record<string, Value> = Object.create(null);
      for (const map of maps) for (const [key, value] of Object.entries(mapOf(map))) merged[key] = value;
      return merged satisfies ValueMap;
    },
  }),
  kept({
    name: 'range',
    summary:
      'The whole numbers from the first argument to the second, which is included. The third argument is the step.',
    example: ['{{range 1 3}}', [1, 2, 3]],
    arity: [2, 3],
    run: ([first, last, step = 1]) => {
      return range(numberOf(first), numberOf(last), numberOf(step));
    },
  }),
  kept({
    name: 'sort',
    summary: 'The items, sorted. All of them must be text, or all numbers.',
    example: ['{{sort members}}', ['a', 'b', 'c']],
    arity: [1, 1],
    run: ([list]) => [...listOf(list)].sort(compareValues),
  }),
  kept({
    name: 'unique',
    summary: 'The items without repetitions, in their order.',
    example: ['{{unique (list 1 2 1)}}', [1, 2]],
    arity: [1, 1],
    run: ([list]) => {
      const unique: Value[] = [];
      const structured: Value[] = [];
      const plain = new Set<Value>();
      for (const item of listOf(list)) {
        const isPlain = typeof item !== 'object' || item === null;
        const others = isPlain ? structured : unique;
        spendSteps(others.length);
        if (plain.has(item) || others.some((known) => isEqual(known, item))) continue;
        if (isPlain) plain.add(item);
        else structured.push(item);
        unique.push(item);
      }
      return unique;
    },
  }),
  kept({
    name: 'map',
    summary: 'A list of one attribute of each item. A path with dots names an attribute within an attribute.',
    example: ['{{map hosts "ip"}}', ['10.0.0.1', '10.0.0.2']],
    arity: [2, 2],
    run: ([list, path]) => {
      return listOf(list).map((item) => (item instanceof Unknown ? item : member(item, textOf(path))));
    },
  }),
];
