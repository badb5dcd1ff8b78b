import { type CelWriting, type Piece, LEVEL, member, negated } from './jinja-cel-piece.ts';
import type { Given, Jinja } from './jinja-expression.ts';
import { anchored, COMPARING_TESTS, lacking, NoCounterpart, RESULT_TESTS, versionRange } from './jinja-translation.ts';

/** A test, `x is NAME(…)`. Throws NoCounterpart. */
export function celTest(writer: CelWriting, of: Jinja, name: string, given: Given): Piece {
  const [first] = given.plain;
  const result = RESULT_TESTS.get(name);
  if (result !== undefined) {
    const asked = member(`${writer.at(of, LEVEL.member)}.${result.member}`);
    return result.isNegated ? negated(asked) : asked;
  }
  const sign = COMPARING_TESTS.get(name);
  if (sign !== undefined && first !== undefined) return writer.binary(sign, of, first);
  const compared = (text: string): Piece => ({ text: `${writer.at(of, LEVEL.sum)} ${text}`, level: LEVEL.compare });
  const typed = (...types: readonly string[]): Piece => {
    const asked = `type(${writer.piece(of).text})`;
    return {
      text: types.map((type) => `${asked} == ${type}`).join(' || '),
      level: types.length === 1 ? LEVEL.compare : LEVEL.or,
    };
  };
  switch (name) {
    case 'defined':
      return member(`defined(${writer.piece(of).text})`);
    case 'undefined':
      return negated(member(`defined(${writer.piece(of).text})`));
    case 'none':
      return compared('== null');
    case 'true':
    case 'false':
      return compared(`== ${name}`);
    case 'truthy':
      return writer.piece(of);
    case 'falsy':
      return negated(writer.piece(of));
    case 'string':
      return typed('string');
    case 'boolean':
      return typed('bool');
    case 'number':
      return typed('int', 'double');
    case 'integer':
      return typed('int');
    case 'float':
      return typed('double');
    case 'mapping':
      return typed('map');
    case 'sequence':
    case 'iterable':
      return typed('list');
    case 'in':
      if (first !== undefined) return writer.binary('in', of, first);
      break;
    case 'contains':
      if (first !== undefined) return writer.binary('in', first, of);
      break;
    case 'even':
      return compared('% 2 == 0');
    case 'odd':
      return compared('% 2 == 1');
    case 'divisibleby':
      if (first !== undefined) return compared(`% ${writer.at(first, LEVEL.unary)} == 0`);
      break;
    case 'version':
    case 'version_compare':
      return celVersion(writer, of, given);
    case 'match':
    case 'search':
    case 'regex':
      if (first !== undefined) return matches(writer, of, first, name === 'match');
      break;
    default:
      break;
  }
  return lacking('test', name);
}

export function celVersion(writer: CelWriting, of: Jinja, given: Given): Piece {
  const wanted = versionRange(given);
  if (wanted === undefined) throw new NoCounterpart('Write semver(x, ">=1.2"), or semverCompare(a, b) >= 0.');
  const asked = member(`semver(${writer.piece(of).text}, ${writer.text(wanted.range)})`);
  return wanted.isNegated ? negated(asked) : asked;
}

function matches(writer: CelWriting, of: Jinja, pattern: Jinja, fromStart: boolean): Piece {
  const asked =
    pattern.kind === 'text' && fromStart ? ({ kind: 'text', value: anchored(pattern.value) } as const) : pattern;
  return member(`${writer.at(of, LEVEL.member)}.matches(${writer.piece(asked).text})`);
}
