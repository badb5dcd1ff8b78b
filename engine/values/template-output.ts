import { describe } from './describe.ts';
import { ArgumentFault } from './fault.ts';
import { Secret } from './secret.ts';
import type { Value } from './value.ts';
import { Unknown } from './value.ts';

/** The text of a template as it grows, and what it was made of. */
export class Output {
  #text = '';
  #hasSecret = false;
  #unknown: Unknown | undefined;
  #isFresh = false;

  /** Text of the template itself. */
  literal(text: string): void {
    this.#text += text;
  }

  /** A value within text. Throws ArgumentFault for what has no one form as text. */
  value(value: Value): void {
    if (typeof value === 'string') this.#text += value;
    else if (typeof value === 'number' || typeof value === 'boolean') this.#text += String(value);
    else if (value instanceof Secret) {
      this.#text += value.reveal();
      this.#hasSecret = true;
    } else if (value instanceof Unknown) {
      this.undecided(value);
      this.#isFresh ||= value.fresh;
    } else if (value === null)
      throw new ArgumentFault('null cannot be put into text', 'Give a fallback: {{default x "…"}}, or ask {{#if (defined x)}}.');
    else
      throw new ArgumentFault(
        `${describe(value) === 'a list' ? 'A list' : 'A map'} cannot be put into text`,
        'Use the helper json, yaml or join, or {{#each}}.',
      );
  }

  /** What comes here hangs on an unknown value. */
  undecided(unknown: Unknown): void {
    this.#unknown ??= unknown;
  }

  /** Another output as part of this one, each of its lines behind the first indented. */
  append(other: Output, indent: string): void {
    this.#text += indent === '' ? other.#text : other.#text.replaceAll(/^(?=.)/gm, indent);
    this.#hasSecret ||= other.#hasSecret;
    this.#unknown ??= other.#unknown;
    this.#isFresh ||= other.#isFresh;
  }

  result(): string | Secret | Unknown {
    if (this.#unknown !== undefined)
      return this.#isFresh === this.#unknown.fresh ? this.#unknown : new Unknown(this.#unknown.because, this.#isFresh);
    return this.#hasSecret ? Secret.around(this.#text) : this.#text;
  }
}
