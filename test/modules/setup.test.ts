import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { module as setup } from '../../engine/modules/setup.ts';
import { CONTEXT, FACTS, planHere } from './try-module.ts';

test('the facts are those of the host now; the login user stays', async () => {
  const { user, home, uid } = FACTS;
  const { outcome } = await planHere(setup, {}, { context: { ...CONTEXT, user: 'app' } });
  if (outcome.kind !== 'in_sync') throw new Error(outcome.kind);
  expect(outcome.effects).toMatchObject([
    { kind: 'facts', facts: { hostname: hostname(), user, home, uid } },
    { kind: 'set_fact', facts: { ansible_local: expect.any(Object) } },
  ]);
});
