import { knownSecrets, MASK, Secret } from './secret.ts';
import type { Plain, Value } from './value.ts';
import { isList, isMap, Unknown } from './value.ts';

/** Shorter text is not looked for: it would be found everywhere. In characters. */
const MIN_LENGTH = 4;
/** A line of a longer secret is looked for by itself from this length on: a line of a PEM key. */
const MIN_LINE_LENGTH = 8;

/** What stands in JSON outputs for a value that is not there yet. */
const UNKNOWN_TEXT = '(known after apply)';

/**
 * Text as it may be shown: each known secret is replaced by ********. Found are the secret itself, its lines, and both as
 * JSON, shell words, URLs and base64 (also within longer base64) have them. Secrets of less than four characters are not found.
 */
export function mask(text: string): string {
  if (knownSecrets().size > searched) addForms();
  return text.length < MIN_LENGTH || byStart.size === 0 ? text : replaceForms(text);
}

/** A value for JSON outputs: secrets masked, also within text and keys, and unknown values named as such. */
export function maskValue(value: Value): Plain {
  if (typeof value === 'string') return mask(value);
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Secret) return MASK;
  if (value instanceof Unknown) return UNKNOWN_TEXT;
  if (isList(value)) return value.map(maskValue);
  const masked: Record<string, Plain> = Object.create(null);
  if (isMap(value)) for (const key of Object.keys(value)) masked[mask(key)] = maskValue(value[key] ?? null);
  return masked;
}

/** `make`, which masks what it makes of an object, once for each object, and again when further secrets are known. */
export function maskedOnce<From extends object, Masked>(make: (from: From) => Masked): (from: From) => Masked {
  const kept = new WeakMap<From, { readonly masked: Masked; readonly secrets: number }>();
  return (from) => {
    const known = kept.get(from);
    const secrets = knownSecrets().size;
    if (known?.secrets === secrets) return known.masked;
    const masked = make(from);
    kept.set(from, { masked, secrets });
    return masked;
  };
}

/** How many secrets are in the tables below. Secrets are only ever added. */
let searched = 0;
/** All forms by their first four characters. */
const byStart = new Map<string, Set<string>>();
/** For a quick no: which pairs of first and third characters begin a form at all. */
const startBits = new Uint8Array(1 << 16);

function startBit(text: string, at: number): number {
  return ((text.charCodeAt(at) << 8) ^ (text.charCodeAt(at + 1) << 4) ^ text.charCodeAt(at + 2) ^ (text.charCodeAt(at + 3) << 6)) & 0xffff;
}

function addForms(): void {
  let index = 0;
  for (const secret of knownSecrets()) {
    if (index++ < searched) continue;
    for (const part of parts(secret)) for (const form of forms(part)) addForm(form);
  }
  searched = index;
}

function addForm(form: string): void {
  if (form.length < MIN_LENGTH) return;
  const start = form.slice(0, MIN_LENGTH);
  const same = byStart.get(start);
  if (same === undefined) byStart.set(start, new Set([form]));
  else same.add(form);
  startBits[startBit(form, 0)] = 1;
}

/** The secret itself, and what of it may turn up alone. */
function parts(secret: string): Set<string> {
  const found = new Set([secret]);
  const trimmed = secret.trim();
  if (trimmed.length >= MIN_LENGTH) found.add(trimmed);
  if (!trimmed.includes('\n')) return found;
  for (const line of trimmed.split('\n')) {
    const content = line.trim();
    // The first and the last line of each PEM file are no secret.
    if (content.length >= MIN_LINE_LENGTH && !/^-----[A-Z ]+-----$/.test(content)) found.add(content);
  }
  return found;
}

function forms(part: string): Set<string> {
  if (part.length < MIN_LENGTH) return new Set();
  const json = JSON.stringify(part).slice(1, -1);
  const url = encodeURIComponent(part.toWellFormed());
  const found = new Set([part, json, JSON.stringify(json).slice(1, -1), part.replaceAll("'", `'\\''`), url, url.replaceAll('%20', '+')]);
  for (const encoded of base64Forms(part)) {
    found.add(encoded);
    found.add(encoded.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return found;
}

/** What every base64 of a text that holds the part has in common, for the three ways it can lie; and its base64 alone. */
function base64Forms(part: string): readonly string[] {
  const bytes = Buffer.from(part, 'utf8');
  const whole = bytes.toString('base64');
  const aligned = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // The first characters hold bits of what is before, the last one bits of what comes behind.
    const partial = (shift + bytes.length) % 3 === 0 ? 0 : 1;
    return encoded.replace(/=+$/, '').slice(Math.ceil((shift * 4) / 3), partial === 0 ? undefined : -1);
  });
  return [whole, ...aligned];
}

/** The length of the longest form that begins here; 0 for none. */
function longestForm(text: string, at: number): number {
  let longest = 0;
  for (const form of byStart.get(text.slice(at, at + MIN_LENGTH)) ?? []) {
    if (form.length > longest && text.startsWith(form, at)) longest = form.length;
  }
  return longest;
}

function replaceForms(text: string): string {
  let result = '';
  let copied = 0;
  let hiddenFrom = -1;
  let hiddenTo = -1;
  const limit = text.length - MIN_LENGTH;
  for (let at = 0; at <= limit; at++) {
    if (startBits[startBit(text, at)] === 0) continue;
    const length = longestForm(text, at);
    if (length === 0) continue;
    if (at > hiddenTo && hiddenFrom >= 0) {
      result += text.slice(copied, hiddenFrom) + MASK;
      copied = hiddenTo;
      hiddenFrom = -1;
    }
    // Secrets may overlap: what any of them covers is hidden.
    if (hiddenFrom < 0) hiddenFrom = at;
    hiddenTo = Math.max(hiddenTo, at + length);
  }
  if (hiddenFrom < 0 && copied === 0) return text;
  return hiddenFrom < 0 ? result + text.slice(copied) : result + text.slice(copied, hiddenFrom) + MASK + text.slice(hiddenTo);
}
