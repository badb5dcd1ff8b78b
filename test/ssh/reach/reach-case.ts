import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { SERVER_NAMES } from './servers.ts';

const texts = z.record(z.string(), z.string());
const server = z.enum(SERVER_NAMES);

/** One way in which people reach a host; cases.yml explains the fields. */
const ReachCase = z.strictObject({
  what: z.string(),
  config: z.string().default(''),
  /** The name that ssh gets in place of h. */
  alias: z.string().default('h'),
  vars: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  ssh: z.array(z.string()).default([]),
  servers: z.array(server).min(1),
  knows: z.array(server).optional(),
  known: z.string().default(''),
  files: texts.default({}),
  agent: z.array(z.string()).optional(),
  hidesAgent: z.literal(true).optional(),
  environment: texts.default({}),
  reached: z.enum(['by ssh2', 'by openssh', 'not']),
  without: z.literal('ssh').optional(),
  code: z.string().optional(),
});
export type ReachCase = z.infer<typeof ReachCase>;

export function reachCases(): readonly ReachCase[] {
  const text = readFileSync(join(import.meta.dirname, 'cases.yml'), 'utf8');
  return z.array(ReachCase).parse(parse(text));
}
