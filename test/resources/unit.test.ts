import { expect, test } from 'vitest';
import { predict } from '../../engine/resources/base/resource.ts';
import type { UnitState } from '../../engine/resources/system/unit-state.ts';
import { unitRequest, units } from '../../engine/resources/unit.ts';
import { STOPPED } from '../modules/unit-states.ts';

const NAMES = ['sshd.service', 'ssh.service'];
const RUNS: UnitState = { ...STOPPED, active: 'active', sub: 'running', file: 'enabled' };
const BOTH: UnitState = { ...RUNS, names: NAMES };

/** Returns the state of sshd.service after a change of another name or unit. */
function after(seen: UnitState, name: string, change: UnitState): UnitState | 'stale' | undefined {
  return units.after?.(seen, 'sshd.service', predict(unitRequest(name), change));
}

test('a unit has all of its names, if it has several', () => {
  const shown = [
    'Id=ssh.service',
    `Names=${NAMES.join(' ')}`,
    'LoadState=loaded',
    '',
    'Id=x.service',
    'Names=x.service',
  ];
  const seen = units.decode(Buffer.from(shown.join('\n')), ['sshd', 'ssh', 'x'].map(unitRequest));
  expect([...seen.values()].map((state) => state.names?.toSorted())).toEqual([
    ['ssh.service', 'sshd.service'],
    ['ssh.service', 'sshd.service'],
    undefined,
  ]);
});

test('a change by one name is known by the other name', () => {
  expect(after(BOTH, 'ssh', { ...BOTH, active: 'inactive' })).toMatchObject({ active: 'inactive', names: NAMES });
});

test('an alias may go away when the unit is disabled', () => {
  expect(after(BOTH, 'ssh', { ...BOTH, file: 'disabled' })).toBe('stale');
});

test('a play looks at a unit again after a change of another unit, and a plan believes what it saw', () => {
  expect(after(RUNS, 'other', STOPPED)).toBe(RUNS);
  expect(after({ ...RUNS, load: 'unmanaged' }, 'other', STOPPED)).toBeUndefined();
});

test.each([
  ['an alias that was disabled has gone', BOTH, undefined],
  ['a unit with one name has not', RUNS, 'is not-found, should be loaded'],
])('%s', (_, state, sentence) => {
  const seen = { ...STOPPED, load: 'not-found', file: '' };
  expect(units.disagreement({ ...state, active: 'inactive', file: 'disabled' }, seen)).toBe(sentence);
});
