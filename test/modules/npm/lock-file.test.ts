import { describe, expect, test } from 'vitest';
import { compareLocks, neededBy, readLock } from '../../../engine/modules/npm/lock-file.ts';

const LOCK = {
  '': { dependencies: { a: '1' } },
  'node_modules/a': { version: '1.0.0', integrity: 'x' },
  'node_modules/b': { version: '1.0.0', dev: true },
  'node_modules/c': { version: '1.0.0', optional: true },
  'node_modules/d': { version: '1.0.0', devOptional: true },
  '../e': { version: '1.0.0' },
  'node_modules/e': { resolved: '../e', link: true },
};
const ALL = ['../e', 'node_modules/a', 'node_modules/b', 'node_modules/e'];
const EVERYTHING = Object.keys(LOCK).filter((place) => place !== '');

function lockOf(packages: object): NonNullable<ReturnType<typeof readLock>> {
  const read = readLock(JSON.stringify({ lockfileVersion: 3, packages }));
  if (read === undefined) throw new Error('it cannot be read');
  return read;
}

function without(...places: readonly string[]): object {
  return Object.fromEntries(Object.entries(LOCK).filter(([place]) => !places.includes(place)));
}

describe('a lock file and what is installed', () => {
  test.for([
    ['nothing', {}, {}, ALL],
    ['nothing, without dev', {}, { dev: true }, ALL.filter((one) => one !== 'node_modules/b')],
    ['all', LOCK, {}, []],
    ['all, without dev', LOCK, { dev: true }, ['node_modules/b']],
    ['all, without optional', LOCK, { optional: true }, ['node_modules/c']],
    ['all, without both', LOCK, { dev: true, optional: true }, ['node_modules/b', 'node_modules/c', 'node_modules/d']],
    ['all but what is optional', without('node_modules/c', 'node_modules/d'), {}, []],
    ['one more', { ...LOCK, 'node_modules/z': { version: '1.0.0' } }, {}, ['node_modules/z']],
    ['another version', { ...LOCK, 'node_modules/a': { version: '2.0.0', integrity: 'x' } }, {}, ['node_modules/a']],
    ['other content', { ...LOCK, 'node_modules/a': { version: '1.0.0', integrity: 'y' } }, {}, ['node_modules/a']],
    ['a link elsewhere', { ...LOCK, 'node_modules/e': { resolved: '../f', link: true } }, {}, ['node_modules/e']],
  ] as const)('%s', ([, installed, leftOut, expected]) => {
    const out = { dev: false, optional: false, ...leftOut };
    expect(compareLocks(lockOf(LOCK), lockOf(installed), out).map(({ place }) => place)).toEqual(expected);
  });

  test('names the versions, or where a link leads', () => {
    const out = { dev: false, optional: false };
    expect(compareLocks(lockOf(LOCK), lockOf({}), out)).toContainEqual({
      place: 'node_modules/e',
      before: undefined,
      after: '../e',
    });
    expect([...lockOf(LOCK).keys()]).toEqual(EVERYTHING);
  });
});

test.for([
  '',
  '[]',
  '{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0"}}}',
  '{"packages":{"a":{"version":1}}}',
])('does not read %j', (text) => {
  expect(readLock(text)).toBeUndefined();
});

test('reads what a project needs', () => {
  const text = JSON.stringify({
    dependencies: { a: '^1', o: '1' },
    devDependencies: { a: '^2', b: '2' },
    optionalDependencies: { o: '1' },
  });
  expect(neededBy(text, { dev: false })).toEqual({ a: '^1', b: '2' });
  expect(neededBy(text, { dev: true })).toEqual({ a: '^1' });
  expect(neededBy('no JSON', { dev: true })).toBeUndefined();
});
