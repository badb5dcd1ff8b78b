import { formatPlace } from '../../errors/problem.ts';
import { type Level, LEVELS } from '../../lint/base/rule.ts';
import type { Fixed } from '../../lint/fix.ts';
import { MASK } from '../../values/base/secret.ts';
import { openOutput } from '../text/output.ts';
import { type Color, type Paint, paintFor } from '../text/paint.ts';
import { messageLines, type SourceReader, sourceReader } from '../text/problems.ts';
import { safeLines } from '../text/safe-text.ts';
import { type LintEntry, type LintReport, countOf } from './lint-entry.ts';

/**
 * Maximal number of equal findings, of one rule or with one title, that are shown with their lines. More findings are
 * shown as a list of places.
 */
const MOST_IN_FULL = 5;

/** Maximal number of kinds below a code in the summary. */
const MOST_KINDS = 10;

const COLORS: Readonly<Record<Level, Color>> = { error: 'red', warning: 'yellow', advice: 'cyan' };

/** Prints all entries for people, on stderr like errors. */
export function printFindings({ entries }: LintReport, stream: NodeJS.WritableStream): void {
  const paint = paintFor(stream);
  const source = sourceReader();
  const masked = withoutSecrets(source, entries);
  const blocks = inGroups(entries).map((group) =>
    group.length > MOST_IN_FULL
      ? groupLines(group, paint)
      : group
          .map((entry) => {
            const read = entry.summary === undefined ? masked : withoutSilent(masked, source);
            return messageLines(entry, labelOf(entry, paint), paint, read).join('\n');
          })
          .join('\n\n'),
  );
  if (blocks.length > 0) openOutput(stream).write(`${blocks.join('\n\n')}\n`);
}

/** Rules whose places point at a secret, from its first character on. */
const ABOUT_SECRETS: ReadonlySet<string> = new Set(['secret-in-clear', 'private-key-in-clear']);

/**
 * Hides secrets in excerpts: a secret that lint finds without encryption must not appear in the log of a pipeline too.
 */
function withoutSecrets(read: SourceReader, entries: readonly LintEntry[]): SourceReader {
  const places = entries.flatMap(({ code, place }) => (ABOUT_SECRETS.has(code) && place !== undefined ? [place] : []));
  return (file) => {
    const lines = read(file)?.split('\n');
    for (const { line, column } of places.filter((place) => place.file === file)) {
      const text = lines?.[line - 1];
      if (lines !== undefined && text !== undefined) lines[line - 1] = `${text.slice(0, column - 1)}${MASK}`;
    }
    return lines?.join('\n');
  };
}

/**
 * Hides excerpts of files with hidden tasks, because the log of a pipeline would show their text. Errors show their
 * lines, as in every command.
 */
function withoutSilent(read: SourceReader, source: SourceReader): SourceReader {
  return (file) => (/\bno_log\b/.test(source(file) ?? '') ? undefined : read(file));
}

/** Returns the lines for a rule, or for equal errors, with all places. */
function groupLines(group: readonly LintEntry[], paint: Paint): string {
  const [first] = group;
  if (first === undefined) return '';
  const remedies = [...new Set(group.map(({ remedy }) => remedy))];
  return [
    `${labelOf(first, paint)}: ${paint('bold', first.summary ?? first.what)} (${group.length} times)`,
    ...group.map(({ place, what, why, remedy, summary }) =>
      [
        `  ${paint('cyan', '-->')}`,
        place === undefined ? '' : safeLines(formatPlace(place)).join(' '),
        safeLines(summary === undefined ? ((remedies.length === 1 ? why : remedy) ?? '') : what).join(' '),
      ]
        .join(' ')
        .trimEnd(),
    ),
    ...(remedies.length === 1 && remedies[0] !== undefined ? [`  ${paint('cyan', 'help')}: ${remedies[0]}`] : []),
  ].join('\n');
}

function labelOf({ level, code, summary }: LintEntry, paint: Paint): string {
  return summary === undefined ? paint(COLORS[level], level) : `${paint(COLORS[level], level)}[${code}]`;
}

/**
 * Groups the entries: errors of the playbook first, each alone unless more than a few have the same title, then rules by
 * their level.
 */
