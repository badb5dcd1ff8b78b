import { MIN_SECRET_LENGTH } from '../base/secret.ts';

/** A line of a longer secret, such as a line of a PEM key, is searched for alone from this length on. */
const MIN_LINE_LENGTH = 8;
/**
 * Upper and lower case forms of a secret are searched for from this length on, and only if it contains digits:
 * otherwise it may be a word.
 */
const MIN_CASE_LENGTH = 8;

/** Returns the secret and those parts of it that may appear alone: its lines, and the password in an address. */
export function partsOf(secret: string): ReadonlySet<string> {
  const found = new Set([secret]);
  const trimmed = secret.trim();
  if (trimmed.length >= MIN_SECRET_LENGTH) found.add(trimmed);
  for (const [, password] of trimmed.matchAll(/[a-z]:\/\/[^/\s:@]*:([^/\s@]+)@/g))
    if (password !== undefined && password.length >= MIN_SECRET_LENGTH) found.add(password);
  if (!trimmed.includes('\n')) return found;
  for (const line of trimmed.split('\n')) {
    const content = line.trim();
    // The first and the last line of a PEM file are not secret.
    if (content.length >= MIN_LINE_LENGTH && !/^-----[A-Z ]+-----$/.test(content)) found.add(content);
  }
  return found;
}

/** Removes the first and the last line of PEM files, which are not secret in any form. */
export function withoutLabels(part: string): string {
  return part.replaceAll(/^-----[A-Z ]+-----\r?\n?/gm, '');
}

/**
 * Returns the forms of a part to search for: as it is, with plus signs for blanks, and in upper and lower case. Escapes
 * are decoded before the search.
 */
export function plainForms(part: string): ReadonlySet<string> {
  const found = new Set([part]);
  if (part.includes(' ')) found.add(part.replaceAll(' ', '+'));
  if (part.length >= MIN_CASE_LENGTH && /\d/.test(part)) {
    found.add(part.toUpperCase());
    found.add(part.toLowerCase());
  }
  return found;
}

/** Returns the base64 and hexadecimal forms of a part. They may be wrapped at any width. */
export function encodedForms(part: string): ReadonlySet<string> {
  const bytes = Buffer.from(part, 'utf8');
  const hexadecimal = bytes.toString('hex');
  const found = new Set([hexadecimal, hexadecimal.toUpperCase()]);
  for (const encoded of base64Forms(bytes)) {
    found.add(encoded);
    found.add(encoded.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return found;
}

/**
 * Returns the forms of a part within JSON strings, with and without escapes for characters beyond ASCII, if they differ
 * from the part.
 */
export function jsonForms(part: string): ReadonlySet<string> {
  const escaped = JSON.stringify(part).slice(1, -1);
  const ascii = escaped.replaceAll(
    /[\u0080-\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return new Set([escaped, ascii].filter((form) => form !== part));
}

/**
 * Returns the substrings that every base64 text has that encodes the part, for the three possible alignments, and the
 * base64 of the part alone.
 */
function base64Forms(bytes: Buffer): readonly string[] {
  const whole = bytes.toString('base64');
  const aligned = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // The first characters also encode bits of the bytes before, the last character bits of the bytes after.
    const partial = (shift + bytes.length) % 3 === 0 ? 0 : 1;
    return encoded.replace(/={1,2}$/, '').slice(Math.ceil((shift * 4) / 3), partial === 0 ? undefined : -1);
  });
  return [whole, ...aligned];
}
