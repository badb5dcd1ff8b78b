import { describe, expect, test } from 'vitest';
import { installedPath } from '../system-packages.ts';
import { type WildCase, wildCases } from './case.ts';
import { sandboxFor, whyNoSandbox } from './sandbox.ts';
import { tryCase } from './try-case.ts';

/** What people met in public, and what must come of it here. Cases on lab hosts are tried by test/lab/wild.test.ts. */
const noSandbox = whyNoSandbox();
const here = wildCases().filter((one) => !one.lab);

function untriable(one: WildCase): string | undefined {
  return one.sandbox ? noSandbox : undefined;
}

test('there are cases', () => {
  expect(here.length).toBeGreaterThan(0);
});

// Without a sandbox all cases share this machine's lock and owed handlers, so they go one by one.
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
