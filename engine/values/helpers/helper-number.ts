import type { Value } from '../base/value.ts';
import { numberOf, textOf } from '../functions/arguments.ts';
import { cidrHost } from '../language/addresses.ts';
import { ArgumentFault } from '../language/fault.ts';
import type { Helper } from './helper.ts';

function arithmetic(
  name: string,
  summary: string,
  example: Helper['example'],
  calculate: (left: number, right: number) => number,
): Helper {
  return {
    name,
    summary,
    example,
    arity: [2, 2],
    secrets: 'derived',
    run: ([left, right]) => {
      const result = calculate(numberOf(left), numberOf(right));
      if (!Number.isFinite(result)) throw new ArgumentFault('The result is not a number', 'Do not divide by 0.');
      return result;
    },
  };
}

function toInteger(value: Value | undefined): number {
  if (typeof value === 'number') return Math.trunc(value);
  const text = textOf(value).trim();
  const number = Number(text);
  if (!/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(number))
    throw new ArgumentFault('The text is not a whole number');
  return number;
}

export const numberHelpers: readonly Helper[] = [
  arithmetic('add', 'The sum.', ['{{add port 1}}', 2380], (left, right) => left + right),
  arithmetic('sub', 'The difference.', ['{{sub port 1}}', 2378], (left, right) => left - right),
  arithmetic('mul', 'The product.', ['{{mul 6 7}}', 42], (left, right) => left * right),
  arithmetic('div', 'The quotient. With two whole numbers, only its whole part.', ['{{div 7 2}}', 3], (left, right) => {
    return Number.isInteger(left) && Number.isInteger(right) ? Math.trunc(left / right) : left / right;
  }),
  arithmetic('mod', 'The remainder of a division.', ['{{mod 7 2}}', 1], (left, right) => left % right),
  {
    name: 'int',
    summary: 'A text as a whole number, or the whole part of a number.',
    example: ['{{int "0042"}}', 42],
    arity: [1, 1],
    secrets: 'derived',
    run: ([value]) => toInteger(value),
  },
  {
    name: 'ip_at',
    summary: 'The address with this number in a network. Numbers begin at 0; negative numbers count from the end.',
    example: ['{{ip_at "10.96.0.0/12" 1}}', '10.96.0.1'],
    arity: [2, 2],
    secrets: 'derived',
    run: ([cidr, index]) => cidrHost(textOf(cidr), numberOf(index)),
  },
];
