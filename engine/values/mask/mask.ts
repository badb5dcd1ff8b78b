import { isHiddenNumber, knownNumbers, knownSecrets, MASK, MIN_SECRET_LENGTH, Secret } from '../base/secret.ts';
import { type Plain, type Value, Omitted, isList, isMap, Unknown } from '../base/value.ts';
import { encodedForms, jsonForms, partsOf, plainForms, withoutLabels } from './mask-forms.ts';
import { PieceSearch, Search } from './mask-search.ts';
import {
  type Range,
  type Reading,
  type View,
  backslashes,
  entities,
  percents,
  plainView,
  shellQuotes,
  unwrapped,
} from './mask-view.ts';

/** The text of an unknown value in JSON outputs. */
const UNKNOWN_TEXT = '(known after apply)';
/** Maximal nesting of encodings, such as JSON in JSON in JSON, or an address in an address. */
const MOST_LAYERS = 3;

/**
 * Masks a text for output: replaces each known secret by `********`. It finds secrets and their lines as they are, in
 * upper or lower case, and as JSON, shells, C, addresses, HTML, base64 and hexadecimal write them, wrapped or not; of
 * base64 and hexadecimal also pieces. Secrets of fewer than four characters are not found. docs/security.md lists what
 * is found and what is not.
 */
export function mask(text: string): string {
  return replaced(text, hiddenRanges(text));
}

/** Masks the lines of one text, including secrets that extend over several lines. */
export function maskLines(lines: readonly string[]): readonly string[] {
  const ranges = hiddenRanges(lines.join('\n'));
  let begin = 0;
  let index = 0;
  return lines.map((line) => {
    const end = begin + line.length;
    const own: Range[] = [];
    for (let range = ranges[index]; range !== undefined && range.from < end; range = ranges[index]) {
      own.push({ from: Math.max(0, range.from - begin), to: Math.min(line.length, range.to - begin) });
      if (range.to > end) break;
      index += 1;
    }
    begin = end + 1;
    return replaced(
      line,
      own.filter(({ from, to }) => from < to),
    );
  });
}

/**
 * Converts a value for JSON outputs: secrets are masked, also within text and keys, and unknown values are named as
 * unknown.
 */
export function maskValue(value: Value): Plain {
  if (typeof value === 'string') return mask(value);
  if (typeof value === 'number') return isHiddenNumber(value) ? MASK : value;
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Secret) return MASK;
  if (value instanceof Unknown) return UNKNOWN_TEXT;
  if (value instanceof Omitted) return value.toJSON();
  if (isList(value)) return isTexts(value) ? maskLines(value) : value.map(maskValue);
  const masked: Record<string, Plain> = Object.create(null);
  if (isMap(value)) for (const key of Object.keys(value)) masked[mask(key)] = maskValue(value[key] ?? null);
  return masked;
}

/** Like `maskValue`, for a caller that writes the value at once: a value in which nothing is masked is not copied. */
export function maskAtOnce(value: Value): Plain {
  return isClear(value) ? value : maskValue(value);
}

/** Returns whether `maskValue` would return an equal value. */
function isClear(value: Value): value is Plain {
  if (typeof value === 'string') return mask(value) === value;
  if (typeof value === 'number') return !isHiddenNumber(value);
  if (value === null || typeof value !== 'object') return true;
  if (value instanceof Secret || value instanceof Unknown || value instanceof Omitted) return false;
  if (isList(value)) return isTexts(value) ? areClear(value) : value.every(isClear);
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member === undefined || mask(key) !== key || !isClear(member)) return false;
  }
  return true;
}

function areClear(lines: readonly string[]): boolean {
  return maskLines(lines).every((line, index) => line === lines[index]);
}

function isTexts(list: readonly Value[]): list is readonly string[] {
  return list.every((item) => typeof item === 'string');
}

/**
 * Caches `make`, a function that masks parts of an object: once per object, and again after further secrets have become
 * known.
 */
