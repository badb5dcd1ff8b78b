import { ArgumentFault } from './fault.ts';
import { type Costly, EndlessMatch, match, powerOf } from './match-limit.ts';

/** Text longer than this is not searched with a pattern. In characters. */
const MAX_SUBJECT = 1_000_000;
/** A longer pattern is refused. In characters. */
const MAX_SOURCE = 10_000;
/** A repeated group that itself repeats, `(a+)+`, takes exponential time on text that nearly matches. */
const NESTED_REPEAT = /\((?:[^()\\+*}]|\\.)*[+*}](?:[^()\\]|\\.)*\)\s*[+*{]/;

interface Compiled extends Costly {
  readonly first: RegExp;
  readonly all: RegExp;
}

const compiled = new Map<string, Compiled>();

/** Returns whether a pattern (JavaScript, with the u flag) matches the text of a host. */
export function matches(source: string, subject: string): boolean {
  return bounded(source, subject, ({ first }) => first.test(subject));
}

/** Replaces each match in the text; `$1` stands for the first group. */
export function replaceMatches(source: string, subject: string, by: string): string {
  return bounded(source, subject, ({ all }) => subject.replace(all, by));
}

/** Returns the first match with its groups; undefined if there is none. */
export function firstMatch(source: string, subject: string): RegExpExecArray | undefined {
  return bounded(source, subject, ({ first }) => first.exec(subject)) ?? undefined;
}

/** Returns every match with its groups. */
export function allMatches(source: string, subject: string): readonly RegExpExecArray[] {
  return bounded(source, subject, ({ all }) => [...subject.matchAll(all)]);
}

function bounded<Result>(source: string, subject: string, work: (pattern: Compiled) => Result): Result {
  if (subject.length > MAX_SUBJECT)
    throw new ArgumentFault(`The text is too long to be searched with a pattern: ${subject.length} characters`);
  const pattern = compile(source);
  try {
    return match(pattern, subject.length, () => work(pattern));
  } catch (error) {
    if (error instanceof EndlessMatch) throw new ArgumentFault(`${error.message}. ${error.why}`, error.remedy);
    throw error;
  }
}

function compile(source: string): Compiled {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  if (source.length > MAX_SOURCE)
    throw new ArgumentFault(`The pattern is too long: ${source.length} characters; up to ${MAX_SOURCE} are one`);
  if (NESTED_REPEAT.test(source)) {
    throw new ArgumentFault(
      `The pattern ${source} repeats a group that itself repeats, which can take for ever`,
      'Write it without nested + or *.',
    );
  }
  try {
    const first = new RegExp(source, 'u');
    const pattern = { text: source, power: powerOf(source), first, all: new RegExp(source, 'gu') };
    if (compiled.size > 1000) compiled.clear();
    compiled.set(source, pattern);
    return pattern;
  } catch (error) {
    throw new ArgumentFault(
      `The pattern ${source} is not a regular expression: ${error instanceof Error ? error.message : ''}`,
    );
  }
}
