import { type Place, Problem } from '../../errors/problem.ts';
import type { Unknown } from '../base/value.ts';
import { mask } from '../mask/mask.ts';

export interface FaultDetails {
  readonly code: string;
  readonly what: string;
  readonly why?: string | undefined;
  readonly remedy?: string | undefined;
  /** True if only something that does not exist is in the way, beside what the code says. */
  readonly isMissing?: boolean;
}

/** Converts an offset in a text to a place. Compiled text is shared by several places, so it does not know its own. */
export type Locate = (offset: number, length: number) => Place;

/**
 * The text that contains the fault: `undefined` for the rendered text itself, otherwise another text, such as a
 * partial.
 */
export type Origin = Locate | undefined;

/**
 * A mistake in a template or an expression, with its offset in the text. It never leaves this layer, which converts it
 * to a `Problem`.
 */
export class Fault extends Error {
  readonly details: FaultDetails;
  offset: number;
  length: number;
  origin: Origin;

  constructor(details: FaultDetails, offset = 0, length = 1, origin?: Origin) {
    super(details.what);
    this.details = details;
    this.offset = offset;
    this.length = length;
    this.origin = origin;
  }

  toProblem(locate: Locate): Problem {
    const { code, what, why, remedy } = this.details;
    const place = (this.origin ?? locate)(this.offset, this.length);
    // The message of a helper may contain the text of a secret argument.
    const masked = (text: string | undefined) => (text === undefined ? undefined : mask(text));
    return new Problem({ code, what: mask(what), place, why: masked(why), remedy: masked(remedy) });
  }
}

/** The message of a helper or function about its arguments. The caller adds their place. */
export class ArgumentFault extends Error {
  readonly remedy: string | undefined;

  constructor(what: string, remedy?: string) {
    super(what);
    this.remedy = remedy;
  }
}

/** Returns whether a mistake is that a variable, a member or an item does not exist. */
export function isAboutMissing({ details: { code, isMissing } }: Fault): boolean {
  return isMissing === true || code === 'undefined-variable' || code === 'missing-key';
}

/** A list is empty, so it has no item to give. `default` takes its fallback then, as for a member that does not exist. */
export class NothingThere extends ArgumentFault {}

const OMIT_HAS_NO_VALUE = {
  what: 'omit has no value: it only leaves out an argument, a keyword, a member or an item',
  remedy: 'Give a fallback that has a value, such as default(x, "") or {{default x ""}}; x == omit tests for it.',
};

/** The message of a computation with the value of `omit`. */
export function omitHasNoValue(): ArgumentFault {
  return new ArgumentFault(OMIT_HAS_NO_VALUE.what, OMIT_HAS_NO_VALUE.remedy);
}

/** Thrown if a computation needs an unknown value. Its result becomes unknown too. */
export class UnknownTouched extends Error {
  readonly unknown: Unknown;

  constructor(unknown: Unknown) {
    super('unknown value');
    this.unknown = unknown;
  }
}

/**
 * Returns whether the error means that a text became longer than a string can be. The user causes its size, so it is
 * not an internal error.
 */
export function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError && /^Invalid (?:string|array) length/.test(error.message);
}

/** Returns the Fault for a result of a template or expression that is longer than any text can be. */
export function tooLarge(): Fault {
  return new Fault({
    code: 'template-too-large',
    what: 'The result of this template or expression is too large',
    remedy: 'Check what is repeated or replaced too often. Use copy for large files.',
  });
}

/**
 * Returns whether the error is a stack overflow. The user causes the depth of nesting, so it is not an internal error.
 */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes('call stack');
}
