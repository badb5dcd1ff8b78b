import { type Place, Problem } from '../errors/problem.ts';

/** Maximal number of hosts from one pattern. More are taken for a mistake. */
const MOST = 100_000;

/**
 * Expands ranges: `web[01:10].example.org`, `db-[a:f]` or `r[1:9:2]`. Both ends are included and leading zeros are
 * kept. Several ranges in one name are combined. Throws Problem('wrong-range').
 */
export function expandRange(name: string, place: Place | undefined): readonly string[] {
  const match = /\[(?<from>[0-9]+|[a-zA-Z])?:(?<to>[0-9]+|[a-zA-Z])(?::(?<step>\d+))?\]/.exec(name);
  if (match?.groups === undefined) return [name];
  const { from = '0', to = '0', step = '1' } = match.groups;
  const before = name.slice(0, match.index);
  const after = name.slice(match.index + match[0].length);
  const range: Range = { from, to, step: Number(step), name, place };
  const middles = /^\d/.test(to) ? numbers(range) : letters(range);
  const rest = expandRange(after, place);
  if (middles.length * rest.length > MOST) throw wrong(name, `It stands for more than ${MOST} hosts.`, place);
  return middles.flatMap((middle) => rest.map((end) => `${before}${middle}${end}`));
}

/** The parts of a range, which is between the brackets of the pattern `name`. */
interface Range {
  readonly from: string;
  readonly to: string;
  readonly step: number;
  readonly name: string;
  readonly place: Place | undefined;
}

function numbers({ from, to, step, name, place }: Range): readonly string[] {
  const first = Number(from);
  const last = Number(to);
  if (!/^\d/.test(from) || last < first || step < 1)
    throw wrong(name, 'A range goes from a lower number to a higher one.', place);
  if ((last - first) / step > MOST) throw wrong(name, `It stands for more than ${MOST} hosts.`, place);
  const width = from.startsWith('0') ? from.length : 0;
  const names: string[] = [];
  for (let number = first; number <= last; number += step) names.push(String(number).padStart(width, '0'));
  return names;
}

function letters({ from, to, step, name, place }: Range): readonly string[] {
  const first = from.charCodeAt(0);
  const last = to.charCodeAt(0);
  if (/^\d/.test(from) || last < first || step < 1)
    throw wrong(name, 'A range goes from a lower letter to a higher one.', place);
  const names: string[] = [];
  for (let code = first; code <= last; code += step) names.push(String.fromCharCode(code));
  return names;
}

function wrong(name: string, why: string, place: Place | undefined): Problem {
  return new Problem({
    code: 'wrong-range',
    what: `"${name}" is not a range of hosts`,
    place,
    why,
    remedy: 'Write it like web[01:10] or db-[a:f].',
  });
}
