import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const CASES = join(import.meta.dirname, 'cases');

const expected = {
  /** The exit status. */
  status: z.int().default(0),
  /** Texts that stdout or stderr must contain. */
  shows: z.array(z.string()).default([]),
  /** Texts that neither may contain. */
  hides: z.array(z.string()).default([]),
  /** Shell text (`set -e`) that must exit with 0 afterwards: it checks the wanted state. */
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

/** A situation that somebody has reported, and the correct result. `test/wild/README.md` explains the form. */
export type WildCase = z.infer<typeof schema> & { readonly name: string };
export type Step = z.infer<typeof step>;

/** All cases, in the order of their names. A file with a key that the schema does not have is an error. */
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
