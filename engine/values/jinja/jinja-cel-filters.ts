import { CONCAT_LISTS, IN_CEL, ITEM } from './jinja-build.ts';
import { type CelWriting, type Piece, LEVEL, member, negated } from './jinja-cel-piece.ts';
import { celTest, celVersion } from './jinja-cel-tests.ts';
import type { Given, Jinja } from './jinja-expression.ts';
import { sharedFilter } from './jinja-shared.ts';
import { groupsMeant, lacking, NoCounterpart } from './jinja-translation.ts';

/** One use of a filter in an expression. */
class FilterUse {
  readonly writer: CelWriting;
  readonly of: Jinja;
  readonly name: string;
  readonly given: Given;

  constructor(writer: CelWriting, of: Jinja, name: string, given: Given) {
    this.writer = writer;
    this.of = of;
    this.name = name;
    this.given = given;
  }

  /** The filtered value, as an argument of a function. */
  get whole(): string {
    return this.writer.piece(this.of).text;
  }

  /** The filtered value, as the object of a method. */
  get receiver(): string {
    return this.writer.at(this.of, LEVEL.member);
  }

  /** The positional arguments. */
  get operands(): readonly string[] {
    return this.given.plain.map((operand) => this.writer.piece(operand).text);
  }
}

/** Writes the filter in CEL; undefined if it has no counterpart with these arguments. */
type WriteFilter = (use: FilterUse) => Piece | undefined;

const asFunction =
  (name: string): WriteFilter =>
  ({ whole }) =>
    member(`${name}(${whole})`);

const unchanged: WriteFilter = ({ writer, of }) => writer.piece(of);

const plainMethod: WriteFilter = ({ receiver, name, given }) => {
  if (given.plain.length + given.named.size > 0) throw new NoCounterpart(`.${name}() takes no arguments here.`);
  return member(`${receiver}.${name}()`);
};

const methodWithOperands: WriteFilter = ({ receiver, name, operands }) =>
  member(`${receiver}.${name}(${operands.join(', ')})`);

const fallback: WriteFilter = ({ writer, whole, given }) => {
  const other = given.plain[0] ?? given.named.get('default_value') ?? ({ kind: 'text', value: '' } as const);
  return member(`default(${whole}, ${writer.piece(other).text})`);
};

const regexReplace: WriteFilter = ({ writer, receiver, given, operands }) => {
  const second = given.plain[1];
  const to = second?.kind === 'text' ? writer.text(groupsMeant(second.value)) : (operands[1] ?? writer.text(''));
  return member(`${receiver}.regexReplace(${operands[0] ?? writer.text('')}, ${to})`);
};

const ternary: WriteFilter = ({ writer, of, given }) => {
  const [yes, no] = given.plain;
  if (yes === undefined || no === undefined) return undefined;
  return {
    text: `${writer.at(of, LEVEL.or)} ? ${writer.at(yes, LEVEL.or)} : ${writer.at(no, LEVEL.choice)}`,
    level: LEVEL.choice,
  };
};

const version: WriteFilter = ({ writer, of, given }) => celVersion(writer, of, given);

const membership =
  (isKept: (isIn: string) => string): WriteFilter =>
  ({ writer, receiver, given }) => {
    const [other] = given.plain;
    if (other === undefined) return undefined;
    const isIn = `${writer.item} in ${writer.at(other, LEVEL.sum)}`;
    return member(`${receiver}.filter(${writer.item}, ${isKept(isIn)})`);
  };

const union: WriteFilter = ({ writer, of, given }) => {
  const [other] = given.plain;
  if (other === undefined) return undefined;
  return member(`(${writer.at(of, LEVEL.sum)} + ${writer.at(other, LEVEL.product)}).unique()`);
};

const selectItems =
  (isReject: boolean): WriteFilter =>
  (use) =>
    selected(use, { tested: ITEM, test: use.given.plain, isReject });

const selectAttributes =
  (isReject: boolean): WriteFilter =>
  (use) => {
    const [attribute, ...test] = use.given.plain;
    if (attribute?.kind !== 'text') return undefined;
    return selected(use, { tested: attributeOf(ITEM, attribute.value), test, isReject });
  };

const concatenated: WriteFilter = ({ writer, of, given }) => {
  const [other] = given.plain;
  return other === undefined ? undefined : writer.binary('+', of, other);
};

