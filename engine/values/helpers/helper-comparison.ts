import type { Value } from '../base/value.ts';
import { compareValues, isEqual, isTrue } from '../language/compare.ts';
import { ArgumentFault } from '../language/fault.ts';
import type { Helper } from './helper.ts';

interface Comparison extends Pick<Helper, 'name' | 'summary' | 'example'> {
  readonly test: (left: Value, right: Value) => boolean;
}

function comparison({ name, summary, example, test }: Comparison): Helper {
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
 * Helpers that return true or false, or choose a value. `and`, `or`, `ternary`, `default`, `defined`, `lookup` and
 * `expr` evaluate their arguments one by one.
 */
export const comparisonHelpers: readonly Helper[] = [
  comparison({
    name: 'eq',
    summary: 'Are both values equal, and of the same type?',
    example: ['{{eq name "etcd-1"}}', true],
    test: isEqual,
  }),
  comparison({
    name: 'ne',
    summary: 'Are the values different?',
    example: ['{{ne port 80}}', true],
    test: (left, right) => !isEqual(left, right),
  }),
  comparison({
    name: 'lt',
    summary: 'Is the first value less than the second?',
    example: ['{{lt 2 10}}', true],
    test: (left, right) => compareValues(left, right) < 0,
  }),
  comparison({
    name: 'le',
    summary: 'Is the first value less than the second, or equal to it?',
    example: ['{{le 2 2}}', true],
    test: (left, right) => compareValues(left, right) <= 0,
  }),
  comparison({
    name: 'gt',
    summary: 'Is the first value greater than the second?',
    example: ['{{gt port 1024}}', true],
    test: (left, right) => compareValues(left, right) > 0,
  }),
  comparison({
    name: 'ge',
    summary: 'Is the first value greater than the second, or equal to it?',
    example: ['{{ge 1 2}}', false],
    test: (left, right) => compareValues(left, right) >= 0,
  }),
  {
    name: 'not',
    summary: 'The opposite of a condition.',
    example: ['{{not enabled}}', false],
    arity: [1, 1],
    secrets: 'kept',
    run: ([value = null]) => !isTrue(value),
  },
];

function special(helper: Omit<Helper, 'secrets' | 'run'>): Helper {
  return {
    ...helper,
    secrets: 'kept',
    run: () => {
      throw new ArgumentFault(`${helper.name} is built into templates`);
    },
  };
}

/** Helpers that the compiler itself implements, because some arguments may be missing or are not evaluated. */
export const specialHelpers: readonly Helper[] = [
  special({
    name: 'and',
    summary: 'Are all conditions true? Conditions after a false one are not evaluated.',
    example: ['{{and enabled (gt port 1)}}', true],
    arity: [2, Infinity],
  }),
  special({
    name: 'or',
    summary: 'Is one of the conditions true? Conditions after a true one are not evaluated.',
    example: ['{{or (eq port 1) enabled}}', true],
    arity: [2, Infinity],
  }),
  special({
    name: 'ternary',
    summary: 'The second argument if the condition is true, otherwise the third.',
    example: ['{{ternary enabled "on" "off"}}', 'on'],
    arity: [3, 3],
  }),
  special({
    name: 'default',
    summary: 'The first argument that exists and is not null.',
    example: ['{{default nowhere.at.all "none"}}', 'none'],
    arity: [2, Infinity],
  }),
  special({
    name: 'defined',
    summary: 'Does the value exist, and is it not null?',
    example: ['{{defined nowhere}}', false],
    arity: [1, 1],
  }),
  special({
    name: 'lookup',
    summary: 'The member of a map or list whose key is computed.',
    example: ['{{lookup labels "tier"}}', 'db'],
    arity: [2, 2],
  }),
  special({
    name: 'expr',
    summary:
      'The value of a CEL expression. The expression is written as text in quotes. Arguments by name are variables of the expression: {{expr "n + 1" n=@index}}.',
    example: ['{{expr "port + 1"}}', 2380],
    arity: [1, 1],
  }),
];
