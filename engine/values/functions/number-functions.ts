import { revealed } from '../base/revealed.ts';
import { type Value, isList, Unknown } from '../base/value.ts';
import { ArgumentFault, NothingThere, UnknownTouched } from '../language/fault.ts';
import { spendSteps } from '../language/step-limit.ts';
import { booleanOf, listOf, numberOf, textOf, wholeOf, wordOf } from './arguments.ts';
import { SeededRandom } from './seeded-random.ts';
import { type SharedFunction, optional, required } from './shared-function.ts';

const NO_SEED = 'Give a seed, so that a plan and its play get the same result: {{random 60 seed=inventory_hostname}}.';

function seeded(seed: Value | undefined): SeededRandom {
  if (seed === undefined || seed === null) throw new ArgumentFault('The seed is missing', NO_SEED);
  return new SeededRandom(typeof seed === 'number' ? wholeOf(seed) : textOf(seed, 'seed'));
}

function random([end, seed, start, step]: readonly (Value | undefined)[]): Value {
  const chance = seeded(seed);
  if (end !== undefined && isList(end)) {
    if (start !== undefined || step !== undefined)
      throw new ArgumentFault('start and step are of numbers, and this is a list', 'Leave them out.');
    if (end.length === 0) throw new NothingThere('The list is empty');
    return end[chance.below(end.length)] ?? null;
  }
  const [first, last, stride] = [wholeOf(start ?? 0), wholeOf(end), wholeOf(step ?? 1)];
  if (stride === 0) throw new ArgumentFault('The step must not be 0');
  const count = Math.ceil((last - first) / stride);
  if (count < 1) throw new ArgumentFault(`There is no number from ${first} to before ${last}`);
  return first + stride * chance.below(count);
}

function shuffled(list: readonly Value[], seed: Value | undefined): readonly Value[] {
  const chance = seeded(seed);
  const items = [...list];
  spendSteps(items.length);
  for (let at = items.length - 1; at > 0; at -= 1) {
    const other = chance.below(at + 1);
    [items[at], items[other]] = [items[other] ?? null, items[at] ?? null];
  }
  return items;
}

/**
 * Formats a number with this number of decimals. A number exactly in the middle is rounded to the even digit, as in C
 * and Python.
 */
function fixed(number: number, digits: number): string {
  const size = Math.abs(number);
  const isMiddle = /^50*$/.test(size.toFixed(Math.min(100, digits + 30)).slice(digits - Math.min(100, digits + 30)));
  const upwards = size.toFixed(digits);
  const isOdd = Number(upwards.at(-1)) % 2 === 1;
  const written = isMiddle && isOdd ? (size - 0.5 / 10 ** digits).toFixed(digits) : upwards;
  return number < 0 ? `-${written}` : written;
}

function toEven(number: number, digits = 0): number {
  if (!Number.isFinite(number) || Math.abs(number) >= 1e21) return number;
  if (digits > 0) return Number(fixed(number, Math.min(digits, 50)));
  const scale = 10 ** -digits;
  return Number(fixed(number / scale, 0)) * scale;
}

const METHODS = ['common', 'ceil', 'floor'] as const;

function rounded(number: number, digits: number, method: (typeof METHODS)[number]): number {
  const scale = 10 ** digits;
  const result =
    method === 'common'
      ? toEven(number, digits)
      : method === 'ceil'
        ? Math.ceil(number * scale) / scale
        : Math.floor(number * scale) / scale;
  if (Number.isFinite(result)) return result;
  throw new ArgumentFault(`A number cannot be rounded to ${digits} digits`);
}

const UNITS = ['Y', 'Z', 'E', 'P', 'T', 'G', 'M', 'K', 'B'] as const;
type Unit = (typeof UNITS)[number];
const NAMES: Readonly<Record<Unit, string>> = {
  Y: 'yotta',
  Z: 'zetta',
  E: 'exa',
  P: 'peta',
  T: 'tera',
  G: 'giga',
  M: 'mega',
  K: 'kilo',
  B: '',
};

function sizeOf(unit: Unit): number {
  return 2 ** (10 * (UNITS.length - 1 - UNITS.indexOf(unit)));
}

function toUnit(letter: string): Unit {
  const unit = UNITS.find((one) => one === letter.toUpperCase());
  if (unit !== undefined) return unit;
  throw new ArgumentFault(`"${letter}" is no unit of size`, `Write one of ${UNITS.toReversed().join(', ')}.`);
}

function forPeople(size: number, isBits: boolean, wanted: string | undefined): string {
  const unit = wanted === undefined ? (UNITS.find((one) => size >= sizeOf(one)) ?? 'B') : toUnit(wanted);
  const name = unit === 'B' ? (isBits ? 'bits' : 'Bytes') : `${unit}${isBits ? 'b' : 'B'}`;
  return `${fixed(size / sizeOf(unit), 2)} ${name}`;
}