const FILTERS: ReadonlyMap<string, WriteFilter> = new Map<string, WriteFilter>([
  [IN_CEL, unchanged],
  [CONCAT_LISTS, concatenated],
  ['default', fallback],
  ['d', fallback],
  ['length', asFunction('size')],
  ['count', asFunction('size')],
  ['bool', unchanged],
  ['to_bool', asFunction('toBool')],
  ['truthy', asFunction('truthy')],
  ['to_int', ({ whole, operands }) => member(`toInt(${[whole, ...operands].join(', ')})`)],
  ['list', unchanged],
  ['int', asFunction('int')],
  ['float', asFunction('double')],
  ['string', asFunction('string')],
  ['lower', plainMethod],
  ['upper', plainMethod],
  ['trim', plainMethod],
  ['unique', plainMethod],
  ['sort', plainMethod],
  ['replace', methodWithOperands],
  ['split', methodWithOperands],
  ['join', ({ writer, receiver, operands }) => member(`${receiver}.join(${operands[0] ?? writer.text('')})`)],
  ['regex_replace', regexReplace],
  ['first', ({ receiver }) => member(`${receiver}[0]`)],
  ['last', ({ receiver, whole }) => member(`${receiver}[size(${whole}) - 1]`)],
  ['min', asFunction('min')],
  ['max', asFunction('max')],
  ['ternary', ternary],
  ['version', version],
  ['version_compare', version],
  ['difference', membership((isIn) => `!(${isIn})`)],
  ['intersect', membership((isIn) => isIn)],
  ['union', union],
  ['select', selectItems(false)],
  ['reject', selectItems(true)],
  ['selectattr', selectAttributes(false)],
  ['rejectattr', selectAttributes(true)],
  ['map', ({ writer, of, given }) => mapped(writer, of, given)],
]);

/** Writes a filter, `x | NAME(…)`, in CEL. Throws NoCounterpart. */
export function celFilter(writer: CelWriting, of: Jinja, name: string, given: Given): Piece {
  return (
    FILTERS.get(name)?.(new FilterUse(writer, of, name, given)) ??
    sharedFilter(writer, of, name, given) ??
    lacking('filter', name)
  );
}

interface Selection {
  /** The tested value: the item, or an attribute of it. */
  readonly tested: Jinja;
  /** Name and arguments of the test; empty if the value itself is tested for truth. */
  readonly test: readonly Jinja[];
  readonly isReject: boolean;
}

function selected({ writer, receiver }: FilterUse, { tested, test, isReject }: Selection): Piece {
  const [name, ...plain] = test;
  if (name !== undefined && name.kind !== 'text') throw new NoCounterpart();
  const asked =
    name === undefined ? writer.piece(tested) : celTest(writer, tested, name.value, { plain, named: new Map() });
  const condition = isReject ? negated(asked) : asked;
  return member(`${receiver}.filter(${writer.item}, ${condition.text})`);
}

/** Returns the member of a value at a dotted path. */
function attributeOf(value: Jinja, path: string): Jinja {
  return path
    .split('.')
    .reduce<Jinja>((base, key) => ({ kind: 'member', of: base, key: { kind: 'text', value: key } }), value);
}

function mapped(writer: CelWriting, of: Jinja, given: Given): Piece {
  const attribute = given.named.get('attribute');
  if (attribute?.kind === 'text')
    return member(
      `${writer.at(of, LEVEL.member)}.map(${writer.item}, ${writer.piece(attributeOf(ITEM, attribute.value)).text})`,
    );
  const [name, ...plain] = given.plain;
  if (name?.kind !== 'text') throw new NoCounterpart();
  if (name.value === 'extract') return extracted(writer, of, plain);
  return member(
    `${writer.at(of, LEVEL.member)}.map(${writer.item}, ${celFilter(writer, ITEM, name.value, { plain, named: new Map() }).text})`,
  );
}

/** Writes `names | map('extract', hostvars, 'key')`. */
function extracted(writer: CelWriting, of: Jinja, [whole, key]: readonly Jinja[]): Piece {
  if (whole === undefined) throw new NoCounterpart();
  const found: Jinja = { kind: 'member', of: whole, key: ITEM };
  const keys = key === undefined ? [] : key.kind === 'list' ? key.items : [key];
  const path = keys.reduce<Jinja>((base, one) => ({ kind: 'member', of: base, key: one }), found);
  return member(`${writer.at(of, LEVEL.member)}.map(${writer.item}, ${writer.piece(path).text})`);
}
