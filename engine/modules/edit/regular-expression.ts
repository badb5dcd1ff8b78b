import { z } from 'zod';
import { type Costly, match, powerOf } from '../../values/language/match-limit.ts';
import { PatternFault, translatePattern, type PatternOptions, type Translated } from './python-pattern.ts';
import { parseReplacement, type Replacement } from './python-replacement.ts';

/** A regular expression as Python writes it. What matches throws EndlessMatch where that takes too long. */
export class Pattern implements Costly {
  readonly text: string;
  readonly power: number;
  readonly #translated: Translated;
  readonly #compiled: RegExp;

  /** Throws PatternFault. */
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

  /** `act` is called with each match, and must be pure but for what it collects. */
  eachMatch(text: string, act: (match: RegExpExecArray) => void): void {
    match(this, text.length, () => {
      for (const one of text.matchAll(this.#compiled)) act(one);
    });
  }

  /** The first match. */
  exec(text: string): RegExpExecArray | null {
    this.#compiled.lastIndex = 0;
    return match(this, text.length, () => this.#compiled.exec(text));
  }

  test(text: string): boolean {
    return this.exec(text) !== null;
  }

  /** Whether it was written with (?m). */
  get isMultiline(): boolean {
    return this.#translated.multiline;
  }

  /** The beginning and the end of a named group in the first match. */
  boundsOf(name: string, text: string): readonly [number, number] | undefined {
    const { source, flags } = this.#translated;
    return match(this, text.length, () => new RegExp(source, `d${flags}`).exec(text)?.indices?.groups?.[name]);
  }

  /** The parts of a replacement. Throws PatternFault if it names a group that does not exist. */
  replacement(text: string): Replacement {
    return parseReplacement(text, this.#translated);
  }

  /** The fault of such a replacement, if it has one. */
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

/** A regular expression as an argument. */
export function pattern(options: PatternOptions): z.ZodType<Pattern> {
  return z
    .string()
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
