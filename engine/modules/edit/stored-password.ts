import { createHash, pbkdf2Sync, timingSafeEqual } from 'node:crypto';

/** The forms in which a password file of a web server keeps a password. */
export const STORED_FORMS = ['apr_md5_crypt', 'md5_crypt', 'ldap_sha1', 'plaintext'] as const;
export type StoredForm = (typeof STORED_FORMS)[number];

/** What comparing a password with a stored one gives. `unknown`: the form of the stored one is not known here. */
export type Match = 'same' | 'other' | 'unknown';

const MAGIC = { apr_md5_crypt: '$apr1$', md5_crypt: '$1$' } as const;
const DIGITS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * Returns the text that is stored for a password. `of`: what the password is for. The salt follows from both, so that a
 * plan and its play agree; a guess of the password by the salt costs more than one by the hash.
 */
export function storedPassword(password: string, form: StoredForm, of: string): string {
  switch (form) {
    case 'apr_md5_crypt':
    case 'md5_crypt':
      return md5Crypt(password, MAGIC[form], saltOf(password, of));
    case 'ldap_sha1':
      return `{SHA}${createHash('sha1').update(password).digest('base64')}`;
    case 'plaintext':
      return password;
  }
}

/** Compares a password with a stored text of any form that is known here. */
export function matchPassword(password: string, stored: string, form: StoredForm): Match {
  if (form === 'plaintext') return isEqual(password, stored) ? 'same' : 'other';
  const [, magic, salt] = /^(\$apr1\$|\$1\$)([^$]{0,8})\$/.exec(stored) ?? [];
  if (magic !== undefined && salt !== undefined)
    return isEqual(md5Crypt(password, magic, salt), stored) ? 'same' : 'other';
  if (stored.startsWith('{SHA}')) return isEqual(storedPassword(password, 'ldap_sha1', ''), stored) ? 'same' : 'other';
  return isEqual(password, stored) ? 'other' : 'unknown';
}

function isEqual(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}

const SALT_ROUNDS = 100_000;
const SALT_LENGTH = 8;

function saltOf(password: string, of: string): string {
  const bytes = pbkdf2Sync(password, `salt of ${of}`, SALT_ROUNDS, SALT_LENGTH, 'sha256');
  return [...bytes].map((byte) => DIGITS[byte % DIGITS.length] ?? '.').join('');
}

const ROUNDS = 1000;

/** Returns the hash that crypt(3) makes with MD5. `magic` is the prefix of the hash: Apache has a prefix of its own. */
function md5Crypt(text: string, magic: string, salt: string): string {
  const password = Buffer.from(text);
  const md5 = (...parts: readonly (Buffer | string)[]): Buffer => {
    const hash = createHash('md5');
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const inner = md5(password, salt, password);
  const parts: (Buffer | string)[] = [password, magic, salt];
  for (let left = password.length; left > 0; left -= 16) parts.push(inner.subarray(0, Math.min(16, left)));
  for (let bits = password.length; bits > 0; bits >>= 1)
    parts.push((bits & 1) === 1 ? Buffer.alloc(1) : password.subarray(0, 1));
  let digest = md5(...parts);
  for (let round = 0; round < ROUNDS; round += 1) {
    const isOdd = (round & 1) === 1;
    digest = md5(
      isOdd ? password : digest,
      round % 3 === 0 ? '' : salt,
      round % 7 === 0 ? '' : password,
      isOdd ? digest : password,
    );
  }
  return `${magic}${salt}$${inDigits(digest)}`;
}

/** The order in which crypt takes the bytes of the digest, three for four characters. */
const ORDER = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const;

function inDigits(digest: Buffer): string {
  const at = (index: number): number => digest[index] ?? 0;
  const write = (value: number, count: number): string =>
    Array.from({ length: count }, (_, index) => DIGITS[(value >> (6 * index)) & 63] ?? '.').join('');
  const groups = ORDER.map(([high, middle, low]) => write((at(high) << 16) | (at(middle) << 8) | at(low), 4));
  return `${groups.join('')}${write(at(11), 2)}`;
}
