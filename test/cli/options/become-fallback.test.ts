import { expect, test } from 'vitest';
import { becomeFallback } from '../../../engine/cli/options/become-fallback.ts';

test('without -b and -K nothing is set', async () => {
  expect((await becomeFallback({})).variables).toEqual(new Map());
});

test('-b sets ansible_become, at the level that everything else overrides', async () => {
  const { level, variables } = await becomeFallback({ become: true });
  expect(level).toBe('role defaults');
  expect(variables).toEqual(new Map([['ansible_become', true]]));
});
