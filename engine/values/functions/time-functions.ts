import { ArgumentFault } from '../language/fault.ts';
import { numberOf, textOf } from './arguments.ts';
import { type SharedFunction, required } from './shared-function.ts';

const DAY_MS = 86_400_000;
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

const two = (number: number) => String(number).padStart(2, '0');
const hour12 = (date: Date) => date.getUTCHours() % 12 || 12;
const dayOfYear = (date: Date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0)) / DAY_MS);
/**
 * Returns the number of weeks that have begun in the year of the date. `first` is the first day of a week; 0 is Sunday.
 */
const week = (date: Date, first: number) =>
  Math.floor((dayOfYear(date) + 7 - ((date.getUTCDay() - first + 7) % 7)) / 7);

/** Returns the Thursday of the same week: its year is the year of the week. */
function thursday(date: Date): Date {
  return new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * DAY_MS);
}

/** The directives of strftime(3) in the locale C, in UTC. */
const DIRECTIVES: Readonly<Record<string, (date: Date) => string>> = {
  '%': () => '%',
  A: (date) => DAYS[date.getUTCDay()] ?? '',
  B: (date) => MONTHS[date.getUTCMonth()] ?? '',
  D: (date) => format('%m/%d/%y', date),
  F: (date) => format('%Y-%m-%d', date),
  G: (date) => String(thursday(date).getUTCFullYear()),
  H: (date) => two(date.getUTCHours()),
  I: (date) => two(hour12(date)),
  M: (date) => two(date.getUTCMinutes()),
  R: (date) => format('%H:%M', date),
  S: (date) => two(date.getUTCSeconds()),
  T: (date) => format('%H:%M:%S', date),
  U: (date) => two(week(date, 0)),
  V: (date) => two(Math.floor(dayOfYear(thursday(date)) / 7) + 1),
  W: (date) => two(week(date, 1)),
  X: (date) => format('%H:%M:%S', date),
  Y: (date) => String(date.getUTCFullYear()),
  Z: () => 'GMT',
  a: (date) => format('%A', date).slice(0, 3),
  b: (date) => format('%B', date).slice(0, 3),
  c: (date) => format('%a %b %e %H:%M:%S %Y', date),
  d: (date) => two(date.getUTCDate()),
  e: (date) => String(date.getUTCDate()).padStart(2),
  h: (date) => format('%b', date),
  j: (date) => String(dayOfYear(date) + 1).padStart(3, '0'),
  m: (date) => two(date.getUTCMonth() + 1),
  n: () => '\n',
  p: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  t: () => '\t',
  u: (date) => String(date.getUTCDay() || 7),
  w: (date) => String(date.getUTCDay()),
  x: (date) => format('%D', date),
  y: (date) => two(date.getUTCFullYear() % 100),
  z: () => '+0000',
};

function format(written: string, date: Date): string {
  return written.replaceAll(/%([^]?)/g, (directive, letter: string) => {
    const write = Object.hasOwn(DIRECTIVES, letter) ? DIRECTIVES[letter] : undefined;
    if (write !== undefined) return write(date);
    throw new ArgumentFault(`There is no directive ${directive}`, `There are %${Object.keys(DIRECTIVES).join(' %')}.`);
  });
}

function dateOf(seconds: number): Date {
  const date = new Date(Math.floor(seconds) * 1000);
  if (!Number.isNaN(date.getTime()) && date.getUTCFullYear() >= 1) return date;
  throw new ArgumentFault(`${seconds} seconds are beyond the calendar`);
}

export const timeFunctions: readonly SharedFunction[] = [
  {
    name: 'strftime',
    form: 'function',
    summary: 'A time, given in seconds since 1970, as text in UTC. facts.time is the time of the host.',
    parameters: [required('format', 'string'), required('seconds', 'dyn')],
    returns: 'string',
    template: '{{strftime "%Y-%m-%d %H:%M" 1767225600}}',
    expression: 'strftime("%Y-%m-%d %H:%M", 1767225600)',
    gives: '2026-01-01 00:00',
    secrets: 'derived',
    run: ([written, seconds]) => format(textOf(written, 'format'), dateOf(numberOf(seconds))),
  },
];
