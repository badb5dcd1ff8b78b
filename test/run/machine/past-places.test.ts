import { expect, test } from 'vitest';
import type { Target } from '../../../engine/connection/base/target.ts';
import { PastPlaces } from '../../../engine/run/machine/past-places.ts';
import { testTarget } from '../../ssh/test-target.ts';

const WEB = testTarget({ name: 'web', address: '192.0.2.1', port: 22, user: 'ada' });
const OTHER = { ...WEB, name: 'other' };
const BASTION = testTarget({ name: 'bastion', address: '192.0.2.9', port: 22 });

test.each<readonly [string, Target, string, string | undefined]>([
  ['the same address, port and user', OTHER, 'ada', 'web'],
  ['root, whom the run has become under the first name too', OTHER, 'root', 'web'],
  ['another user, who has a lock of his own', OTHER, 'bea', undefined],
  ['the same name', WEB, 'ada', undefined],
  ['another address', { ...OTHER, address: '192.0.2.2' }, 'ada', undefined],
  ['another port', { ...OTHER, port: 2222 }, 'ada', undefined],
  ['the same address behind a jump host', { ...OTHER, jumps: [BASTION] }, 'ada', undefined],
  ['the same address over a program', { ...OTHER, proxyCommand: 'nc %h %p' }, 'ada', undefined],
  ['the controller', { kind: 'local', name: 'here' }, 'ada', undefined],
])('a second name of a machine that was left: %s', (_, target, user, name) => {
  const past = new PastPlaces(true);
  expect(past.otherNameAt(target, user)).toBeUndefined();
  past.leave('web', WEB, ['ada', 'root']);
  past.leave('localhost', { kind: 'local', name: 'localhost' }, ['ada']);
  expect(past.otherNameAt(target, user)).toBe(name);
});

test('a run without locks may be at a machine under several names', () => {
  const past = new PastPlaces(false);
  past.leave('web', WEB, ['ada']);
  expect(past.otherNameAt(OTHER, 'ada')).toBeUndefined();
});

test('the other names of a machine, whoever was there', () => {
  const past = new PastPlaces(true);
  past.leave('web', WEB, ['ada', 'root']);
  past.leave('third', { ...WEB, name: 'third', user: 'bea' }, ['bea']);
  past.leave('elsewhere', { ...WEB, name: 'elsewhere', port: 222 }, ['ada']);
  expect(past.otherNames(OTHER)).toEqual(['web', 'third']);
  expect(past.otherNames(WEB)).toEqual(['third']);
  expect(past.otherNames({ kind: 'local', name: 'here' })).toEqual([]);
});
