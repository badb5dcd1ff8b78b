import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

/** The parameters with which a password was hashed. They are not secret. */
export interface ScramParameters {
  readonly iterations: number;
  /** In base64. */
  readonly salt: string;
}

/** The values that PostgreSQL itself uses for a new password: SCRAM_DEFAULT_ITERATIONS, and a salt of 16 bytes. */
const ITERATIONS = 4096;
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/** Returns the parameters of a new password. `seed` must be unpredictable, and different for each run and role. */
export function newScramParameters(seed: string): ScramParameters {
  const salt = createHash('sha256').update(`salt of ${seed}`).digest().subarray(0, SALT_BYTES);
  return { iterations: ITERATIONS, salt: salt.toString('base64') };
}

/**
 * Returns the value that PostgreSQL stores for a password, by RFC 5802 and 7677, in the form of pg_authid.rolpassword.
 */
export function scramVerifier(password: string, { iterations, salt }: ScramParameters): string {
  const salted = pbkdf2Sync(prepared(password), Buffer.from(salt, 'base64'), iterations, KEY_BYTES, 'sha256');
  const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest();
  return `SCRAM-SHA-256$${iterations}:${salt}$${stored.toString('base64')}:${hmac('Server Key').toString('base64')}`;
}

/** Returns the value that PostgreSQL stores for a password if password_encryption is md5. */
export function md5Verifier(password: string, user: string): string {
  return `md5${createHash('md5').update(`${password}${user}`).digest('hex')}`;
}

/** Returns whether the text already has the form in which PostgreSQL stores passwords. */
export function isVerifier(password: string): boolean {
  return /^(?:md5[0-9a-f]{32}|SCRAM-SHA-256\$[0-9]+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+)$/.test(password);
}

// The tables of RFC 3454 that SASLprep (RFC 4013) names, as ranges of code points.
type Ranges = readonly (readonly [from: number, to: number])[];

const MAPPED_TO_NOTHING: Ranges = [
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x1806, 0x1806],
  [0x180b, 0x180d],
  [0x200b, 0x200d],
  [0x2060, 0x2060],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
];
const SPACES: Ranges = [
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
];
const PROHIBITED: Ranges = [
  [0, 0x1f],
  [0x7f, 0x9f],
  [0x6dd, 0x6dd],
  [0x70f, 0x70f],
  [0x180e, 0x180e],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2061, 0x2063],
  [0x206a, 0x206f],
  [0x2ff0, 0x2ffb],
  [0xd800, 0xf8ff],
  [0xfff9, 0xfffd],
];

function isIn(ranges: Ranges, letter: string): boolean {
  const point = letter.codePointAt(0) ?? 0;
  return ranges.some(([from, to]) => from <= point && point <= to);
}

/** Normalizes a password by SASLprep. Like the server, it leaves a password with a prohibited character as it is. */
function prepared(password: string): string {
  if (/^[\x20-\x7e]*$/.test(password)) return password;
  const kept = Array.from(password).filter((letter) => !isIn(MAPPED_TO_NOTHING, letter));
  const normal = kept
    .map((letter) => (isIn(SPACES, letter) ? ' ' : letter))
    .join('')
    .normalize('NFKC');
  return normal === '' || Array.from(normal).some((letter) => isIn(PROHIBITED, letter)) ? password : normal;
}
