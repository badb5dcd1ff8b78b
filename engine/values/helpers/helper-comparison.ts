import type { Value } from '../base/value.ts';
import { compareValues, isEqual, isTrue } from '../language/compare.ts';
import { ArgumentFault } from '../language/fault.ts';
import type { Helper } from './helper.ts';

function comparison(
  name: string,
  summary: string,
  example: Helper['example'],
  test: (left: Value, right: Value) => boolean,
): Helper {
  return {
    name,
    summary,
    example,
    arity: [2, 2],
    secrets: 'kept',
    run: ([left = null, right = null]) => test(left, right),
  };
}

/**
 * Helpers that answer true or false, or choose by it. `and`, `or`, `ternary`, `default`, `defined`, `lookup` and `expr`
 * look at their arguments one by one.
 */
export const comparisonHelpers: readonly Helper[] = [
  comparison('eq', 'Are both equal, in type too?', ['{{eq name "etcd-1"}}', true], isEqual),
  comparison('ne', 'Are they different?', ['{{ne port 80}}', true], (left, right) => !isEqual(left, right)),
  comparison(
    'lt',
    'Is the first less than the second?',
    ['{{lt 2 10}}', true],
    (left, right) => compareValues(left, right) < 0,
  ),
  comparison(
    'le',
    'Is the first less than the second, or equal?',
    ['{{le 2 2}}', true],
    (left, right) => compareValues(left, right) <= 0,
  ),
  comparison(
    'gt',
    'Is the first greater than the second?',
    ['{{gt port 1024}}', true],
    (left, right) => compareValues(left, right) > 0,
  ),
  comparison(
    'ge',
    'Is the first greater than the second, or equal?',
    ['{{ge 1 2}}', false],
    (left, right) => compareValues(left, right) >= 0,
  ),
  {
    name: 'not',
    summary: 'The opposite of a condition.',
    example: ['{{not enabled}}', false],
    arity: [1, 1],
    secrets: 'kept',
    run: ([value = null]) => !isTrue(value),
  },
];

function special(name: string, summary: string, example: Helper['example'], least: number, most: number): Helper {
  return {
    name,
    summary,
    example,
    arity: [least, most],
    secrets: 'kept',
    run: () => {
      throw new ArgumentFault(`${name} is built into templates`);
    },
  };
}

/**
 * Helpers that the compiler itself carries out, since they do not want all their arguments at once, or some that are
 * missing.
 */
export const specialHelpers: readonly Helper[] = [
  special(
    'and',
    'Are all conditions true? Those behind a false one are not looked at.',
    ['{{and enabled (gt port 1)}}', true],
    2,
    Infinity,
  ),
  special(
    'or',
    'Is one of the conditions true? Those behind a true one are not looked at.',
    ['{{or (eq port 1) enabled}}', true],
    2,
    Infinity,
  ),
  special(
    'ternary',
    'The second argument where the condition is true, else the third.',
    ['{{ternary enabled "on" "off"}}', 'on'],
    3,
    3,
  ),
  special(
    'default',
    'The first argument that is there and not null.',
    ['{{default nowhere.at.all "none"}}', 'none'],
    2,
    Infinity,
  ),
  special('defined', 'Is the value there, and not null?', ['{{defined nowhere}}', false], 1, 1),
  special('lookup', 'The member of a map or list by a computed key.', ['{{lookup labels "tier"}}', 'db'], 2, 2),
  special('expr', 'The value of a CEL expression, written as fixed text.', ['{{expr "port + 1"}}', 2380], 1, 1),
];
