import { type Place, Problem } from '../../errors/problem.ts';

/** Makes the problem of a keyword whose value has a wrong type, such as `no_log` with a text. */
export function wrongType(what: string, wanted: string, place: Place): Problem {
  return new Problem({
    code: 'wrong-type',
    what: `${what} must be ${wanted}`,
    place,
    remedy: `Give ${what} ${wanted}.`,
  });
}
