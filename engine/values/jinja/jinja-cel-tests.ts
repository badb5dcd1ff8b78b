import { LIST_TEST } from './jinja-build.ts';
import { type CelWriting, type Piece, LEVEL, member, negated } from './jinja-cel-piece.ts';
import type { Given, Jinja } from './jinja-expression.ts';
import {
  anchored,
  askedIfSkipped,
  COMPARING_TESTS,
  lacking,
  NoCounterpart,
  RESULT_TESTS,
  versionRange,
} from './jinja-translation.ts';

interface TestUse {
  readonly writer: CelWriting;
  readonly of: Jinja;
  readonly given: Given;
}

/** Writes the test in CEL; undefined if it has no counterpart with these arguments. */
type WriteTest = (use: TestUse) => Piece | undefined;

const compared =
  (text: string): WriteTest =>
  ({ writer, of }) => ({ text: `${writer.at(of, LEVEL.sum)} ${text}`, level: LEVEL.compare });

const typed =
  (...types: readonly string[]): WriteTest =>
  ({ writer, of }) => {
    const asked = `type(${writer.piece(of).text})`;
    return {
      text: types.map((type) => `${asked} == ${type}`).join(' || '),
      level: types.length === 1 ? LEVEL.compare : LEVEL.or,
    };
  };

/** Returns the writer of a test of Jinja that needs an argument, such as `is divisibleby(3)`. */
const withOperand =
  (write: (use: TestUse, operand: Jinja) => Piece | undefined): WriteTest =>
  (use) => {
    const [operand] = use.given.plain;
    return operand === undefined ? undefined : write(use, operand);
  };

const defined: WriteTest = ({ writer, of }) => {
  const skipped = askedIfSkipped(of);
  return skipped === undefined ? member(`defined(${writer.piece(of).text})`) : writer.piece(skipped);
};
const truthy: WriteTest = ({ writer, of }) => writer.piece(of);
const version: WriteTest = ({ writer, of, given }) => celVersion(writer, of, given);
const found = withOperand(({ writer, of }, pattern) => matches(writer, of, pattern));
const atStart = withOperand(({ writer, of }, pattern) =>
  matches(writer, of, pattern.kind === 'text' ? { kind: 'text', value: anchored(pattern.value) } : pattern),
);

const negation =
  (write: WriteTest): WriteTest =>
  (use) => {
    const piece = write(use);
    return piece === undefined ? undefined : negated(piece);
  };

const TESTS: ReadonlyMap<string, WriteTest> = new Map<string, WriteTest>([
  ['defined', defined],
  ['undefined', negation(defined)],
  ['none', compared('== null')],
  ['true', compared('== true')],
  ['false', compared('== false')],
  ['truthy', truthy],
  ['falsy', negation(truthy)],
  ['string', typed('string')],
  ['boolean', typed('bool')],
  ['number', typed('int', 'double', 'bool')],
  ['integer', typed('int')],
  ['float', typed('double')],
  ['mapping', typed('map')],
  [LIST_TEST, typed('list')],
  ['sequence', typed('list', 'string', 'map')],
  ['iterable', typed('list', 'string', 'map')],
  ['in', withOperand(({ writer, of }, list) => writer.binary('in', of, list))],
  ['contains', withOperand(({ writer, of }, item) => writer.binary('in', item, of))],
  ['even', compared('% 2 == 0')],
  ['odd', compared('% 2 == 1')],
  ['divisibleby', withOperand((use, by) => compared(`% ${use.writer.at(by, LEVEL.unary)} == 0`)(use))],
  ['version', version],
  ['version_compare', version],
  ['match', atStart],
  ['search', found],
  ['regex', found],
]);

/** Writes a test, `x is NAME(…)`, in CEL. Throws NoCounterpart. */
export function celTest(writer: CelWriting, of: Jinja, name: string, given: Given): Piece {
  const result = RESULT_TESTS.get(name);
  if (result !== undefined) {
    const asked = member(`${writer.at(of, LEVEL.member)}.${result.member}`);
    return result.isNegated ? negated(asked) : asked;
  }
  const [operand] = given.plain;
  const sign = COMPARING_TESTS.get(name);
  if (sign !== undefined && operand !== undefined) return writer.binary(sign, of, operand);
  return TESTS.get(name)?.({ writer, of, given }) ?? lacking('test', name);
}

/** Writes a test of a version range in CEL. Throws NoCounterpart if the range is not a fixed text. */
export function celVersion(writer: CelWriting, of: Jinja, given: Given): Piece {
  const wanted = versionRange(given);
  if (wanted === undefined) throw new NoCounterpart('Write semver(x, ">=1.2"), or semverCompare(a, b) >= 0.');
  const asked = member(`semver(${writer.piece(of).text}, ${writer.text(wanted.range)})`);
  return wanted.isNegated ? negated(asked) : asked;
}

function matches(writer: CelWriting, of: Jinja, pattern: Jinja): Piece {
  return member(`${writer.at(of, LEVEL.member)}.matches(${writer.piece(pattern).text})`);
}
