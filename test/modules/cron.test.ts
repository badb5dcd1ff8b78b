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
  ['weekday', '5-7'],
  ['weekday', 'Sun-sat'],
  ['hour', '3-3'],
  ['month', 'jan-2'],
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
  ['minute', '1,5-1'],
  ['minute', '30~10'],
])('%s refuses %j, as cron does', (field, value) => {
  expect(isTaken(field, value)).toBe(false);
});

test.each([
  ['hour', '22-2', 'Write 22-23,0-2.'],
  ['weekday', 'fri-Mon', 'Write fri-sat,sun-Mon.'],
  ['weekday', 'sat-sun', 'Write sat,sun.'],
  ['month', '11-2', 'Write 11-12,1-2.'],
  ['hour', '22-2/2', 'Write two ranges.'],
  ['minute', '10/5', 'Write 10-59/5.'],
])(
  '%s refuses %j, which Debian takes and never runs, or ignores with its file, and says what to write',
  (field, value, remedy) => {
    const parsed = parseArguments(cron, { name: 'a', job: 'true', [field]: value }, () => PLACE);
    expect(parsed.kind === 'problems' ? parsed.problems[0]?.remedy : parsed).toBe(remedy);
  },
);
