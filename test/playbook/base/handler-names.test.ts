import { describe, expect, test } from 'vitest';
import { type Joined, joinHandler, meantBy, withIncluded } from '../../../engine/playbook/base/handler-names.ts';
import type { Handler, Task } from '../../../engine/playbook/base/play.ts';

/** A handler by `ROLE/NAME`, or by NAME for one of the play. */
const handler = (title: string, id = title): Handler => {
  const [name = '', role] = title.split('/').toReversed();
  return {
    name,
    written: name,
    listen: role === undefined ? [] : [`${role} : ${name}`],
    // Of the task, only these members count.
    step: { kind: 'task', id, role: role === undefined ? undefined : { name: role } } as unknown as Task,
  };
};
const names = (joined: Joined): readonly string[] | string =>
  joined.kind === 'joined' ? joined.handlers.map((one) => one.name) : `clash with ${joined.other.step.id}`;

describe('a further handler', () => {
  test.each([
    [[], 'a/X', 'renamed', ['X']],
    [['a/Y'], 'a/X', 'renamed', ['Y', 'X']],
    [['a/X'], 'b/X', 'renamed', ['a : X', 'b : X']],
    [['a/X'], 'b/X', 'as they are', ['X', 'b : X']],
    [['a/X', 'b/X'], 'c/X', 'renamed', ['a : X', 'b : X', 'c : X']],
    [['a/X'], 'X', 'renamed', ['a : X', 'X']],
    [['X'], 'a/X', 'as they are', ['X', 'a : X']],
    [['X'], 'X', 'renamed', 'clash with X'],
    [['a/X', 'b/X'], 'a/X', 'renamed', 'clash with a/X'],
  ] as const)('%j and %s, %s: %j', (before, title, earlier, expected) => {
    const all = before.reduce<readonly Handler[]>((known, one) => {
      const joined = joinHandler(known, handler(one), 'renamed');
      return joined.kind === 'joined' ? joined.handlers : known;
    }, []);
    expect(names(joinHandler(all, handler(title, `another ${title}`), earlier))).toEqual(expected);
  });

  test('that is read again takes the place and the name of the first', () => {
    const two = joinHandler([handler('a/X'), handler('a/Y')], handler('b/X'), 'renamed');
    if (two.kind === 'clash') throw new Error('they do not clash');
    expect(names(joinHandler(two.handlers, handler('a/X'), 'renamed'))).toEqual(['a : X', 'Y', 'b : X']);
  });
});

test('included handlers keep those that are there, and get full names beside them', () => {
  const known = [handler('a/X'), handler('a/Y')];
  const included = [handler('a/X'), handler('b/X'), handler('b/Z'), handler('a/Y', 'another')];
  expect(withIncluded(known, included).map((one) => one.name)).toEqual(['X', 'Y', 'b : X', 'Z']);
});

describe('a notify', () => {
  const of = (...all: readonly (readonly [title: string, name: string, ...listen: string[]])[]): readonly Handler[] =>
    all.map(([title, name, ...listen]) => ({ ...handler(title), name, listen }));

  test.each([
    ['X', 'a', of(['a/X', 'X']), ['X']],
    ['X', undefined, of(['a/X', 'X']), ['X']],
    ['X', 'a', of(['a/X', 'a : X'], ['b/X', 'b : X']), ['a : X']],
    ['X', 'b', of(['a/X', 'X'], ['b/X', 'b : X']), ['b : X']],
    ['X', 'c', of(['a/X', 'a : X'], ['b/X', 'b : X']), ['X']],
    ['X', 'a', of(['a/X', 'a : X'], ['X', 'X']), ['a : X']],
    ['X', undefined, of(['a/X', 'a : X'], ['X', 'X']), ['X']],
    ['X', 'a', of(['a/X', 'a : X'], ['b/X', 'b : X'], ['c/Z', 'Z', 'X']), ['a : X', 'X']],
  ] as const)('%s in the role %s', (name, role, handlers, expected) => {
    expect(meantBy(name, role, handlers)).toEqual(expected);
  });
});
