/** A value of YAML. */
export type Json = null | boolean | number | string | readonly Json[] | JsonMap;
export interface JsonMap {
  readonly [key: string]: Json;
}

export const AREAS = [
  'inventory',
  'patterns',
  'precedence',
  'files',
  'edits',
  'templates',
  'looks',
  'commands',
  'words',
  'forms',
  'web',
  'archives',
  'flow',
  'conversion',
  'system',
] as const;
export type Area = (typeof AREAS)[number];
export type Tool = 'ansible' | 'runbook';

/**
 * One input for both tools. `@W@` stands for the folder of the case on the host, `@C@` for the one on the controller,
 * `@P@` for the port of the web server. Values that the tools write differently are `{ $ansible: …, $runbook: … }`, see
 * `spelled`.
 */
export interface Case {
  /** AREA-NUMBER: the same input for the same seed. */
  readonly id: string;
  readonly area: Area;
  /** Lines of sh, run in `@W@` before the first run. */
  readonly given: readonly string[];
  /** Files in `@C@`, beside the playbook: a text, or data to write as YAML. */
  readonly files: JsonMap;
  readonly input: Input;
  /**
   * Texts of failures that a plan cannot foresee, such as that of a `validate` command that refuses the new content.
   * The failure must contain one of them.
   */
  readonly mayFail?: readonly string[];
}

export type Input =
  /**
   * Tasks of one play on one host: planned, played, and played again. `isConverted`: tasks and files are those of
   * Ansible, and runbook plays what the converter makes of them.
   */
  | { readonly kind: 'tasks'; readonly tasks: readonly Json[]; readonly isConverted?: true }
  /**
   * The same as root on a host of the lab, for accounts, units, packages and the like. `@N@` begins the names of the
   * case, `@U@` its numbers.
   */
  | { readonly kind: 'system'; readonly tasks: readonly Json[] }
  /** `site.yml` of the files is played on the hosts of `hosts`, with these arguments. */
  | { readonly kind: 'play'; readonly args: readonly string[] }
  /** All hosts, groups and variables of these sources. */
  | { readonly kind: 'inventory'; readonly sources: readonly string[] }
  /** The hosts of `hosts` that a pattern names. */
  | { readonly kind: 'pattern'; readonly pattern: string };

export type Kind = Input['kind'];

/** Returns the tasks; none if the input has another form. */
export function tasksOf(input: Input): readonly Json[] {
  return input.kind === 'tasks' || input.kind === 'system' ? input.tasks : [];
}

/** The result of a case with one tool: each fact has a name of its own. */
export interface Answer {
  readonly facts: ReadonlyMap<string, Json>;
  /** The reason why nothing was run. */
  readonly refused?: string;
  /** Steps of which the plan was certain, and which the play did differently. */
  readonly broken: readonly string[];
  /** The number of tasks that the plan could not know. */
  readonly open: number;
  /** The reasons of failed tasks, for readers. */
  readonly failures?: readonly string[];
}

export const SILENT: Answer = { facts: new Map(), broken: [], open: 0 };

export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
