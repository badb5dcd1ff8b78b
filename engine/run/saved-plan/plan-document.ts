import { z } from 'zod';

/** Raised whenever a document means something else than before. Other versions are refused. */
export const PLAN_VERSION = 1;

const names = z.array(z.string()).readonly();
/** Digests by name: of variables, of what was seen of a host. */
const digests = z.record(z.string(), z.string()).readonly();

/** One difference as it may be shown to anybody: secrets are masked, and what is not known yet is named as such. */
const difference = z.discriminatedUnion('kind', [
  /** A change of text: the hunks of its unified diff, `@@` lines among them, whole. */
  z.strictObject({
    kind: z.literal('text'),
    path: z.string(),
    absent: z.enum(['before', 'after', 'never']),
    lines: names,
    /** Of the new text; null where it holds a secret or is gone. */
    sha256: z.string().nullable(),
  }),
  /** Content that cannot be shown line by line: why is said in words on both sides. */
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
    /** What decides, where it is not an earlier change. */
    doubt: z.string().optional(),
    differences: z.array(difference).readonly(),
    /** Set where no_log hides them. */
    hidden: z.literal(true).optional(),
    notifies: names,
  }),
  z.strictObject({ kind: z.literal('unknown'), because: z.string() }),
  z.strictObject({ kind: z.literal('ok') }),
  z.strictObject({ kind: z.literal('skipped'), why: z.string() }),
]);

/** What one task comes to, on all the hosts where it comes to the same. */
const step = z.strictObject({
  task: z.strictObject({
    /** file:line:column */
    id: z.string(),
    name: z.string(),
    module: z.string(),
    role: z.string().nullable(),
    handler: z.boolean(),
    /** The handler that is a block with this task in it. */
    within: z.string().optional(),
    /** How many hosts do it at once, where that is limited. */
    throttle: z.number().optional(),
  }),
  item: z.string().nullable(),
  /** The host that it is done on, where that is another one. */
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
 * A plan as it is saved, shown and compared. It holds digests and masked differences, never a secret; no time and
 * nothing random, so that the same playbook on the same hosts gives the same bytes.
 */
export const planDocument = z.strictObject({
  format: z.literal('runbook-plan'),
  version: z.literal(PLAN_VERSION),
  /** The version of runbook that made it. */
  engine: z.string(),
  playbook: z.string(),
  inventory: names,
  limit: z.string().nullable(),
  tags: names,
  skipTags: names,
  /** The task that it was cut off at. */
  startAtTask: z.string().optional(),
  /** The files of -e. Values given by themselves are not kept. */
  extraFiles: names,
  /** Why it is not the whole playbook. */
  partial: names,
  summary,
  plays: z.array(play).readonly(),
  /** Digests of the variables of -e, made slowly, as they may be passwords. */
  extra: digests,
  /** Digests of the files of the controller that were read, by path. */
  inputs: digests,
  /** Of each host that was looked at, and of the controller: its inventory variables, and what was seen. */
  hosts: z
    .array(
      z.strictObject({
        name: z.string(),
        /** Where it is reached, if not by its name. */
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
