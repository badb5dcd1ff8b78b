import { toldOf } from '../../convert/base/marks.ts';
import type { ConvertedFile, Level, PlacedMark } from '../../convert/base/outcome.ts';
import type { Problem } from '../../errors/problem.ts';
import type { Paint } from '../text/paint.ts';
import { safeLines } from '../text/safe-text.ts';

/** One path of the command line, converted. */
export interface ConvertedPath {
  readonly path: string;
  /** The file or folder with the result. */
  readonly target: string;
  readonly isInPlace: boolean;
  readonly files: readonly ConvertedFile[];
  /** Files with a name that is converted, but that could not be read. */
  readonly unread: readonly { readonly path: string; readonly problem: Problem }[];
  /** Undefined if nothing could be checked. */
  readonly lintErrors: number | undefined;
}

export interface ConvertReport {
  readonly paths: readonly ConvertedPath[];
}

export type Counts = Readonly<Record<Level, number>>;

/** Counts the tasks, templates and other units of each level. */
export function countsOf(files: readonly Pick<ConvertedFile, 'units'>[]): Counts {
  const counts = { same: 0, exact: 0, assumed: 0, byHand: 0 };
  for (const { units } of files) for (const { level } of units) counts[level] += 1;
  return counts;
}

export interface Reason {
  readonly topic: string;
  readonly count: number;
}

/** Groups the marks of a kind by their topic, the most frequent topic first. */
export function reasonsOf(files: readonly ConvertedFile[], kind: 'assumed' | 'byHand'): readonly Reason[] {
  const marks = files.flatMap((file) => file.marks.filter(({ mark }) => mark.kind === kind));
  const byTopic = Map.groupBy(marks, ({ mark }: PlacedMark) => toldOf(mark).topic);
  return [...byTopic]
    .map(([topic, { length }]) => ({ topic, count: length }))
    .toSorted((one, other) => other.count - one.count || (one.topic < other.topic ? -1 : 1));
}

/** Maximal number of reasons in the text; the JSON has all of them. */
const MOST_REASONS = 15;
const MOST_FILES = 30;

/** Returns the result of a conversion for people: by file, and by reason. */
export function convertSummary({ paths }: ConvertReport, paint: Paint): string {
  return paths
    .map((one) =>
      linesOf(one, paint)
        .map((line) => `${line}\n`)
        .join(''),
    )
    .join('\n');
}

function linesOf({ path, target, isInPlace, files, lintErrors }: ConvertedPath, paint: Paint): readonly string[] {
  const counts = countsOf(files);
  return [
    paint('bold', safe(`${path}: ${sentence(counts)}`)),
    ...fileLines(files),
    ...reasonLines('assumed', reasonsOf(files, 'assumed'), paint),
    ...reasonLines('by hand', reasonsOf(files, 'byHand'), paint),
    ...(lintErrors === undefined ? [] : [`lint: ${lintErrors === 1 ? '1 error' : `${lintErrors} errors`}`]),
    safe(isInPlace ? `Written in place: ${target}` : `Written: ${target}`),
  ];
}

function sentence({ same, exact, assumed, byHand }: Counts): string {
  return `${same} as they were, ${exact} rewritten, ${assumed} assumed, ${byHand} by hand`;
}

/** Returns the lines for the files with marks. The file with the most parts to convert by hand comes first. */
function fileLines(files: readonly ConvertedFile[]): readonly string[] {
  const rows = files
    .map(({ newPath, units, marks }) => ({ newPath, counts: countsOf([{ units }]), marks: marks.length }))
    .filter(({ marks }) => marks > 0)
    .toSorted((one, other) => other.counts.byHand - one.counts.byHand || other.marks - one.marks);
  const shown = rows.slice(0, MOST_FILES).map(({ newPath, counts }) => safe(`  ${newPath}: ${sentence(counts)}`));
  return rows.length > MOST_FILES ? [...shown, `  and ${rows.length - MOST_FILES} more files`] : shown;
}

function reasonLines(title: string, reasons: readonly Reason[], paint: Paint): readonly string[] {
  if (reasons.length === 0) return [];
  const shown = reasons
    .slice(0, MOST_REASONS)
    .map(({ topic, count }) => safe(`  ${String(count).padStart(5)}  ${topic}`));
  const rest = reasons.length - MOST_REASONS;
  return [paint('bold', `${title}:`), ...shown, ...(rest > 0 ? [`         and ${rest} more: --report json`] : [])];
}

function safe(text: string): string {
  return safeLines(text).join(' ');
}
