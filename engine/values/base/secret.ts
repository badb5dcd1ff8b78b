import { inspect } from 'node:util';

/** What stands in an output where a secret would be. */
export const MASK = '********';

/**
 * The secrets of the whole process, for safety: text of one run may come out of another (an error that Node words, a
 * file that both read, a journal), and what is a secret anywhere must be shown nowhere. A registry for each run would
 * have to be handed to whatever makes text, and each place that forgets it would show a secret. The price is that a run
 * may hide a word that is a secret of another run only.
 */
const atoms = new Set<string>();
const numbers = new Set<string>();

/** A number of fewer characters is hidden where it stands by itself only: 5432 is a part of many other numbers. */
const MIN_NUMBER_LENGTH = 6;
/** Shorter text is not looked for: it would be found everywhere. In characters. */
export const MIN_SECRET_LENGTH = 4;

/**
 * Text that must never be shown. The mark goes along wherever the text goes: a template that
 * uses a secret renders to a secret. Only what hands it to a host or to a cipher may `reveal()`.
 */
export class Secret {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** A secret as it was made or loaded: a password, a key. From now on `mask` hides it in every text. */
  static of(text: string): Secret {
    if (text !== '') atoms.add(text);
    return new Secret(text);
  }

  /**
   * Text that holds secrets among other things, such as a rendered configuration file. Its secrets are already known.
   */
  static around(text: string): Secret {
    return new Secret(text);
  }

  /**
   * Text that was made of secrets: a digest, another spelling, a piece. A piece that tells little of them is no secret
   * elsewhere: a word out of a pass phrase would hide that word in every text.
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

/** A word up to this length is hidden as a piece of a secret only where it is half of it. In characters. */
const MAX_WORD_LENGTH = 15;
const MIN_PIECE_LENGTH = 8;

/** Whether a piece of a secret is a secret itself: half of it or more, or long enough and no mere word. */
function isTelling(piece: string, whole: string): boolean {
  if (piece.length * 2 + 1 >= whole.length) return true;
  if (piece.length > MAX_WORD_LENGTH) return true;
  return piece.length >= MIN_PIECE_LENGTH && /\d/.test(piece);
}

/** A number that is a secret. It stays a number; `mask` hides it as it was written and as it is printed. */
export function hideNumber(written: string, value: number): void {
  for (const text of [written.trim(), String(value)])
    if (text !== '') (text.length < MIN_NUMBER_LENGTH ? numbers : atoms).add(text);
}

/** Whether a number is one that was hidden. */
export function isHiddenNumber(value: number): boolean {
  return atoms.has(String(value)) || (numbers.has(String(value)) && String(value).length >= MIN_SECRET_LENGTH);
}

/** Whether text with this number in it is a secret. Short ones, such as ports, stand in too many texts. */
export function isTellingNumber(value: number): boolean {
  return atoms.has(String(value));
}

/** The secrets known so far, as they were made or loaded. Only for the one gate, `mask`. */
export function knownSecrets(): ReadonlySet<string> {
  return atoms;
}

/** Short numbers that are secrets, as they are printed. Only for the one gate, `mask`. */
export function knownNumbers(): ReadonlySet<string> {
  return numbers;
}