export function maskedOnce<From extends object, Masked>(make: (from: From) => Masked): (from: From) => Masked {
  const kept = new WeakMap<From, { readonly masked: Masked; readonly secrets: number }>();
  return (from) => {
    const known = kept.get(from);
    const secrets = knownSecrets().size + knownNumbers().size;
    if (known?.secrets === secrets) return known.masked;
    const masked = make(from);
    kept.set(from, { masked, secrets });
    return masked;
  };
}

/**
 * Tables for the search. They belong to the whole process, like the secrets. `secrets` and `numbers` count the secrets
 * that the tables contain; secrets are never removed.
 */
const tables = {
  secrets: 0,
  numbers: 0,
  all: new Search(),
  encoded: new Search(),
  pieces: new PieceSearch(),
  short: new Search(),
};

function addForms(): void {
  if (knownSecrets().size === tables.secrets && knownNumbers().size === tables.numbers) return;
  let index = 0;
  for (const secret of knownSecrets()) if (index++ >= tables.secrets) for (const part of partsOf(secret)) addPart(part);
  tables.secrets = index;
  for (const number of knownNumbers()) tables.short.add(number);
  tables.numbers = knownNumbers().size;
}

function addPart(part: string): void {
  if (part.length < MIN_SECRET_LENGTH) return;
  for (const form of plainForms(part)) tables.all.add(form);
  for (const text of [part, ...jsonForms(part)])
    for (const form of encodedForms(text)) {
      tables.all.add(form);
      tables.encoded.add(form);
    }
  for (const form of encodedForms(withoutLabels(part))) tables.pieces.add(form);
}

/** Returns the ranges of a text that must be hidden, from left to right, without overlaps. */
function hiddenRanges(text: string): readonly Range[] {
  addForms();
  if (text.length < MIN_SECRET_LENGTH || tables.secrets + tables.numbers === 0) return [];
  const ranges: Range[] = [];
  const plain = plainView(text);
  look(plain, ranges);
  lookDeeper(plain, READINGS, ranges);
  return merged(ranges);
}

/**
 * Applies decodings repeatedly: the same one again, and each other one, such as JSON in an address or an address in
 * JSON.
 */
function lookDeeper(of: View, readings: readonly Reading[], ranges: Range[]): void {
  for (const reading of readings) {
    let view: View | undefined = of;
    for (let layer = 0; layer < MOST_LAYERS && view !== undefined; layer++) {
      view = reading(view);
      if (view === undefined) break;
      look(view, ranges);
      if (readings === READINGS)
        lookDeeper(
          view,
          READINGS.filter((one) => one !== reading),
          ranges,
        );
    }
  }
}

const READINGS: readonly Reading[] = [backslashes, percents, shellQuotes, entities];

function look(view: View, ranges: Range[]): void {
  for (const { from, to } of tables.all.in(view.text)) ranges.push(...view.origin(from, to));
  for (const { from, to } of tables.short.in(view.text))
    if (standsAlone(view.text, from, to)) ranges.push(...view.origin(from, to));
  for (const { from, to } of tables.pieces.in(view.text)) ranges.push(...view.origin(from, to));
  const whole = unwrapped(view);
  if (whole === undefined) return;
  for (const { from, to } of tables.encoded.in(whole.text)) ranges.push(...whole.origin(from, to));
}

/** Returns whether a number is not part of a longer number, a name or an address. */
function standsAlone(text: string, from: number, to: number): boolean {
  return !/[\w]$|\d\.$/.test(text.slice(Math.max(0, from - 2), from)) && !/^\w|^\.\d/.test(text.slice(to, to + 2));
}

/** Joins overlapping ranges, because secrets may overlap. */
function merged(ranges: readonly Range[]): readonly Range[] {
  const result: Range[] = [];
  for (const range of ranges.toSorted((one, other) => one.from - other.from)) {
    const last = result.at(-1);
    if (last === undefined || range.from > last.to) result.push(range);
    else if (range.to > last.to) result[result.length - 1] = { from: last.from, to: range.to };
  }
  return result;
}

function replaced(text: string, ranges: readonly Range[]): string {
  if (ranges.length === 0) return text;
  let result = '';
  let done = 0;
  for (const { from, to } of ranges) {
    result += text.slice(done, from) + MASK;
    done = to;
  }
  return result + text.slice(done);
}
