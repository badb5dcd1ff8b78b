import { z } from 'zod';
import { PatternFault, translatePattern } from './python-pattern.ts';
import type { PatternOptions, Translated } from './python-pattern.ts';
import { parseReplacement } from './python-replacement.ts';
import type { Replacement } from './python-replacement.ts';

/** A regular expression as Python writes it. */
export class Pattern {
  readonly text: string;
  readonly #translated: Translated;
  readonly #compiled: RegExp;

  /** Throws PatternFault. */
  constructor(text: string, options: PatternOptions) {
    this.text = text;
    this.#translated = translatePattern(text, options);
    this.#compiled = new RegExp(this.#translated.source, `g${this.#translated.flags}`);
  }

  matches(text: string): Iterable<RegExpExecArray> {
    return text.matchAll(this.#compiled);
  }

  /** The first match. */
  exec(text: string): RegExpExecArray | null {
    this.#compiled.lastIndex = 0;
    return this.#compiled.exec(text);
  }

  test(text: string): boolean {
    return this.exec(text) !== null;
  }

  /** Whether it was written with (?m). */
  get isMultiline(): boolean {
    return this.#translated.multiline;
  }

  /** Where a named group of the first match begins and ends. */
  boundsOf(name: string, text: string): readonly [number, number] | undefined {
    const { source, flags } = this.#translated;
    return new RegExp(source, `d${flags}`).exec(text)?.indices?.groups?.[name];
  }

  /** What is to stand for a match; throws PatternFault where it names a group that is not there. */
  replacement(text: string): Replacement {
    return parseReplacement(text, this.#translated);
  }

  /** What is wrong with such a replacement. */
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

const REMEDY = 'It is read as Python reads it: \\A and \\Z are the ends of the text, (?i) in front, (?P<name>…) a named group.';

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
