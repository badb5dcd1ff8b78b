import { MIN_SECRET_LENGTH } from '../base/secret.ts';

/** A line of a longer secret is looked for by itself from this length on: a line of a PEM key. */
const MIN_LINE_LENGTH = 8;
/**
 * Upper and lower case of a secret are looked for from this length on, and only where it has digits too: else it may be
 * a word.
 */
const MIN_CASE_LENGTH = 8;

/** The secret itself, and what of it may turn up alone: its lines, and the password in an address. */
export function partsOf(secret: string): ReadonlySet<string> {
  const found = new Set([secret]);
  const trimmed = secret.trim();
  if (trimmed.length >= MIN_SECRET_LENGTH) found.add(trimmed);
  for (const [, password] of trimmed.matchAll(/[a-z]:\/\/[^/\s:@]*:([^/\s@]+)@/g))
    if (password !== undefined && password.length >= MIN_SECRET_LENGTH) found.add(password);
  if (!trimmed.includes('\n')) return found;
  for (const line of trimmed.split('\n')) {
    const content = line.trim();
    // The first and the last line of each PEM file are no secret.
    if (content.length >= MIN_LINE_LENGTH && !/^-----[A-Z ]+-----$/.test(content)) found.add(content);
  }
  return found;
}

/** A text without the first and the last line of PEM files, which are no secret in any form. */
export function withoutLabels(part: string): string {
  return part.replaceAll(/^-----[A-Z ]+-----\r?\n?/gm, '');
}

/**
 * The texts to look for: as it is, with the plus signs of a form, and in one case. Escaped text is undone before it is
 * searched.
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

/** As base64 and hexadecimal have it. They may be wrapped at any width. */
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

/** As JSON writes it within quotes, with and without characters beyond ASCII, where that is another text. */
export function jsonForms(part: string): ReadonlySet<string> {
  const escaped = JSON.stringify(part).slice(1, -1);
  const ascii = escaped.replaceAll(
    /[\u0080-\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return new Set([escaped, ascii].filter((form) => form !== part));
}

/**
 * What every base64 of a text that holds the part has in common, for the three ways it can lie; and its base64 alone.
 */
function base64Forms(bytes: Buffer): readonly string[] {
  const whole = bytes.toString('base64');
  const aligned = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // The first characters hold bits of what is before, the last one bits of what comes behind.
    const partial = (shift + bytes.length) % 3 === 0 ? 0 : 1;
    return encoded.replace(/=+$/, '').slice(Math.ceil((shift * 4) / 3), partial === 0 ? undefined : -1);
  });
  return [whole, ...aligned];
}
