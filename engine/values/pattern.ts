import { ArgumentFault } from './fault.ts';

/** Text longer than this is not searched with a pattern. In characters. */
const MAX_SUBJECT = 1_000_000;
/** A repeated group that itself repeats, `(a+)+`, takes exponential time on text that nearly matches. */
const NESTED_REPEAT = /\((?:[^()\\]|\\.)*[+*}](?:[^()\\]|\\.)*\)\s*[+*{]/;

const compiled = new Map<string, RegExp>();

/** A regular expression (JavaScript's, with the u flag) that may be run on text from a host. */
export function pattern(source: string, flags: 'u' | 'gu', subject: string): RegExp {
  if (subject.length > MAX_SUBJECT)
    throw new ArgumentFault(`The text is too long to be searched with a pattern: ${subject.length} characters`);
  const key = `${flags}/${source}`;
  const known = compiled.get(key);
  if (known !== undefined) {
    known.lastIndex = 0;
    return known;
  }
  if (NESTED_REPEAT.test(source)) {
    throw new ArgumentFault(
      `The pattern ${source} repeats a group that itself repeats, which can take for ever`,
      'Write it without nested + or *.',
    );
  }
  try {
    const expression = new RegExp(source, flags);
    if (compiled.size > 1000) compiled.clear();
    compiled.set(key, expression);
    return expression;
  } catch (error) {
    throw new ArgumentFault(`The pattern ${source} is not a regular expression: ${error instanceof Error ? error.message : ''}`);
  }
}
