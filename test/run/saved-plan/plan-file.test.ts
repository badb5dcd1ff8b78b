import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PlanDocument } from '../../../engine/run/saved-plan/plan-document.ts';
import { planPieces, readPlan, writePlan } from '../../../engine/run/saved-plan/plan-file.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { planDocumentOf } from './plan-document-of.ts';

/** The plan of so many hosts, each with ten changes of its own. */
function planOf(count: number): PlanDocument {
  const names = Array.from({ length: count }, (_, index) => `host-${index}`);
  const task = { id: 'site.yml:4:5', name: 'Write', module: 'copy', role: null, handler: false };
  const digest = 'd'.repeat(64);
  const steps = names.flatMap((host) =>
    Array.from({ length: 10 }, (_, index) => ({
      task,
      item: null,
      delegatedTo: null,
      hosts: [host],
      outcome: {
        kind: 'change' as const,
        certainty: 'certain' as const,
        differences: [
          { kind: 'field' as const, of: `/etc/${host}/${index}\u2028`, field: 'mode', before: '0600', after: '0644' },
        ],
        notifies: [],
      },
    })),
  );
  return planDocumentOf({
    summary: { hosts: count, change: 10 * count, unknown: 0, inSync: 0, skipped: 0 },
    plays: [{ name: 'Play', place: 'site.yml:1:3', hosts: names, steps }],
    inputs: { 'site.yml': digest },
    hosts: names.map((name) => ({ name, variables: { a: digest }, observed: { [`root file:/etc/${name}`]: digest } })),
  });
}

test('a plan of many hosts is written in pieces, and read again as it was', async () => {
  const plan = planOf(500);
  const path = join(temporaryFolder('plan-file-'), 'site.plan');
  await writePlan(path, plan);
  const pieces = [...planPieces(plan)];
  expect(readFileSync(path, 'utf8')).toBe(pieces.join(''));
  expect(pieces.length).toBeGreaterThan(10);
  // The names of all hosts of a play are one part.
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(128 * 1024);
  expect(await readPlan(path)).toEqual(plan);
});

test('a plan that could not be read again is refused with what to do, and leaves no file', async () => {
  const folder = temporaryFolder('plan-file-');
  const writing = writePlan(join(folder, 'site.plan'), planOf(100), 64 * 1024);
  await expect(writing).rejects.toMatchObject({
    code: 'plan-not-written',
    why: 'It has more than 65536 bytes, the most that can be read again.',
    remedy: expect.stringContaining('--slice 1/2'),
  });
  expect(readdirSync(folder)).toEqual([]);
});
