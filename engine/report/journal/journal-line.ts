import { z } from 'zod';
import type { Debt } from '../../run/base/owed.ts';

/** Journals of earlier versions have no times except in `run_started`. */
const at = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)))
  .optional();
const task = z.looseObject({
  id: z.string(),
  name: z.string(),
  handler: z.boolean(),
  module: z.string().optional(),
  role: z.string().optional(),
  within: z.string().optional(),
  throttle: z.number().optional(),
});
const place = z.looseObject({ file: z.string(), line: z.number(), column: z.number() });
const problem = z.looseObject({
  code: z.string().optional(),
  what: z.string(),
  place: place.optional(),
  why: z.string().optional(),
  remedy: z.string().optional(),
});
/** Before version 2 of the list, an owed handler had only a name. */
const debt = z.union([
  z.string().transform((handler): Debt => ({ playbook: undefined, play: undefined, handler })),
  z
    .looseObject({ playbook: z.string().optional(), play: z.string().optional(), handler: z.string() })
    .transform(({ playbook, play, handler }): Debt => ({ playbook, play, handler })),
]);
const recap = z.looseObject({
  host: z.string(),
  ok: z.number().optional(),
  changed: z.number().optional(),
  unknown: z.number().optional(),
  skipped: z.number().optional(),
  failed: z.number(),
  ignored: z.number().optional(),
  rescued: z.number().optional(),
  roundTrips: z.number().optional(),
  unreachable: z.boolean(),
  interrupted: z.boolean().optional(),
  owed: z.array(debt),
});
const difference = z.union([
  z.looseObject({
    kind: z.literal('text'),
    path: z.string(),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
  }),
  z.looseObject({
    kind: z.literal('field'),
    of: z.string(),
    field: z.string(),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
  }),
  z.looseObject({ kind: z.literal('command'), text: z.string() }),
]);
const output = z.looseObject({ status: z.number().optional(), stdout: z.string(), stderr: z.string() });
const outcome = z.looseObject({
  kind: z.string(),
  why: z.string().optional(),
  because: z.string().optional(),
  differences: z.array(difference).optional(),
  certainty: z.enum(['certain', 'after_change', 'opaque']).optional(),
  doubt: z.string().optional(),
  ignored: z.boolean().optional(),
  problem: problem.optional(),
  output: output.optional(),
  notifies: z.array(z.string()).optional(),
});
const slice = z
  .looseObject({
    index: z.number().int().positive(),
    of: z.number().int().positive(),
    by: z.string().optional(),
    run: z.string().optional(),
    hosts: z.number().int().nonnegative(),
  })
  .transform(({ index, of, by, run, hosts }) => ({ index, of, by, run, hosts }));
const rescued = z.looseObject({ host: z.string(), task: z.string(), item: z.string().optional() });

const line = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('command'),
    arguments: z.array(z.string()),
    process: z.looseObject({ pid: z.number(), began: z.string() }).optional(),
    inputs: z.string().optional(),
  }),
  z.looseObject({
    type: z.literal('run_started'),
    runId: z.string().optional(),
    mode: z.enum(['play', 'plan']).optional(),
    playbook: z.string(),
    at: z.string().refine((text) => !Number.isNaN(Date.parse(text))),
    hosts: z.array(z.string()),
    partial: z.array(z.string()),
    resumed: z.string().optional(),
    inventory: z.array(z.string()).optional(),
    slice: slice.optional(),
  }),
  z.looseObject({ type: z.literal('files_read'), files: z.record(z.string(), z.string()) }),
  z.looseObject({
    type: z.literal('play_started'),
    at,
    play: z.string(),
    place: z.string(),
    hosts: z.array(z.string()),
  }),
  z.looseObject({ type: z.literal('host_unreachable'), at, host: z.string(), problem, during: task.optional() }),
  z.looseObject({ type: z.literal('task_started'), at, host: z.string(), task, item: z.string().optional() }),
  z.looseObject({
    type: z.literal('task_finished'),
    at,
    host: z.string(),
    delegatedTo: z.string().optional(),
    task,
    item: z.string().optional(),
    milliseconds: z.number().optional(),
    outcome,
    result: z.unknown().optional(),
    hidden: z.boolean().optional(),
  }),
  z.looseObject({ type: z.literal('message'), at, host: z.string(), task, text: z.unknown().optional() }),
  z.looseObject({
    type: z.literal('handler_owed'),
    at,
    host: z.string(),
    handler: z.string(),
    playbook: z.string().optional(),
  }),
  z.looseObject({ type: z.literal('play_finished'), at }),
  z.looseObject({
    type: z.literal('run_finished'),
    at,
    recap: z.array(recap),
    rescued: z.array(rescued).optional(),
    stopped: z.string().optional(),
    milliseconds: z.number(),
  }),
]);

/** The parts of a line of a journal, or of `--output json`, that readers use. Its secrets are masked. */
export type Line = z.infer<typeof line>;
export type ToldTask = z.infer<typeof task>;
export type ToldProblem = z.infer<typeof problem>;
export type ToldDifference = z.infer<typeof difference>;
export type ToldOutput = z.infer<typeof output>;

/** Parses a line. Undefined for lines of no use here, and for a truncated line, which a killed run may have left. */
export function parseLine(text: string): Line | undefined {
  try {
    return line.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
