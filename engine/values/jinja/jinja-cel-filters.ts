import { type CelWriting, type Piece, LEVEL, member, negated } from './jinja-cel-piece.ts';
import { celTest, celVersion } from './jinja-cel-tests.ts';
import type { Given, Jinja } from './jinja-expression.ts';
import { groupsAsHere, lacking, NoCounterpart } from './jinja-translation.ts';

/** A filter, `x | NAME(…)`. Throws NoCounterpart. */
export function celFilter(writer: CelWriting, of: Jinja, name: string, given: Given): Piece {
  const whole = () => writer.piece(of).text;
  const receiver = () => writer.at(of, LEVEL.member);
  const operands = given.plain.map((operand) => writer.piece(operand).text);
  const [first, second] = given.plain;
  switch (name) {
    case 'default':
    case 'd': {
      const fallback = first ?? given.named.get('default_value') ?? ({ kind: 'text', value: '' } as const);
      return member(`default(${whole()}, ${writer.piece(fallback).text})`);
    }
    case 'length':
    case 'count':
      return member(`size(${whole()})`);
    case 'bool':
    case 'list':
      return writer.piece(of);
    case 'int':
      return member(`int(${whole()})`);
    case 'float':
      return member(`double(${whole()})`);
    case 'string':
      return member(`string(${whole()})`);
    case 'lower':
    case 'upper':
    case 'trim':
    case 'unique':
    case 'sort':
      if (given.plain.length + given.named.size > 0) throw new NoCounterpart(`.${name}() takes no arguments here.`);
      return member(`${receiver()}.${name}()`);
    case 'replace':
    case 'split':
      return member(`${receiver()}.${name}(${operands.join(', ')})`);
    case 'join':
      return member(`${receiver()}.join(${operands[0] ?? writer.text('')})`);
    case 'regex_replace': {
      const to = second?.kind === 'text' ? writer.text(groupsAsHere(second.value)) : (operands[1] ?? writer.text(''));
      return member(`${receiver()}.regexReplace(${operands[0] ?? writer.text('')}, ${to})`);
    }
    case 'first':
      return member(`${receiver()}[0]`);
    case 'last':
      return member(`${receiver()}[size(${whole()}) - 1]`);
    case 'min':
    case 'max':
      return member(`${name}(${whole()})`);
    case 'ternary':
      if (first === undefined || second === undefined) break;
      return {
        text: `${writer.at(of, LEVEL.or)} ? ${writer.at(first, LEVEL.or)} : ${writer.at(second, LEVEL.choice)}`,
        level: LEVEL.choice,
      };
    case 'version':
    case 'version_compare':
      return celVersion(writer, of, given);
    case 'difference':
    case 'intersect':
      if (first === undefined) break;
      return member(
        `${receiver()}.filter(i, ${name === 'difference' ? '!(' : ''}i in ${writer.at(first, LEVEL.sum)}${name === 'difference' ? ')' : ''})`,
      );
    case 'union':
      if (first === undefined) break;
      return member(`(${writer.at(of, LEVEL.sum)} + ${writer.at(first, LEVEL.product)}).unique()`);
    case 'dict2items':
      return member(`${receiver()}.map(k, {${writer.text('key')}: k, ${writer.text('value')}: ${receiver()}[k]})`);
    case 'select':
    case 'reject':
      return selected(writer, of, { kind: 'name', name: 'i' }, given.plain, name === 'reject');
    case 'selectattr':
    case 'rejectattr': {
      if (first?.kind !== 'text') break;
      const attribute = first.value
        .split('.')
        .reduce<Jinja>((base, key) => ({ kind: 'member', of: base, key: { kind: 'text', value: key } }), {
          kind: 'name',
          name: 'i',
        });
      return selected(writer, of, attribute, given.plain.slice(1), name === 'rejectattr');
    }
    case 'map':
      return mapped(writer, of, given);
    default:
      break;
  }
  return lacking('filter', name);
}

function selected(writer: CelWriting, of: Jinja, tested: Jinja, test: readonly Jinja[], isReject: boolean): Piece {
  const [name, ...plain] = test;
  if (name !== undefined && name.kind !== 'text') throw new NoCounterpart();
  const asked =
    name === undefined ? writer.piece(tested) : celTest(writer, tested, name.value, { plain, named: new Map() });
  const condition = isReject ? negated(asked) : asked;
  return member(`${writer.at(of, LEVEL.member)}.filter(i, ${condition.text})`);
}

function mapped(writer: CelWriting, of: Jinja, given: Given): Piece {
  const attribute = given.named.get('attribute');
  const item: Jinja = { kind: 'name', name: 'i' };
  if (attribute?.kind === 'text') {
    const path = attribute.value
      .split('.')
      .reduce<Jinja>((base, key) => ({ kind: 'member', of: base, key: { kind: 'text', value: key } }), item);
    return member(`${writer.at(of, LEVEL.member)}.map(i, ${writer.piece(path).text})`);
  }
  const [name, ...plain] = given.plain;
  if (name?.kind !== 'text') throw new NoCounterpart();
  if (name.value === 'extract') return extracted(writer, of, plain);
  return member(
    `${writer.at(of, LEVEL.member)}.map(i, ${celFilter(writer, item, name.value, { plain, named: new Map() }).text})`,
  );
}

/** `names | map('extract', hostvars, 'key')` */
function extracted(writer: CelWriting, of: Jinja, [whole, key]: readonly Jinja[]): Piece {
  if (whole === undefined) throw new NoCounterpart();
  const found: Jinja = { kind: 'member', of: whole, key: { kind: 'name', name: 'i' } };
  const keys = key === undefined ? [] : key.kind === 'list' ? key.items : [key];
  const path = keys.reduce<Jinja>((base, one) => ({ kind: 'member', of: base, key: one }), found);
  return member(`${writer.at(of, LEVEL.member)}.map(i, ${writer.piece(path).text})`);
}
