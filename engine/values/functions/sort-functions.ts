import { type Value, isMap } from '../base/value.ts';
import { compareValues } from '../language/compare.ts';
import { ArgumentFault } from '../language/fault.ts';
import { spendSteps } from '../language/step-limit.ts';
import { booleanOf, listOf, textOf } from './arguments.ts';
import { type SharedFunction, optional, required } from './shared-function.ts';

/** Returns the member at a dotted path. Throws ArgumentFault if there is none. */
function memberAt(item: Value, path: string): Value {
  return path.split('.').reduce<Value>((value, key) => {
    const member = isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    if (member === undefined) throw new ArgumentFault(`An item has no "${path}" to be sorted by`);
    return member;
  }, item);
}

/** Sorts maps by one of their members. Items with equal members stay in their order. */
function sortedBy(list: readonly Value[], path: string, isReversed: boolean): readonly Value[] {
  spendSteps(list.length);
  return list
    .map((item) => ({ item, member: memberAt(item, path) }))
    .sort((one, other) => compareValues(one.member, other.member) * (isReversed ? -1 : 1))
    .map(({ item }) => item);
}

export const sortFunctions: readonly SharedFunction[] = [
  {
    name: 'sort_by',
    form: 'method',
    summary:
      'The maps of a list, sorted by the member that a dotted path names. These members must all be text, or all numbers. reverse=true puts the greatest first.',
    parameters: [required('list', 'list'), required('path', 'string'), optional('reverse', 'bool')],
    returns: 'list',
    template: '{{sort_by (list (dict n="b") (dict n="a")) "n"}}',
    expression: '[{"n": "b"}, {"n": "a"}].sortBy("n")',
    gives: [{ n: 'a' }, { n: 'b' }],
    secrets: 'kept',
    run: ([list, path, reverse = false]) => sortedBy(listOf(list), textOf(path), booleanOf(reverse)),
  },
];
