import { expect, test } from 'vitest';
import { parseArguments } from '../../engine/modules/base/parse-arguments.ts';
import { module as cron } from '../../engine/modules/cron.ts';

const PLACE = { file: 'p.yml', line: 1, column: 1 };

function isTaken(field: string, value: string | number | boolean): boolean {
  return parseArguments(cron, { name: 'a', job: 'true', [field]: value }, () => PLACE).kind === 'args';
}

test.each([
  ['minute', 0],
  ['minute', '*'],
  ['minute', '*/5'],
  ['minute', '*/05'],
  ['minute', '5,10-20/2,59'],
  ['minute', '0~30'],
  ['minute', '~'],
  ['minute', '~30/10'],
  ['minute', '30~'],
  ['hour', '22-23,0'],
  ['day', '1-31'],
  ['month', 'jan-Mar,12'],
  ['weekday', 'mon-fri'],
  ['weekday', '7'],
])('%s takes %j', (field, value) => {
  expect(isTaken(field, value)).toBe(true);
});

test.each([
  ['minute', 60],
  ['minute', '*/0'],
  ['minute', '*/'],
  ['minute', '5-'],
  ['minute', '-5'],
  ['minute', '1-2-3'],
  ['minute', '1,,2'],
  ['minute', ''],
  ['minute', 'mon'],
  ['minute', '*5'],
  ['minute', '5 6'],
  ['hour', 24],
  ['day', 0],
  ['month', 'mon'],
  ['month', 'january'],
  ['weekday', 8],
  ['weekday', 'monday'],
  ['weekday', true],
])('%s refuses %j, as cron does', (field, value) => {
  expect(isTaken(field, value)).toBe(false);
});
