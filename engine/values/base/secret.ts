import { inspect } from 'node:util';

/** The text that outputs show in place of a secret. */
export const MASK = '********';

/**
 * The secrets of the whole process. They are not kept per run, for safety: text of one run may appear in another one
 * (an error message of Node, a file that both read, a journal), and a registry per run would have to be passed to all
 * code that makes text; code that forgot it would show a secret. The disadvantage: a run may mask a word that is a
 * secret only of another run.
 */
const atoms = new Set<string>();
const numbers = new Set<string>();

/** A number with fewer characters is masked only if it stands alone: 5432 is part of many other numbers. */
const MIN_NUMBER_LENGTH = 6;
/** Shorter text is not searched for, because it would be found everywhere. In characters. */
export const MIN_SECRET_LENGTH = 4;

/**
 * Text that must never be shown. A template that uses a secret renders to a secret. Only code that passes it to a host
 * or to a cipher may call `reveal()`.
 */
export class Secret {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /**
   * Makes a secret of a text that was generated or loaded, such as a password or a key. `mask` hides it in all text
   * from now on.
   */
  static of(text: string): Secret {
    if (text !== '') atoms.add(text);
    return new Secret(text);
  }

  /** Makes a secret of text that contains known secrets, such as a rendered configuration file. */
  static around(text: string): Secret {
    return new Secret(text);
  }

  /**
   * Makes a secret of text that was derived from secrets: a digest, another encoding, a part. A part that reveals
   * little is not masked elsewhere: otherwise a word of a pass phrase would be masked in all text.
   */
  static madeOf(text: string, secrets: Iterable<string>): Secret {
    for (const secret of secrets) if (secret.includes(text) && !isTelling(text, secret)) return Secret.around(text);
    return Secret.of(text);
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return `Secret(${MASK})`;
  }
}

/**
 * A word up to this length is masked as a part of a secret only if it is at least half of the secret. In characters.
 */
const MAX_WORD_LENGTH = 15;
const MIN_PIECE_LENGTH = 8;

/**
 * Returns whether a part of a secret is itself a secret: it is at least half of the secret, or it is long and not a
 * word.
 */
function isTelling(piece: string, whole: string): boolean {
  if (piece.length * 2 + 1 >= whole.length) return true;
  if (piece.length > MAX_WORD_LENGTH) return true;
  return piece.length >= MIN_PIECE_LENGTH && /\d/.test(piece);
}

/** Registers a secret number. It stays a number; `mask` hides both its written form and its printed form. */
export function hideNumber(written: string, value: number): void {
  for (const text of [written.trim(), String(value)])
    if (text !== '') (text.length < MIN_NUMBER_LENGTH ? numbers : atoms).add(text);
}

/** Returns whether the number was registered as a secret. */
export function isHiddenNumber(value: number): boolean {
  return atoms.has(String(value)) || (numbers.has(String(value)) && String(value).length >= MIN_SECRET_LENGTH);
}

/**
 * Returns whether text that contains this number is a secret. Short numbers, such as ports, occur in too many texts.
 */
export function isTellingNumber(value: number): boolean {
  return atoms.has(String(value));
}

/** The known secrets, as they were generated or loaded. Only `mask` uses this. */
export function knownSecrets(): ReadonlySet<string> {
  return atoms;
}

/** Short secret numbers, in their printed form. Only `mask` uses this. */
export function knownNumbers(): ReadonlySet<string> {
  return numbers;
}
