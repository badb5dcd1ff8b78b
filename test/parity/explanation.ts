import type { Case, Json, JsonMap } from './case.ts';
import { isMap } from './case.ts';
import type { Difference } from './compare.ts';

/** Explains differences by a row of docs/differences.yml: nothing but what the row says. */
export interface Explanation {
  /** The row. */
  readonly id: string;
  explains(difference: Difference, input: Case): boolean;
}

export function refuses(fact: string, runbook: Json, why: string): boolean {
  return fact === 'refused' && mentions(runbook, why);
}

export function mentions(value: Json, text: string): boolean {
  return (typeof value === 'string' ? value : JSON.stringify(value)).includes(text);
}

/** The arguments of the tasks with one of these modules; all where no number is given, else those of the task that a fact is about. */
export function argumentsFor(modules: readonly string[], { input }: Case, fact?: string): readonly JsonMap[] {
  if (input.kind !== 'tasks') return [];
  const number = fact === undefined ? undefined : Number(/^(?:first|second)\.(\d+)/.exec(fact)?.[1]);
  return input.tasks.flatMap((task, index) => {
    if (!isMap(task) || (number !== undefined && number !== index)) return [];
    return modules.map((module) => task[module]).filter((args) => isMap(args));
  });
}

/** `file 0644 0:4 "text"` without mode and owner; of what is no text, nothing. */
export function contentOf(value: Json): string {
  return typeof value === 'string' ? value.replace(/^file \d+ \d+:\d+ /, '') : '';
}
