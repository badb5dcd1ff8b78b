import { Problem } from '../../errors/problem.ts';
import { booleanOf } from '../../values/base/boolean-word.ts';
import { type Scope, Unknown } from '../../values/base/value.ts';
import { type Compiled, resolveWritten } from '../../values/compiled.ts';
import { wrongType } from './wrong-type.ts';

/**
 * Evaluates a keyword that is true, false, a word for one of them, or a template. The result is false if the keyword is not written, or is left
 * out by `omit`. Throws Problem for any other value.
 */
export function flagOf(keyword: string, flag: Compiled | undefined, scope: Scope): boolean | Unknown {
  const value = resolveWritten(flag, scope);
  if (flag === undefined || value === undefined) return false;
  if (value instanceof Unknown) return value;
  const meant = booleanOf(value);
  if (meant !== undefined) return meant;
  throw wrongType(keyword, 'true or false', flag.place);
}

/** Like `flagOf`, but an unknown value counts as true. */
export function flagOrTrue(keyword: string, flag: Compiled | undefined, scope: Scope): boolean {
  try {
    return flagOf(keyword, flag, scope) !== false;
  } catch (error) {
    if (error instanceof Problem) return true;
    throw error;
  }
}
