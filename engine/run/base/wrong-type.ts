import { type Place, Problem } from '../../errors/problem.ts';

/** The problem of a keyword that came out as something else than it may be, such as `no_log` as text. */
export function wrongType(what: string, wanted: string, place: Place): Problem {
  return new Problem({
    code: 'wrong-type',
    what: `${what} must be ${wanted}`,
    place,
    remedy: `Give ${what} ${wanted}.`,
  });
}
