/** A place in a file. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Number of characters on the line that the place covers; 1 if unknown. */
  readonly length?: number;
}

export interface ProblemDetails {
  /** A stable name of the kind of problem in kebab-case, such as `unknown-module`. Scripts may rely on it. */
  readonly code: string;
  /** Says in one sentence what is wrong. Must not contain a secret. */
  readonly what: string;
  readonly place?: Place | undefined;
  /** Gives the reason, with the values. May have several lines. */
  readonly why?: string | undefined;
  /** Says in a sentence what to do. */
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
}

/**
 * The only class for errors that a user can cause or correct. It says what is wrong, where, why, and what to do. Any
 * other thrown error is a fault in runbook itself.
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

/** Several problems that were found together, so that the user can correct them together. At least one. */
export class Problems extends Error {
  readonly problems: readonly [Problem, ...Problem[]];

  constructor(problems: readonly [Problem, ...Problem[]]) {
    super(problems.map((problem) => problem.what).join('\n'));
    this.name = 'Problems';
    this.problems = problems;
  }
}

/** Returns `file:line:column`, which editors and terminals show as a link. */
export function formatPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`;
}
