import { type Place, type Problem, formatPlace } from '../../errors/problem.ts';
import { readAtOnce } from '../../files/read-file.ts';
import { excerpt } from '../../values/yaml/excerpt.ts';
import { openOutput } from './output.ts';
import { type Paint, paintFor } from './paint.ts';
import { safeLines } from './safe-text.ts';

/** Prints each problem: what, where (with the lines themselves), why, and what to do. Secrets are masked. */
export function printProblems(problems: readonly Problem[], stream: NodeJS.WritableStream): void {
  const paint = paintFor(stream);
  const read = sourceReader();
  const blocks = problems.map((problem) => problemLines(problem, paint, read).join('\n'));
  openOutput(stream).write(`${blocks.join('\n\n')}\n`);
}

/** Returns one problem as lines, without a line end. `read` returns the text of a file, or undefined. */
export function problemLines(problem: Problem, paint: Paint, read: SourceReader): readonly string[] {
  return messageLines(problem, paint('red', 'error'), paint, read);
}

/** A message about a place in a file. It has the parts of a problem, and may also be a warning or a note. */
export interface Message {
  readonly what: string;
  readonly place?: Place | undefined;
  readonly why?: string | undefined;
  readonly remedy?: string | undefined;
}

/** Returns a message as lines, without a line end. */
export function messageLines(problem: Message, label: string, paint: Paint, read: SourceReader): readonly string[] {
  const [first = '', ...more] = safeLines(problem.what);
  return [
    `${label}: ${paint('bold', first)}`,
    ...more.map((line) => `  ${line}`),
    ...(problem.place === undefined ? [] : placeLines(problem.place, paint, read)),
    ...labelled('why', problem.why, paint),
    ...labelled('help', problem.remedy, paint),
  ];
}

export type SourceReader = (file: string) => string | undefined;

/** Makes a function that reads each file once. A file that cannot be read has no excerpt. */
export function sourceReader(): SourceReader {
  const texts = new Map<string, string | undefined>();
  return (file) => {
    if (!texts.has(file)) texts.set(file, readText(file));
    return texts.get(file);
  };
}

function readText(file: string): string | undefined {
  const names = ON_THE_COMMAND_LINE.get(file);
  if (names !== undefined) return valueOf(names);
  try {
    return readAtOnce(file).toString();
  } catch {
    return undefined;
  }
}

/** Options with expressions as values, by the place that their problems have. */
const ON_THE_COMMAND_LINE: ReadonlyMap<string, readonly string[]> = new Map([
  ['-a', ['-a', '--args']],
  ['-m', ['-m', '--module-name']],
  ['--limit', ['-l', '--limit']],
]);

function valueOf(names: readonly string[]): string | undefined {
  const at = process.argv.findIndex((word) => names.includes(word));
  if (at >= 0) return process.argv[at + 1];
  const joined = process.argv.find((word) => names.some((name) => word.startsWith(`${name}=`)));
  return joined?.slice(joined.indexOf('=') + 1);
}

function placeLines(place: Place, paint: Paint, read: SourceReader): readonly string[] {
  const text = read(place.file);
  const source = text === undefined ? '' : excerpt(text, place);
  return [
    `  ${paint('cyan', '-->')} ${safeLines(formatPlace(place)).join(' ')}`,
    ...(source === '' ? [] : safeLines(source).map((line) => `  ${paint('dim', line)}`)),
  ];
}

function labelled(label: string, text: string | undefined, paint: Paint): readonly string[] {
  if (text === undefined || text === '') return [];
  const [first = '', ...more] = safeLines(text);
  return [`  ${paint('cyan', label)}: ${first}`, ...more.map((line) => `  ${' '.repeat(label.length)}  ${line}`)];
}
