import { cpSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

export const ROOT = join(import.meta.dirname, '../..');
export const RUNBOOK = join(ROOT, 'bin/runbook.js');
const EXAMPLES = join(ROOT, 'examples');

/** The folders of `examples/`. */
export function exampleNames(): readonly string[] {
  return readdirSync(EXAMPLES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}

/** Returns the options for a playbook of this example: its inventory, and an identity if the example has one. */
export function optionsOf(example: string): readonly string[] {
  const folder = join(EXAMPLES, example);
  const identity = readdirSync(folder).includes('example-identity.txt') ? ['--identity', 'example-identity.txt'] : [];
  return ['-i', 'inventory.yml', ...identity];
}

/**
 * Copies all examples to a new temporary folder, so that plays leave nothing in the checkout. The way to the hosts of a
 * lab starts there too.
 * @returns the folder that holds `examples/`
 */
export function copyOfExamples(): string {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-examples-'));
  cpSync(EXAMPLES, join(folder, 'examples'), { recursive: true });
  for (const name of ['lab', '.runbook']) symlinkSync(join(ROOT, name), join(folder, name));
  return folder;
}

const lastEvent = z.object({ type: z.literal('run_finished'), recap: z.array(z.object({ changed: z.number() })) });

/**
 * Returns the number of tasks that have changed something, from the output of a play with `--output json`.
 * @throws Error if the run did not come to its end.
 */
export function changesIn(stdout: string): number {
  const { recap } = lastEvent.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''));
  return recap.reduce((sum, host) => sum + host.changed, 0);
}