function fromPeople(written: string, otherwise: string | undefined, isBits: boolean): number {
  const [, digits, own] = /^([0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:\s*([A-Za-z]+))?\s*$/.exec(written) ?? [];
  if (digits === undefined) throw new ArgumentFault(`"${written}" is not a size`, 'Write it as 10M, 2.5 GB or 1024.');
  const suffix = own ?? otherwise;
  if (suffix === undefined) return toEven(Number(digits));
  const unit = toUnit(suffix.slice(0, 1));
  const short = unit === 'B' ? (isBits ? 'b' : 'B') : `${unit}${isBits ? 'b' : 'B'}`;
  const long = `${NAMES[unit]}${isBits ? 'bit' : 'byte'}`;
  if (suffix.length > 1 && suffix !== short && suffix.toLowerCase() !== long)
    throw new ArgumentFault(
      `"${suffix}" is no unit of ${isBits ? 'bits' : 'bytes'}`,
      `Write ${unit}, ${short} or ${long}.`,
    );
  return toEven(Number(digits) * sizeOf(unit));
}

/** Returns the whole number that Jinja reads from a value; undefined if it reads none. */
function wholeNumberIn(value: Value | undefined): number | undefined {
  if (value instanceof Unknown) throw new UnknownTouched(value);
  if (typeof value === 'number' || typeof value === 'boolean') return Math.trunc(Number(value)) + 0;
  const text = revealed(value);
  if (typeof text !== 'string' || !/^\s*[-+]?(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(text))
    return undefined;
  const number = Math.trunc(Number(text.replaceAll('_', ''))) + 0;
  return Number.isFinite(number) ? number : undefined;
}

export const numberFunctions: readonly SharedFunction[] = [
  {
    name: 'to_int',
    form: 'function',
    summary: 'A value of any type as a whole number. If that is impossible, the result is 0, or the second argument.',
    parameters: [required('value', 'dyn'), optional('otherwise', 'dyn')],
    returns: 'dyn',
    template: '{{to_int "12 "}}',
    expression: 'toInt("12 ")',
    gives: 12,
    secrets: 'derived',
    run: ([value, otherwise = 0]) => wholeNumberIn(value) ?? otherwise,
  },
  {
    name: 'random',
    form: 'function',
    summary:
      'A number that is at least 0 (or start) and less than the first argument; or an item of a list. The same seed always gives the same result, and Ansible gives the same one.',
    parameters: [required('end', 'dyn'), optional('seed', 'dyn'), optional('start', 'int'), optional('step', 'int')],
    returns: 'dyn',
    template: '{{random 60 seed="etcd-1"}}',
    expression: 'random(60, "etcd-1")',
    gives: 9,
    secrets: 'kept',
    run: random,
  },
  {
    name: 'shuffle',
    form: 'method',
    summary: 'The items in a random order. The same seed always gives the same order, and Ansible gives the same one.',
    parameters: [required('list', 'list'), optional('seed', 'dyn')],
    returns: 'list',
    template: '{{shuffle members seed="etcd-1"}}',
    expression: '["c", "a", "b"].shuffle("etcd-1")',
    gives: ['b', 'a', 'c'],
    secrets: 'kept',
    run: ([list, seed]) => shuffled(listOf(list), seed),
  },
  {
    name: 'round',
    form: 'function',
    summary:
      'The number, rounded to a number of digits after the decimal point (0 by default). method is ceil (up), floor (down) or common (the default: to the nearest number; of two equally near ones, to the even one).',
    parameters: [required('number', 'dyn'), optional('precision', 'int'), optional('method', 'string')],
    returns: 'dyn',
    template: '{{round 2.375 2}}',
    expression: 'round(2.375, 2)',
    gives: 2.38,
    secrets: 'derived',
    run: ([number, precision = 0, method = 'common']) =>
      rounded(numberOf(number), wholeOf(precision), wordOf(method, METHODS, 'method')),
  },
  {
    name: 'abs',
    form: 'function',
    summary: 'The number without its sign.',
    parameters: [required('number', 'dyn')],
    returns: 'dyn',
    template: '{{abs -3}}',
    expression: 'abs(-3)',
    gives: 3,
    secrets: 'derived',
    run: ([number]) => Math.abs(numberOf(number)),
  },
  {
    name: 'human_readable',
    form: 'function',
    summary:
      'A number of bytes as text for people. isbits=true: the number counts bits. unit sets the unit, such as "M".',
    parameters: [required('size', 'dyn'), optional('isbits', 'bool'), optional('unit', 'string')],
    returns: 'string',
    template: '{{human_readable 1048576}}',
    expression: 'humanReadable(1048576)',
    gives: '1.00 MB',
    secrets: 'derived',
    run: ([size, isBits = false, unit]) =>
      forPeople(numberOf(size), booleanOf(isBits), unit === undefined || unit === null ? undefined : textOf(unit)),
  },
  {
    name: 'human_to_bytes',
    form: 'function',
    summary: 'A size such as "10M" as a number of bytes. default_unit is the unit if the size has none.',
    parameters: [required('size', 'dyn'), optional('default_unit', 'string'), optional('isbits', 'bool')],
    returns: 'dyn',
    template: '{{human_to_bytes "2.5 KB"}}',
    expression: 'humanToBytes("2.5 KB")',
    gives: 2560,
    secrets: 'derived',
    run: ([size, unit, isBits = false]) =>
      fromPeople(
        textOf(size, 'size'),
        unit === undefined || unit === null || unit === '' ? undefined : textOf(unit),
        booleanOf(isBits),
      ),
  },
];
