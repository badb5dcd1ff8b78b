import type { Value } from '../base/value.ts';
import { ArgumentFault } from '../language/fault.ts';
import { numberOf, textOf } from './arguments.ts';
import { type SharedFunction, required, rest } from './shared-function.ts';

/** Parts of a format: `%%`, a complete mark, or a lone `%`. */
const MARK = /%(?<flags>[-+ 0#]{0,5})(?<width>\d{0,5})(?:\.(?<precision>\d{0,3}))?(?<kind>[a-zA-Z%])|%/g;
/** Maximal width and precision: a text from a host must not make a text of any length. */
const MOST_WIDTH = 1000;
const MOST_PRECISION = 60;

interface Mark {
  readonly flags: string;
  readonly width: number;
  /** Undefined if none is written. */
  readonly precision: number | undefined;
  readonly kind: string;
}

type Write = (value: Value | undefined, mark: Mark) => { readonly sign: string; readonly text: string };

const inText: Write = (value, { precision }) => {
  const letters = Array.from(textOf(value, 'value of %s'));
  return { sign: '', text: (precision === undefined ? letters : letters.slice(0, precision)).join('') };
};

/** Writes a whole number. A fraction is cut off only for `%d`, as in Python. */
const inBase =
  (base: 8 | 10 | 16, prefix: string): Write =>
  (value, { flags, precision = 0 }) => {
    const number = numberOf(value);
    const whole = base === 10 ? Math.trunc(number) : number;
    if (!Number.isSafeInteger(whole)) throw new ArgumentFault(`A whole number is required, and this is ${number}`);
    const digits = Math.abs(whole).toString(base).padStart(precision, '0');
    return { sign: signOf(whole, flags) + (flags.includes('#') ? prefix : ''), text: digits };
  };

const withFraction =
  (write: (number: number, digits: number) => string): Write =>
  (value, { flags, precision = 6 }) => {
    const number = numberOf(value);
    if (!Number.isFinite(number)) throw new ArgumentFault(`A number is required, and this is ${number}`);
    return { sign: signOf(number, flags), text: write(Math.abs(number), precision) };
  };

function signOf(number: number, flags: string): string {
  if (number < 0 || Object.is(number, -0)) return number === 0 ? '' : '-';
  return flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
}

/** JavaScript rounds a tie up, and Python to the even digit: 0.25 is 0.2 with one decimal. */
function toEven(digits: number, write: (digits: number) => string): string {
  const rounded = write(digits);
  const [, kept = '', tail = ''] = new RegExp(`^(\\d+\\.?\\d{${digits}})(\\d*)`).exec(write(digits + 40)) ?? [];
  const [mantissa = '', exponent] = rounded.split('e');
  if (!/^50*$/.test(tail) || Number(mantissa.at(-1)) % 2 === 0) return rounded;
  return exponent === undefined ? kept.replace(/\.$/, '') : `${kept.replace(/\.$/, '')}e${exponent}`;
}

const decimal = (number: number, digits: number): string =>
  toEven(digits, (count) => number.toFixed(Math.min(count, 100)));

/** Python writes at least two digits of the exponent. */
function exponential(number: number, digits: number): string {
  return toEven(digits, (count) => number.toExponential(Math.min(count, 100))).replace(/([-+])(\d)$/, '$10$2');
}

const KINDS: ReadonlyMap<string, Write> = new Map<string, Write>([
  ['s', inText],
  ['d', inBase(10, '')],
  ['i', inBase(10, '')],
  ['u', inBase(10, '')],
  ['o', inBase(8, '0o')],
  ['x', inBase(16, '0x')],
  ['X', (value, mark) => inUpperCase(inBase(16, '0x')(value, mark))],
  ['f', withFraction(decimal)],
  ['F', withFraction(decimal)],
  ['e', withFraction(exponential)],
  ['E', (value, mark) => inUpperCase(withFraction(exponential)(value, mark))],
]);

function inUpperCase({ sign, text }: ReturnType<Write>): ReturnType<Write> {
  return { sign: sign.toUpperCase(), text: text.toUpperCase() };
}

/** Returns a mark of a format with its value, such as `%-8s` or `%03d`. Throws ArgumentFault. */
function written(mark: Mark, value: Value | undefined): string {
  const write = KINDS.get(mark.kind);
  if (write === undefined)
    throw new ArgumentFault(`A format has no %${mark.kind}`, `Write one of ${[...KINDS.keys()].join(', ')} after %.`);
  if (mark.width > MOST_WIDTH || (mark.precision ?? 0) > MOST_PRECISION)
    throw new ArgumentFault(`A width is at most ${MOST_WIDTH}, and a precision at most ${MOST_PRECISION}`);
  const { sign, text } = write(value, mark);
  const missing = Math.max(0, mark.width - Array.from(sign + text).length);
  if (mark.flags.includes('-')) return sign + text + ' '.repeat(missing);
  if (mark.flags.includes('0') && mark.kind !== 's') return sign + '0'.repeat(missing) + text;
  return ' '.repeat(missing) + sign + text;
}

/** Returns the text with each mark replaced with the next value. Throws ArgumentFault. */
function formatted(format: string, values: readonly (Value | undefined)[]): string {
  let used = 0;
  const text = format.replaceAll(MARK, (_whole: string, ...more: readonly unknown[]) => {
    const groups = more.at(-1) as Readonly<Record<string, string | undefined>>;
    const { flags = '', width = '', precision, kind } = groups;
    if (kind === '%') return '%';
    if (kind === undefined)
      throw new ArgumentFault('A % of a format has no kind after it', 'Write %% for a percent sign.');
    if (used >= values.length)
      throw new ArgumentFault(`The format needs more than ${values.length} values`, 'Give a value for each %.');
    const mark = {
      flags,
      width: Number(width),
      precision: precision === undefined ? undefined : Number(precision),
      kind,
    };
    return written(mark, values[used++]);
  });
  if (used === values.length) return text;
  throw new ArgumentFault(
    `The format takes ${used} values, and ${values.length} are given`,
    'Write a % for each value.',
  );
}

export const formatFunctions: readonly SharedFunction[] = [
  {
    name: 'format',
    form: 'method',
    summary:
      'A text with values at fixed widths. %s is a text, %d a whole number, %x and %o a whole number in base 16 and base 8, %f and %e a fraction; "%-8s" fills up with blanks on the right, "%03d" with zeros on the left, "%.2f" has two decimals.',
    parameters: [required('text', 'string'), rest('values', 'dyn')],
    returns: 'string',
    template: '{{format "%-8s%03d" name 7}}',
    expression: '"%-8s%03d".format("etcd-1", 7)',
    gives: 'etcd-1  007',
    secrets: 'derived',
    run: ([text, ...values]) => formatted(textOf(text), values),
  },
];
