import { z } from 'zod';
import type { Slice } from '../base/slice.ts';

/** Version of the document's meaning. It is raised when the meaning changes; other versions are refused. */
export const PLAN_VERSION = 1;

const names = z.array(z.string()).readonly();
/** Digests by name: of variables, of seen states of a host. */
const digests = z.record(z.string(), z.string()).readonly();

/** One difference in a form that everybody may see: secrets are masked, and unknown values are named as unknown. */
const difference = z.discriminatedUnion('kind', [
  /** A change of text: the complete hunks of its unified diff, with their `@@` lines. */
  z.strictObject({
    kind: z.literal('text'),
    path: z.string(),
    absent: z.enum(['before', 'after', 'never']),
    lines: names,
    /** Digest of the new text; null if it contains a secret or does not exist. */
    sha256: z.string().nullable(),
  }),
  /** Content that is not shown line by line. Both sides say why, in words. */
  z.strictObject({ kind: z.literal('content'), path: z.string(), before: z.string(), after: z.string() }),
  z.strictObject({
    kind: z.literal('field'),
    of: z.string(),
    field: z.string(),
    before: z.string(),
    after: z.string(),
  }),
  z.strictObject({ kind: z.literal('command'), text: z.string() }),
]);

const outcome = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('change'),
    certainty: z.enum(['certain', 'after_change', 'opaque']),
    /** The deciding condition, if it is not an earlier change. */
    doubt: z.string().optional(),
    differences: z.array(difference).readonly(),
    /** Set if no_log hides the differences. */
    hidden: z.literal(true).optional(),
    notifies: names,
  }),
  z.strictObject({ kind: z.literal('unknown'), because: z.string() }),
  z.strictObject({ kind: z.literal('ok') }),
  z.strictObject({ kind: z.literal('skipped'), why: z.string() }),
]);

/** The result of one task, for all hosts with the same result. */
const step = z.strictObject({
  task: z.strictObject({
    /** file:line:column */
    id: z.string(),
    name: z.string(),
    module: z.string(),
    role: z.string().nullable(),
    handler: z.boolean(),
    /** The name of the handler that contains the task, if the handler is a block. */
    within: z.string().optional(),
    /** Maximal number of hosts that run the task at the same time, if limited. */
    throttle: z.number().optional(),
  }),
  item: z.string().nullable(),
  /** The host that the task runs on, if it is delegated. */
  delegatedTo: z.string().nullable(),
  /** In the order of the inventory. */
  hosts: names,
  outcome,
});

const play = z.strictObject({
  name: z.string(),
  place: z.string(),
  hosts: names,
  /** In the order of the tasks. */
  steps: z.array(step).readonly(),
});

const summary = z.strictObject({
  hosts: z.number(),
  change: z.number(),
  unknown: z.number(),
  inSync: z.number(),
  skipped: z.number(),
});

/**
 * A plan as it is saved, shown and compared. It contains digests and masked differences, no secret, no time and nothing
 * random, so that the same playbook on the same hosts gives the same bytes.
 */
export const planDocument = z.strictObject({
  format: z.literal('runbook-plan'),
  version: z.literal(PLAN_VERSION),
  /** The version of runbook that made the plan. */
  engine: z.string(),
  playbook: z.string(),
  inventory: names,
  limit: z.string().nullable(),
  /** The part of the hosts that the plan is for, if it is not for all. */
  slice: z
    .strictObject({
      index: z.number().int().positive(),
      of: z.number().int().positive(),
      by: z.string().optional(),
      run: z.string().optional(),
    })
    .transform(({ index, of, by, run }): Slice => ({ index, of, by, run }))
    .optional(),
  tags: names,
  skipTags: names,
  /** The task from which on the playbook is planned. */
  startAtTask: z.string().optional(),
  /** The files of -e. Values of -e are not stored. */
  extraFiles: names,
  /** Reasons why the plan is partial. */
  partial: names,
  summary,
  plays: z.array(play).readonly(),
  /** Slow digests of the variables of -e, which may be passwords. */
  extra: digests,
  /** Digests of the files of the controller that were read, by path. */
  inputs: digests,
  /** For each host that was looked at, and for the controller: its inventory variables and the seen states. */
  hosts: z
    .array(
      z.strictObject({
        name: z.string(),
        /** The address of the host, if it differs from the name. */
        address: z.string().optional(),
        variables: digests,
        observed: digests,
      }),
    )
    .readonly(),
});

export type PlanDocument = Readonly<z.infer<typeof planDocument>>;
export type PlanStep = Readonly<z.infer<typeof step>>;
export type PlannedOutcome = Readonly<z.infer<typeof outcome>>;
export type PlannedChange = Extract<PlannedOutcome, { readonly kind: 'change' }>;
export type PlannedDifference = Readonly<z.infer<typeof difference>>;
export type PlanSummary = Readonly<z.infer<typeof summary>>;
