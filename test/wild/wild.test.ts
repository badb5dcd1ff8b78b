import { describe, expect, test } from 'vitest';
import { installedPath } from '../system-packages.ts';
import { type WildCase, wildCases } from './case.ts';
import { sandboxFor, whyNoSandbox } from './sandbox.ts';
import { tryCase } from './try-case.ts';

/**
 * Problems that people have reported in public, and the correct result here. test/lab/wild.test.ts tries the cases on
 * hosts of the lab.
 */
const noSandbox = whyNoSandbox();
const here = wildCases().filter((one) => !one.lab);

function untriable(one: WildCase): string | undefined {
  return one.sandbox ? noSandbox : undefined;
}

test('there are cases', () => {
  expect(here.length).toBeGreaterThan(0);
});

// Without a sandbox, all cases share the lock and the owed handlers of this machine, so they run one by one.
describe.each([{ concurrent: noSandbox === undefined }])('in the wild', ({ concurrent }) => {
  for (const one of here) {
    const why = untriable(one);
    const title = `${one.name}: ${one.says}${why === undefined ? '' : ` (skipped: ${why})`}`;
    test.skipIf(why !== undefined)(title, { concurrent }, async () => {
      for (const program of one.needs) expect(installedPath(program), `${program} is needed`).toBeDefined();
      const place = await sandboxFor(one);
      try {
        await tryCase(one, place);
      } finally {
        await place.end();
      }
    });
  }
});
