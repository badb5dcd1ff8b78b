import type { Value } from '../base/value.ts';
import { isEqual } from '../language/compare.ts';
import { spendSteps } from '../language/step-limit.ts';
import { listOf } from './arguments.ts';
import { type SharedFunction, celName, required } from './shared-function.ts';

/** A set of values. Plain items are found at once; for others, all items must be compared. */
export class ItemSet {
  readonly #plain = new Set<Value>();
  readonly #others: Value[] = [];

  constructor(items: readonly Value[] = []) {
    for (const item of items) this.add(item);
  }

  has(item: Value): boolean {
    if (this.#plain.has(item)) return true;
    spendSteps(this.#others.length);
    if (this.#others.some((known) => isEqual(known, item))) return true;
    if (isPlain(item)) return false;
    // A secret is equal to its text, which may be among the plain items.
    spendSteps(this.#plain.size);
    return [...this.#plain].some((known) => isEqual(known, item));
  }

  /** Adds an item. Returns false if the set had it already. */
  add(item: Value): boolean {
    if (this.has(item)) return false;
    if (isPlain(item)) this.#plain.add(item);
    else this.#others.push(item);
    return true;
  }
}

function isPlain(item: Value): boolean {
  return typeof item !== 'object' || item === null;
}

function uniqueOf(items: readonly Value[]): readonly Value[] {
  const seen = new ItemSet();
  return items.filter((item) => seen.add(item));
}

function without(items: readonly Value[], others: readonly Value[]): readonly Value[] {
  const left = new ItemSet(others);
  return uniqueOf(items).filter((item) => !left.has(item));
}

interface OnTwoLists extends Pick<SharedFunction, 'name' | 'summary' | 'gives'> {
  readonly of: (left: readonly Value[], right: readonly Value[]) => readonly Value[];
}

function onTwoLists({ name, of, ...said }: OnTwoLists): SharedFunction {
  return {
    ...said,
    name,
    form: 'method',
    parameters: [required('list', 'list'), required('other', 'list')],
    returns: 'list',
    template: `{{${name} (list 1 2) (list 2 3)}}`,
    expression: `[1, 2].${celName(name)}([2, 3])`,
    secrets: 'kept',
    run: ([left, right]) => of(listOf(left), listOf(right)),
  };
}

export const setFunctions: readonly SharedFunction[] = [
  onTwoLists({
    name: 'union',
    summary: 'The items of both lists, without repetitions, in their order.',
    gives: [1, 2, 3],
    of: (left, right) => uniqueOf([...left, ...right]),
  }),
  onTwoLists({
    name: 'intersect',
    summary: 'The items that are in both lists, without repetitions.',
    gives: [2],
    of: (left, right) => {
      const both = new ItemSet(right);
      return uniqueOf(left).filter((item) => both.has(item));
    },
  }),
  onTwoLists({
    name: 'difference',
    summary: 'The items of the first list that are not in the second one, without repetitions.',
    gives: [1],
    of: without,
  }),
  onTwoLists({
    name: 'symmetric_difference',
    summary: 'The items that are in only one of the two lists, without repetitions.',
    gives: [1, 3],
    of: (left, right) => [...without(left, right), ...without(right, left)],
  }),
];
