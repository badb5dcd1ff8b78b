import { expect, test } from 'vitest';
import { HostPositions } from '../../../engine/run/base/host-positions.ts';

function positions(moves: Readonly<Record<string, number>>): HostPositions {
  const at = new HostPositions();
  for (const [host, number] of Object.entries(moves)) at.move(host, number);
  return at;
}

test('the slowest host is told, also from a number on', () => {
  const at = positions({ a: 0, b: 3, c: 5 });
  expect([at.slowest(), at.slowest(1), at.slowest(4), at.slowest(6)]).toEqual([0, 3, 5, Number.POSITIVE_INFINITY]);
});

test('a host that moves or leaves holds nobody back', () => {
  const at = positions({ a: 1, b: 1, c: 2 });
  at.move('a', 4);
  expect(at.slowest()).toBe(1);
  at.leave('b');
  expect([at.slowest(), at.of('b'), at.of('a')]).toEqual([2, undefined, 4]);
  at.leave('b');
  at.move('c', 2);
  expect(at.slowest()).toBe(2);
});

test('without hosts nobody is slow', () => {
  const at = positions({ a: 1 });
  at.clear();
  expect([at.slowest(), at.of('a')]).toEqual([Number.POSITIVE_INFINITY, undefined]);
});
