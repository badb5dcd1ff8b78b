import { Secret, isTellingNumber } from '../base/secret.ts';
import { type Value, Omitted, Unknown } from '../base/value.ts';
import { describe } from '../language/describe.ts';
import { ArgumentFault, Fault } from '../language/fault.ts';

/** Maximal length of the result, in characters. Configuration files have some kilobytes. */
const MOST_TEXT = 16 * 1024 * 1024;

/** The growing text of a template, with the secrets and unknown values in it. */
export class Output {
  #text = '';
  #size = 0;
  #hasSecret = false;
  #unknown: Unknown | undefined;
  #isFresh = false;

  /** Appends text of the template itself. */
  literal(text: string): void {
    this.#grow(text);
  }

  /** Appends a value. Throws ArgumentFault if the value has no unique form as text. */
  value(value: Value): void {
    if (typeof value === 'string') this.#grow(value);
    else if (typeof value === 'boolean') this.#grow(String(value));
    else if (typeof value === 'number') {
      this.#grow(String(value));
      this.#hasSecret ||= isTellingNumber(value);
    } else if (value instanceof Secret) {
      this.#grow(value.reveal());
      this.#hasSecret = true;
    } else if (value instanceof Unknown) {
      this.undecided(value);
      this.#isFresh ||= value.fresh;
    } else if (value === null)
      throw new ArgumentFault(
        'null cannot be put into text',
        'Give a fallback: {{default x "…"}}, or ask {{#if (defined x)}}.',
      );
    else if (value instanceof Omitted)
      throw new ArgumentFault(
        'omit leaves out a whole value, and this is a part of a text',
        'Let the value be only {{default x omit}}, or write a fallback for the text: {{default x ""}}.',
      );
    else
      throw new ArgumentFault(
        `${describe(value) === 'a list' ? 'A list' : 'A map'} cannot be put into text`,
        'Use the helper json, yaml or join, or {{#each}}.',
      );
  }

  /** Marks the output as unknown, because it depends on this value. */
  undecided(unknown: Unknown): void {
    this.#unknown ??= unknown;
  }

  /** Appends another output. All of its lines except the first are indented. */
  append(other: Output, indent: string): void {
    this.#grow(indent === '' ? other.#text : other.#text.replaceAll(/^(?=.)/gm, indent));
    this.#hasSecret ||= other.#hasSecret;
    this.#unknown ??= other.#unknown;
    this.#isFresh ||= other.#isFresh;
  }

  #grow(text: string): void {
    this.#text += text;
    // The number of pieces counts too, because each piece takes memory.
    this.#size += text.length + 1;
    if (this.#size > MOST_TEXT) {
      throw new Fault({
        code: 'template-too-large',
        what: `The output of the template has more than ${MOST_TEXT / 1024 / 1024} Mi characters`,
        remedy: 'Check which {{#each}} has too many rounds: blocks within blocks multiply. Use copy for large files.',
      });
    }
  }

  result(): string | Secret | Unknown {
    if (this.#unknown !== undefined)
      return this.#isFresh === this.#unknown.fresh ? this.#unknown : new Unknown(this.#unknown.because, this.#isFresh);
    return this.#hasSecret ? Secret.around(this.#text) : this.#text;
  }
}
