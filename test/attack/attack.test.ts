import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Place } from '../wild/place.ts';
import { whyNoSandbox } from '../wild/sandbox.ts';
import { SLICE, STRIKES, WRITINGS } from './attacks.ts';
import { attack, battlefield } from './battlefield.ts';

/** Rounds of each attack; with a number of rounds all strikes are tried, without one a slice. `npm run test:attack` has 200. */
const rounds = process.env['RUNBOOK_ATTACK_ROUNDS'];
const strikes = Object.entries(STRIKES).filter(([title]) => rounds !== undefined || SLICE.has(title));
const noSandbox = whyNoSandbox();

describe.skipIf(noSandbox !== undefined)('a user of the host who attacks a run of root', () => {
  let place: Place;
  beforeAll(async () => {
    place = await battlefield();
  });
  afterAll(() => place.end());

  describe.each(Object.entries(WRITINGS))('by way of %s', (_, writing) => {
    test.each(strikes)('gains nothing with %s', { timeout: 300_000 }, async (_, strike) => {
      const { successes, output } = await attack(place, writing, strike, Number(rounds ?? 2));
      expect(successes, output).toEqual([]);
    });
  });
});
