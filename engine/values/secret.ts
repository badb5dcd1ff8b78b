import { inspect } from 'node:util';

/** What stands in an output where a secret would be. */
export const MASK = '********';

const atoms = new Set<string>();

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

  /** Text that holds secrets among other things, such as a rendered configuration file. Its secrets are already known. */
  static around(text: string): Secret {
    return new Secret(text);
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

/** The secrets known so far, as they were made or loaded. Only for the one gate, `mask`. */
export function knownSecrets(): ReadonlySet<string> {
  return atoms;
}
