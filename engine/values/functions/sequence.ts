import { type Value, isMap } from '../base/value.ts';
import { ArgumentFault } from '../language/fault.ts';

const MOST_ITEMS = 100_000;
const REMEDY = 'Write it as in: start=1 end=5 stride=2 format=web%02d';

interface Sequence {
  readonly start: number;
  readonly end: number | undefined;
  readonly count: number | undefined;
  readonly stride: number;
  readonly format: string;
}

/**
 * Returns the texts of one term of `with_sequence` and of `sequence`: `start=1 end=5 stride=2 format=%02d`, `count=4`,
 * or the short form `1-5/2:web%02d`. Numbers may be written as 0x1f or 0644. Throws ArgumentFault.
 */
export function sequenceOf(term: Value): readonly string[] {
  const read = isMap(term) ? fromMap(term) : (shortForm(textOf(term)) ?? longForm(textOf(term)));
  const { start, count, format, stride } = read;
  if (read.end !== undefined && count !== undefined) throw new ArgumentFault('give end or count, not both', REMEDY);
  const end = read.end ?? (count === undefined ? undefined : start + (count - 1) * stride);
  if (end === undefined) throw new ArgumentFault('it needs end or count', REMEDY);
  if (count === 0 || stride === 0) return [];
  const length = Math.floor((end - start) / stride) + 1;
  if (length < 1)
    throw new ArgumentFault(
      stride > 0 ? 'end is below start: make stride negative' : 'end is above start: make stride positive',
      REMEDY,
    );
  if (length > MOST_ITEMS) throw new ArgumentFault(`there are ${length} items; at most ${MOST_ITEMS} are made`);
  return Array.from({ length }, (_, index) => formatted(format, start + index * stride));
}

const SHORT = /^(?:(0?x?[0-9a-f]+)\s*-)?\s*(0?x?[0-9a-f]+)(?:\s*\/\s*(-?(?:0?x?[0-9a-f]+)))?(?:\s*:\s*(.+))?$/i;

function shortForm(text: string): Sequence | undefined {
  const found = SHORT.exec(text.trim());
  if (found === null) return undefined;
  const [, start, end = '', stride, format = '%d'] = found;
  return {
    start: start === undefined ? 1 : numberOf(start),
    end: numberOf(end),
    count: undefined,
    stride: stride === undefined ? 1 : numberOf(stride),
    format,
  };
}

function longForm(text: string): Sequence {
  const pairs = text
    .trim()
    .split(/\s+/)
    .map((word) => {
      const at = word.indexOf('=');
      return at < 1 ? undefined : ([word.slice(0, at), word.slice(at + 1)] as const);
    });
  if (pairs.includes(undefined)) throw new ArgumentFault(`"${text}" is not understood`, REMEDY);
  return fromMap(Object.fromEntries(pairs.filter((pair) => pair !== undefined)));
}

function fromMap(map: Readonly<Record<string, Value>>): Sequence {
  const unknown = Object.keys(map).find((name) => !['start', 'end', 'count', 'stride', 'format'].includes(name));
  if (unknown !== undefined) throw new ArgumentFault(`it has no "${unknown}"`, REMEDY);
  const number = (name: string): number | undefined => {
    const value = map[name];
    return value === undefined ? undefined : numberOf(textOf(value));
  };
  const { format = '%d' } = map;
  return {
    start: number('start') ?? 1,
    end: number('end'),
    count: number('count'),
    stride: number('stride') ?? 1,
    format: textOf(format),
  };
}

function textOf(value: Value): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new ArgumentFault('its values must be texts or numbers', REMEDY);
}

function numberOf(text: string): number {
  const [, sign = '', digits = ''] = /^([-+]?)(0x[0-9a-f]+|\d+)$/i.exec(text.replace(/^(-?)x/i, '$10x')) ?? [];
  if (digits === '') throw new ArgumentFault(`"${text}" is no whole number`, REMEDY);
  const number = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return sign === '-' ? -number : number;
}

/** Formats a number like Python's `%`: `%d`, `%02d`, `%x`, `%04x`, `%o`, `%s`, with text around it. */
function formatted(format: string, number: number): string {
  const [part, ...others] = format.match(PART) ?? [];
  if (part === undefined || others.length > 0 || format.replace(PART, '').includes('%'))
    throw new ArgumentFault(`the format "${format}" must hold one number`, REMEDY);
  return format.replace(part, () => formattedPart(part, number));
}

const PART = /%-?\d*(?:d|s|i|x|X|o)/g;

function formattedPart(part: string, number: number): string {
  const kind = part.at(-1);
  const base = kind === 'x' || kind === 'X' ? 16 : kind === 'o' ? 8 : 10;
  const sign = number < 0 ? '-' : '';
  const plain = Math.abs(number).toString(base);
  const digits = kind === 'X' ? plain.toUpperCase() : plain;
  const [, left = '', zero = '', width = ''] = /^%(-?)(0?)(\d*)/.exec(part) ?? [];
  if (left === '-') return `${sign}${digits}`.padEnd(Number(width));
  if (zero === '0' && kind !== 's') return sign + digits.padStart(Number(width) - sign.length, '0');
  return `${sign}${digits}`.padStart(Number(width));
}
