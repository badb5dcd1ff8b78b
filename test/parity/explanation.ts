import { isDeepStrictEqual } from 'node:util';
import { type Case, type Json, type JsonMap, isMap, tasksOf } from './case.ts';
import type { Difference } from './compare.ts';

/** Explains differences by a row of docs/differences.yml, and nothing beyond that row. */
export type Explanation = WholeExplanation | PartExplanation;

/** The explanation by a row that covers a whole difference. */
export interface WholeExplanation {
  /** The id of the row. */
  readonly id: string;
  explains(difference: Difference, input: Case): boolean;
}

/**
 * An explanation by a row that concerns only a part of a value, such as a bit of a mode or a field of a line. One value
 * may need several of them.
 */
export interface PartExplanation {
  /** The id of the row. */
  readonly id: string;
  /** Returns both values without that part; the same values if the row does not apply to them. */
  without(difference: Difference, input: Case): Values;
}

export type Values = Pick<Difference, 'ansible' | 'runbook'>;

/**
 * Returns the rows that together explain a difference, each a part of it; none if it is a fault of one of the tools.
 */
export function explainedBy(
  explanations: readonly Explanation[],
  difference: Difference,
  input: Case,
): readonly string[] | undefined {
  const wholes = explanations.filter((one) => 'explains' in one);
  const whole = wholes.find((one) => one.explains(difference, input));
  if (whole !== undefined) return [whole.id];
  let rest: Values = { ansible: difference.ansible, runbook: difference.runbook };
  const rows: string[] = [];
  for (const part of explanations.filter((one) => 'without' in one)) {
    const { ansible, runbook } = part.without({ fact: difference.fact, ...rest }, input);
    if (isDeepStrictEqual([ansible, runbook], [rest.ansible, rest.runbook])) continue;
    rows.push(part.id);
    rest = { ansible, runbook };
  }
  if (rows.length === 0) return undefined;
  if (isDeepStrictEqual(rest.ansible, rest.runbook)) return rows;
  const last = wholes.find((one) => one.explains({ fact: difference.fact, ...rest }, input));
  return last === undefined ? undefined : [...rows, last.id];
}

/** Returns both values, each without a part of it. */
export function eachWithout({ ansible, runbook }: Values, without: (value: Json) => Json): Values {
  return { ansible: without(ansible), runbook: without(runbook) };
}

export function refuses(fact: string, runbook: Json, why: string): boolean {
  return fact === 'refused' && mentions(runbook, why);
}

export function mentions(value: Json, text: string): boolean {
  return (typeof value === 'string' ? value : JSON.stringify(value)).includes(text);
}

/**
 * Returns the arguments of the tasks with one of these modules: of the task with the number in `fact`, or of all tasks
 * if `fact` has no number.
 */
export function argumentsFor(modules: readonly string[], { input }: Case, fact?: string): readonly JsonMap[] {
  if (input.kind !== 'tasks') return [];
  const number = fact === undefined ? undefined : Number(/^(?:first|second)\.(\d+)/.exec(fact)?.[1]);
  return input.tasks.flatMap((task, index) => {
    if (!isMap(task) || (number !== undefined && number !== index)) return [];
    return modules.map((module) => task[module]).filter((args) => isMap(args));
  });
}

/** Returns `file 0644 0:4 "text"` without mode and owner; an empty text for other values. */
export function contentOf(value: Json): string {
  return typeof value === 'string' ? value.replace(/^file \d+ \d+:\d+ /, '') : '';
}

export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Returns an argument of the task that the fact `first.N…` is about. */
export function argument(fact: string, { input }: Case, module: string, name: string): Json | undefined {
  const task = tasksOf(input)[Number(/^\w+\.(\d+)/.exec(fact)?.[1] ?? -1)];
  const args = isMap(task) ? task[module] : undefined;
  return isMap(args) ? args[name] : undefined;
}
