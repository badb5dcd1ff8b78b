import { expect, test } from 'vitest';
import { fulfils } from '../../../engine/modules/pip/pip-version.ts';

test.for([
  ['1.2', '', true],
  ['1.2', '==1.2', true],
  ['1.2.0', '==1.2', true],
  ['1.2', '==1.2.0', true],
  ['1.2.1', '==1.2', false],
  ['1.10', '>=1.9', true],
  ['1.9', '>=1.10', false],
  ['2.0', '>=1,<2', false],
  ['1.5', '>=1, <2', true],
  ['1.5', '!=1.5', false],
  ['1.5.3', '==1.5.*', true],
  ['1.6', '==1.5.*', false],
  ['1.6', '!=1.5.*', true],
  ['1.5.3', '~=1.5', true],
  ['2.0', '~=1.5', false],
  ['1.5.9', '~=1.5.3', true],
  ['1.6', '~=1.5.3', false],
  ['1.0a1', '<1.0', true],
  ['1.0.dev1', '<1.0a1', true],
  ['1.0rc1', '>1.0b9', true],
  ['1.0.post1', '>1.0', true],
  ['1.0-1', '==1.0.post1', true],
  ['1!1.0', '>2.0', true],
  ['1.0+local.1', '==1.0', true],
  ['1.0', '==1.0+local', false],
  ['1.0', '===1.0', true],
  ['1.0.0', '===1.0', false],
  ['1.0', '=>1.0', undefined],
  ['1.0', '==x', undefined],
  ['weird', '>=1', undefined],
] as const)('%s fulfils %j: %s', ([version, conditions, expected]) => {
  expect(fulfils(version, conditions)).toBe(expected);
});
