import { expect, test } from 'vitest';
import { compareRpmVersions } from '../../../engine/resources/system/rpm-version.ts';

test.each([
  ['0:1.0-1', '<', '0:2.0-1'],
  ['0:1.10-1', '>', '0:1.9-1'],
  ['1:1.0-1', '>', '0:2.0-1'],
  ['0:1.0-2.el9', '<', '0:1.0-10.el9'],
  ['0:1.0-1', '=', '1.0-1'],
  ['0:1.0-7', '=', '0:1.0'],
  ['1.0~rc1', '<', '1.0'],
  ['1.0~rc1', '<', '1.0~rc2'],
  ['1.0^git1', '>', '1.0'],
  ['1.0^git1', '<', '1.0.1'],
  ['1.0a', '<', '1.0b'],
  ['1.0a', '<', '1.0.1'],
  ['1.0', '<', '1.0a'],
  ['1.001', '=', '1.1'],
  ['1_0', '=', '1.0'],
  ['123456789012345678901', '>', '123456789012345678900'],
])('%s %s %s', (one, sign, other) => {
  const signOf = (result: number): string => (result === 0 ? '=' : result < 0 ? '<' : '>');
  const opposite = sign === '=' ? '=' : sign === '<' ? '>' : '<';
  expect([signOf(compareRpmVersions(one, other)), signOf(compareRpmVersions(other, one))]).toEqual([sign, opposite]);
});
