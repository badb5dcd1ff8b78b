import { type Place, Problem } from '../../errors/problem.ts';
import type { Unknown } from '../base/value.ts';
import { mask } from '../mask/mask.ts';

export interface FaultDetails {
  readonly code: string;
  readonly what: string;
  readonly why?: string | undefined;
  readonly remedy?: string | undefined;
}

/** The text that an offset counts in. Compiled text is shared between places, so it does not know its own. */
export type Locate = (offset: number, length: number) => Place;

/** Where a fault lies: `undefined` for the text that is being rendered, a partial or the like for a text of its own. */
export type Origin = Locate | undefined;

/**
 * A mistake in a template or an expression, by offset in its text. Never leaves this layer: it becomes a `Problem`
 * there.
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
    // A helper may have been given the text of a secret, and tell of it.
    const masked = (text: string | undefined) => (text === undefined ? undefined : mask(text));
    return new Problem({ code, what: mask(what), place, why: masked(why), remedy: masked(remedy) });
  }
}

/** What a helper or function says of its arguments; the caller knows where they stand. */
export class ArgumentFault extends Error {
  readonly remedy: string | undefined;

  constructor(what: string, remedy?: string) {
    super(what);
    this.remedy = remedy;
  }
}

/** Thrown where an unknown value is needed to go on: what is being computed becomes unknown as well. */
export class UnknownTouched extends Error {
  readonly unknown: Unknown;

  constructor(unknown: Unknown) {
    super('unknown value');
    this.unknown = unknown;
  }
}

/** Did the text that is being worked on grow beyond what a text can be? Its size is the user's doing. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError && /^Invalid (?:string|array) length/.test(error.message);
}

export function tooLarge(): Fault {
  return new Fault({
    code: 'template-too-large',
    what: 'The result of this template or expression is too large',
    remedy: 'Check what is repeated or replaced too often. Use copy for large files.',
  });
}

/** Did the text that is being worked on end the stack? Its nesting is the user's doing, not a fault of runbook. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes('call stack');
}
