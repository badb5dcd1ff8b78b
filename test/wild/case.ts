import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const CASES = join(import.meta.dirname, 'cases');

const expected = {
  /** The exit status. */
  status: z.int().default(0),
  /** Texts that stdout or stderr must hold. */
  shows: z.array(z.string()).default([]),
  /** Texts that neither may hold. */
  hides: z.array(z.string()).default([]),
  /** Shell text (`set -e`) that must exit 0 afterwards: the state that is wanted. */
  after: z.string().optional(),
};

const step = z.union([
  z.strictObject({ runbook: z.string(), ...expected }),
  z.strictObject({ sh: z.string(), ...expected }),
]);

const schema = z.strictObject({
  says: z.string(),
  source: z.string(),
  sandbox: z.boolean().default(false),
  lab: z.boolean().default(false),
  needs: z.array(z.string()).default([]),
  given: z.string().optional(),
  files: z.record(z.string(), z.string()).default({}),
  steps: z.array(step).min(1),
});

/** A situation that somebody met, and what must come of it. `test/wild/README.md` tells the form. */
export type WildCase = z.infer<typeof schema> & { readonly name: string };
export type Step = z.infer<typeof step>;

/** All cases, in the order of their names. A file with a key that the form has not got is an error. */
export function wildCases(): readonly WildCase[] {
  return readdirSync(CASES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yml'))
    .toSorted()
    .map((name) => readCase(join(CASES, name)));
}

function readCase(path: string): WildCase {
  const name = relative(CASES, path).slice(0, -'.yml'.length);
  const read = schema.safeParse(parse(readFileSync(path, 'utf8')));
  if (!read.success) throw new Error(`${path}: ${z.prettifyError(read.error)}`);
  return { name, ...read.data };
}