function inGroups(entries: readonly LintEntry[]): readonly (readonly LintEntry[])[] {
  const errors = entries.filter(({ summary }) => summary === undefined);
  const positions = new Map(errors.map((entry, index) => [entry, index]));
  const positionOf = ([first]: readonly LintEntry[]): number => (first && positions.get(first)) ?? -1;
  const problems = [...Map.groupBy(errors, ({ code, what }) => `${code} ${what}`).values()]
    .flatMap((group) => (group.length > MOST_IN_FULL ? [group] : group.map((entry) => [entry])))
    .toSorted((one, other) => positionOf(one) - positionOf(other));
  const rules = [...Map.groupBy(entries.filter(isOfRule), ({ code }) => code).values()].toSorted(
    ([one], [other]) => LEVELS.indexOf(one?.level ?? 'advice') - LEVELS.indexOf(other?.level ?? 'advice'),
  );
  return [...problems, ...rules];
}

function isOfRule({ summary }: LintEntry): boolean {
  return summary !== undefined;
}

function mostFirst(groups: ReadonlyMap<string, readonly LintEntry[]>): readonly (readonly LintEntry[])[] {
  return [...groups.values()].toSorted((one, other) => other.length - one.length);
}

/** Prints how often each kind was found, the most frequent first: by code, and within a code by title. */
export function printSummary(report: LintReport, stream: NodeJS.WritableStream): void {
  const paint = paintFor(stream);
  const groups = Map.groupBy(report.entries, ({ code }) => code);
  const width = Math.max(0, ...groups.keys().map((code) => code.length));
  const lines = mostFirst(groups).flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const level = paint(COLORS[first.level], first.level.padEnd('warning'.length));
    const kinds = mostFirst(Map.groupBy(group, ({ what }) => what));
    const about = first.summary ?? (kinds.length === 1 ? kindText(group) : '');
    return [
      `${String(group.length).padStart(5)}  ${level}  ${first.code.padEnd(width)}  ${about}`.trimEnd(),
      ...(first.summary === undefined && kinds.length > 1 ? kindLines(kinds) : []),
    ];
  });
  if (lines.length > 0) openOutput(stream).write(`${lines.join('\n')}\n`);
}

function kindLines(kinds: readonly (readonly LintEntry[])[]): readonly string[] {
  const rest = kinds.slice(MOST_KINDS).reduce((count, kind) => count + kind.length, 0);
  return [
    ...kinds.slice(0, MOST_KINDS).map((kind) => `${String(kind.length).padStart(12)}  ${kindText(kind)}`),
    ...(rest === 0 ? [] : [`${String(rest).padStart(12)}  of ${kinds.length - MOST_KINDS} more kinds`]),
  ];
}

/** Returns the title of equal entries, and where the first one is. */
function kindText([first]: readonly LintEntry[]): string {
  if (first === undefined) return '';
  const where = first.place === undefined ? '' : `, first at ${formatPlace(first.place)}`;
  return safeLines(`${first.what}${where}`).join(' ');
}

/** Returns the last line: `2 playbooks: no problems, 3 warnings`. */
export function resultLine(report: LintReport): string {
  const { files } = report;
  const playbooks = `${files.length} ${files.length === 1 ? 'playbook' : 'playbooks'}`;
  const problems = countOf(report, 'error');
  const warnings = countOf(report, 'warning');
  const advice = countOf(report, 'advice');
  const parts = [
    problems === 0 ? 'no problems' : problems === 1 ? '1 problem' : `${problems} problems`,
    ...(warnings === 0 ? [] : [warnings === 1 ? '1 warning' : `${warnings} warnings`]),
    ...(advice === 0 ? [] : [advice === 1 ? '1 piece of advice' : `${advice} pieces of advice`]),
  ];
  const fixable = report.entries.filter(({ isFixable }) => isFixable).length;
  const fix = fixable === 0 ? '' : `; --fix corrects ${fixable}`;
  return `${playbooks}: ${parts.join(', ')}${fix}\n`;
}

/** Prints the corrections of --fix, pass by pass. */
export function printFixed(passes: readonly Fixed[], stream: NodeJS.WritableStream): void {
  const all = <T>(of: (pass: Fixed) => readonly T[]): readonly T[] => [...new Set(passes.flatMap(of))];
  const files = all((pass) => pass.files);
  const done = passes.flatMap((pass) => pass.done).length;
  const lines = [
    ...all(({ refused }) => refused).map((file) => `warning: ${file} is left as it is: it lies outside of the project`),
    ...all(({ notes }) => notes).map((note) => `warning: ${note}`),
    done === 0
      ? 'nothing to fix'
      : `fixed: ${done} in ${files.length === 1 ? '1 file' : `${files.length} files`}: ${files.join(', ')}`,
  ];
  openOutput(stream).write(lines.map((line) => `${safeLines(line).join(' ')}\n`).join(''));
}
