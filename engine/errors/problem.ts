/** A place in a file, for people: lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How many characters of that line are meant; 1 where it is not known. */
  readonly length?: number;
}

export interface ProblemDetails {
  /** Stable name of the kind of problem, kebab-case: `unknown-module`. Scripts may rely on it. */
  readonly code: string;
  /** One sentence: what is wrong. Never holds a secret. */
  readonly what: string;
  readonly place?: Place | undefined;
  /** Why: the values involved. May be several lines. */
  readonly why?: string | undefined;
  /** What to do about it, as a sentence. */
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
}

/**
 * The one error for whatever a person can cause or cure. It says what, where, why and what to do.
 * Anything else that is thrown is a fault in runbook itself.
 */
export class Problem extends Error {
  readonly code: string;
  readonly place: Place | undefined;
  readonly why: string | undefined;
  readonly remedy: string | undefined;

  constructor(details: ProblemDetails) {
    super(details.what, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'Problem';
    this.code = details.code;
    this.place = details.place;
    this.why = details.why;
    this.remedy = details.remedy;
  }

  get what(): string {
    return this.message;
  }
}

/** Several problems found in one pass, so that a user can correct them together. Never empty. */
export class Problems extends Error {
  readonly problems: readonly [Problem, ...Problem[]];

  constructor(problems: readonly [Problem, ...Problem[]]) {
    super(problems.map((problem) => problem.what).join('\n'));
    this.name = 'Problems';
    this.problems = problems;
  }
}

/** `file:line:column`, the form that editors and terminals make a link of. */
export function formatPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`;
}
