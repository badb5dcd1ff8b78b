import { z } from 'zod';
import { type Costly, match, powerOf } from '../../values/language/match-limit.ts';
import { alsoDigits } from '../base/arguments.ts';
import { PatternFault, translatePattern, type PatternOptions, type Translated } from './python-pattern.ts';
import { parseReplacement, type Replacement } from './python-replacement.ts';

/** A regular expression of Python. All methods that match throw EndlessMatch if that takes too long. */
export class Pattern implements Costly {
  readonly text: string;
  readonly power: number;
  readonly #translated: Translated;
  readonly #compiled: RegExp;

  /** Compiles the expression. Throws PatternFault. */
  constructor(text: string, options: PatternOptions) {
    this.text = text;
    try {
      this.#translated = translatePattern(text, options);
      this.#compiled = new RegExp(this.#translated.source, `g${this.#translated.flags}`);
    } catch (error) {
      if (error instanceof PatternFault) throw error;
      throw new PatternFault('it is nested too deeply, or too large');
    }
    this.power = powerOf(this.#translated.source);
  }

  /** Calls `act` for each match. `act` must be pure, except for collecting results. */
  eachMatch(text: string, act: (match: RegExpExecArray) => void): void {
    match(this, text.length, () => {
      for (const one of text.matchAll(this.#compiled)) act(one);
    });
  }

  /** Returns the first match. */
  exec(text: string): RegExpExecArray | null {
    this.#compiled.lastIndex = 0;
    return match(this, text.length, () => this.#compiled.exec(text));
  }

  test(text: string): boolean {
    return this.exec(text) !== null;
  }

  /** True if ^ and $ match at the ends of each line, by (?m) or by the options. */
  get isMultiline(): boolean {
    return this.#translated.multiline;
  }

  /** Returns the beginning and the end of a named group in the first match. */
  boundsOf(name: string, text: string): readonly [number, number] | undefined {
    const { source, flags } = this.#translated;
    return match(this, text.length, () => new RegExp(source, `d${flags}`).exec(text)?.indices?.groups?.[name]);
  }

  /** Returns the parts of a replacement. Throws PatternFault if it names a group that does not exist. */
  replacement(text: string): Replacement {
    return parseReplacement(text, this.#translated);
  }

  /** Returns the fault of a replacement; undefined if it has none. */
  faultOf(replacement: string): string | undefined {
    try {
      this.replacement(replacement);
      return undefined;
    } catch (error) {
      if (error instanceof PatternFault) return error.message;
      throw error;
    }
  }
}

const REMEDY =
  'It is read as Python reads it: \\A and \\Z are the ends of the text, (?i) in front, (?P<name>…) a named group.';

/** An argument with a regular expression. */
export function pattern(options: PatternOptions): z.ZodType<Pattern> {
  return alsoDigits(z.string())
    .transform((text, context): Pattern => {
      try {
        return new Pattern(text, options);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        context.addIssue({ code: 'custom', message: `must be a regular expression: ${why}\n${REMEDY}` });
        return z.NEVER;
      }
    })
    .meta({ type: 'string' });
}
