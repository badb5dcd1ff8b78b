import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { ALL_BUSYBOXES, BUSYBOXES } from '../busyboxes.ts';
import { EVERY_KIND } from './every-kind.ts';
import { layOutHost, lookAloneAndTogether } from './host-in-folder.ts';
import { SHELLS } from './local-sh.ts';
import type { Situation } from './situation.ts';

// RUNBOOK_FUZZ=20000 and RUNBOOK_SEED=N try more, from that seed.
const RUNS = Math.ceil(Number(process.env['RUNBOOK_FUZZ'] ?? 300) / 50);
const SEED = process.env['RUNBOOK_SEED'];

test('both builds of busybox are there to try it with', () => {
  expect(BUSYBOXES).toHaveLength(ALL_BUSYBOXES);
});

test('every kind of resource is tried here', () => {
  const engine = join(import.meta.dirname, '../../engine');
  const kinds = readdirSync(engine, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [
      ...readFileSync(join(engine, name), 'utf8').matchAll(
        /(?:: ResourceKind<[^=]*> = \{|\b(?:sql|container)Kind<[^=]*>\(\{)\s+name: '([^']+)'/g,
      ),
    ])
    .map(([, name]) => name ?? '');
  expect(kinds.length).toBeGreaterThan(15);
  expect(Object.keys(EVERY_KIND).toSorted()).toEqual(kinds.toSorted());
});

const folders = mkdtempSync(join(tmpdir(), 'runbook-kinds-'));
afterAll(() => rmSync(folders, { recursive: true, force: true }));

/** Prints only the host, because the requests follow from it. */
function tell({ failed, seed, counterexample, errorInstance }: fc.RunDetails<[Situation]>): void {
  if (!failed) return;
  const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  throw new Error(`RUNBOOK_SEED=${seed}: ${why}\n${JSON.stringify(counterexample?.[0].host).slice(0, 4000)}`);
}

/** This machine, and a host that has only busybox. */
const SURROUNDINGS = [
  ...SHELLS.map(([name, shell]) => ({
    name: `${name} and this machine's programs`,
    shell,
    path: process.env['PATH'] ?? '',
  })),
  ...BUSYBOXES.map(({ name, path, only }) => ({ name: `nothing but ${name}`, shell: [path, 'sh'], path: only })),
];

describe.each(SURROUNDINGS)('with $name', (surroundings) => {
  test.each(Object.entries(EVERY_KIND))(
    '%s: each is what it is, whatever else is asked with it',
    (kind, situations) => {
      const folder = join(folders, `host-${kind}`);
      fc.assert(
        fc.property(situations(folder), ({ host, prepare, asks }) => {
          layOutHost(folder, host);
          prepare?.();
          const { alone, together } = lookAloneAndTogether(
            folder,
            asks.map(({ request }) => request),
            surroundings,
          );
          expect(together).toEqual(alone);
          for (const [index, { request, is }] of asks.entries())
            expect({ of: request.id, is: alone[index] }).toMatchObject({ of: request.id, is: is() });
        }),
        { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }), reporter: tell },
      );
    },
  );
});
