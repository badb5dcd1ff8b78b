import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const FOLDER = join(import.meta.dirname, 'ssh');

/** Minimal length of a reason, in characters: a shorter text is not a sentence. */
const SHORTEST_REASON = 20;

const Rows = z.record(
  z.string(),
  z.discriminatedUnion('over', [
    z.strictObject({ over: z.literal('both'), plain: z.literal(true).optional() }),
    z.strictObject({ over: z.literal('itself'), how: z.string().min(SHORTEST_REASON) }),
    z.strictObject({ over: z.literal('ssh2'), why: z.string().min(SHORTEST_REASON) }),
  ]),
);

const rows = Rows.parse(parse(readFileSync(join(FOLDER, 'transports.yml'), 'utf8')));

test('the table says of each SSH test over which transports it runs', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.test.ts'));
  expect(Object.keys(rows).toSorted()).toEqual(files.map((name) => name.replace('.test.ts', '')).toSorted());
});

test('a test that runs over both takes its transport from the project', () => {
  const astray = Object.entries(rows).flatMap(([name, { over }]) =>
    over === 'both' && !takesTransport(join(FOLDER, `${name}.test.ts`)) ? [name] : [],
  );
  expect(astray).toEqual([]);
});

/**
 * Returns whether the file chooses the transport: by a target of the server, by the inventory of a site, or by the
 * variables.
 */
function takesTransport(file: string): boolean {
  return /\.target\(|\bstartSite\(|\bconnectionVariables\(/.test(readFileSync(file, 'utf8'));
}
