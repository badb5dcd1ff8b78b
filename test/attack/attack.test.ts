import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Place } from '../wild/place.ts';
import { whyNoSandbox } from '../wild/sandbox.ts';
import { isStruck, SLICE, STRIKES, WRITINGS } from './attacks.ts';
import { type Attacked, attack, battlefield } from './battlefield.ts';

/**
 * Rounds of each attack. With a number in the environment, all strikes are tried; without it, a part of them. `npm run
 * test:attack` sets 200.
 */
const rounds = process.env['RUNBOOK_ATTACK_ROUNDS'];
/** A file for the figures of the attacks: a line of JSON for each. */
const log = process.env['RUNBOOK_ATTACK_LOG'];
const seed = Number(process.env['RUNBOOK_ATTACK_SEED'] ?? Date.now() % 1_000_000);
const strikes = Object.entries(STRIKES).filter(([title]) => rounds !== undefined || SLICE.has(title));
const noSandbox = whyNoSandbox();
const MOST_TRIES = 20;
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

describe.skipIf(noSandbox !== undefined)(`a user of the host who attacks a run of root, with seed ${seed}`, () => {
  let place: Place;
  const total = { attacks: 0, rounds: 0, done: 0, struck: 0, succeeded: 0 };
  beforeAll(async () => {
    place = await battlefield();
  });
  afterAll(async () => {
    process.stdout.write(`${JSON.stringify({ seed, ...total })}\n`);
    await place.end();
  });

  describe.each(Object.entries(WRITINGS))('by way of %s', (way, writing) => {
    test.each(strikes.filter(([, strike]) => isStruck(writing, strike)))(
      'gains nothing with %s',
      { timeout: 900_000 },
      async (title, strike) => {
        const count = Number(rounds ?? 2);
        const tries: Attacked[] = [];
        // On a busy machine, a strike may come too late: such attacks are tried again.
        for (let more = 0; more < MOST_TRIES && tries.every(({ struck }) => struck === 0); more += 1)
          tries.push(await attack(place, writing, strike, { rounds: count, seed: seed + more }));
        const successes = tries.flatMap((one) => one.successes);
        const [struck, done] = [sum(tries.map((one) => one.struck)), sum(tries.map((one) => one.done))];
        const output = tries.at(-1)?.output;
        const figures = { way, strike: title, rounds: count * tries.length, done, struck, successes: successes.length };
        if (log !== undefined) appendFileSync(log, `${JSON.stringify(figures)}\n`);
        total.attacks += 1;
        total.rounds += count * tries.length;
        total.done += done;
        total.struck += struck;
        total.succeeded += successes.length;
        expect(successes, output).toEqual([]);
        expect(struck, output).toBeGreaterThan(0);
      },
    );
  });
});
