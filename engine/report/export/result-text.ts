import type { ToldProblem } from '../journal/journal-line.ts';
import type { ResultRecord, TaskRecord } from '../journal/run-record.ts';
import { safeLine } from '../text/safe-text.ts';

/** The place of a mistake or of a task in a file. */
export interface FilePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Returns `role : name (item)`. */
export function resultTitle({ task, item }: Pick<ResultRecord, 'task' | 'item'>): string {
  return item === undefined ? task.title : `${task.title} (${safeLine(item)})`;
}

/** Returns the place of a task; undefined for the connection to a host, which has none. */
export function placeOfTask({ place }: TaskRecord): FilePlace | undefined {
  const [, file, line, column] = /^(.+):(\d+):(\d+)$/.exec(place) ?? [];
  return file === undefined ? undefined : { file, line: Number(line), column: Number(column) };
}

/** Returns the place of the mistake if there is one, else the place of the task. */
export function placeOfResult({ problem, task }: Pick<ResultRecord, 'problem' | 'task'>): FilePlace | undefined {
  return problem?.place ?? placeOfTask(task);
}

/** Returns reason, remedy and output of a problem, as lines, without its first sentence. */
export function problemDetails(problem: ToldProblem | undefined, output: ResultRecord['output']): readonly string[] {
  const printed = [output?.stdout ?? '', output?.stderr ?? ''].filter((text) => text.trim() !== '');
  const why = problem?.why ?? '';
  const isPrinted = printed.some((text) => text.includes(why.trim()));
  return [
    ...(why.trim() === '' || isPrinted ? [] : [`why: ${why.slice(0, MOST_CHARACTERS)}`]),
    ...(problem?.remedy === undefined ? [] : [`help: ${problem.remedy}`]),
    ...(output?.status === undefined ? [] : [`exit status: ${output.status}`]),
    ...outputLines('stdout', output?.stdout),
    ...outputLines('stderr', output?.stderr),
  ];
}

/** Number of lines that are kept from the end of an output. */
const MOST_LINES = 40;
const MOST_CHARACTERS = 4000;

function outputLines(name: string, text = ''): readonly string[] {
  if (text.trim() === '') return [];
  const lines = text.trimEnd().split('\n');
  const shown = lines.slice(-MOST_LINES).join('\n').slice(-MOST_CHARACTERS);
  return [`${name}${lines.length > MOST_LINES ? ` (the last ${MOST_LINES} of ${lines.length} lines)` : ''}:\n${shown}`];
}
