import type { HostRecap, RunFinished, RunStarted, TaskFinished } from '../../run/base/events.ts';
import { durationText } from '../text/duration.ts';
import { hostNames } from '../text/host-names.ts';
import { owedTexts } from '../text/owed-text.ts';
import type { Color, Paint } from '../text/paint.ts';
import { safeLine } from '../text/safe-text.ts';
import { taskTitle } from '../text/task-title.ts';
import { displayWidth } from '../text/width.ts';

interface Column {
  readonly title: string;
  readonly of: (recap: HostRecap) => number;
  readonly color: Color;
  /** Set if the column is shown even if it is 0 for all hosts. */
  readonly isUsual?: true;
}

const columns = (changed: string): readonly Column[] => [
  { title: 'ok', of: (recap) => recap.ok, color: 'green', isUsual: true },
  { title: changed, of: (recap) => recap.changed, color: 'yellow', isUsual: true },
  { title: 'unknown', of: (recap) => recap.unknown, color: 'magenta' },
  { title: 'skipped', of: (recap) => recap.skipped, color: 'cyan' },
  { title: 'failed', of: (recap) => recap.failed, color: 'red', isUsual: true },
  { title: 'ignored', of: (recap) => recap.ignored, color: 'cyan' },
  { title: 'rescued', of: (recap) => recap.rescued, color: 'yellow' },
  { title: 'unreachable', of: (recap) => (recap.unreachable ? 1 : 0), color: 'red' },
  { title: 'interrupted', of: (recap) => (recap.interrupted ? 1 : 0), color: 'red' },
];

const COLUMNS = { play: columns('changed'), plan: columns('to change') };

/** With more hosts, only hosts that need attention have a row, and at most this number of them. */
const MOST_ROWS = 20;
/** With more hosts, those with equal counts share a row. */
const MOST_APART = 5;
/** Faster tasks are not listed as slow. Milliseconds. */
const SLOW_MS = 1000;
const MOST_SLOW = 3;
/** Maximal number of lines about owed handlers. The last ones are those of this run. */
const MOST_OWED = 5;

/** Collects the facts for the end of a run. */
export class Recap {
  readonly #mode: 'play' | 'plan';
  readonly #isResumable: boolean;
  #started: RunStarted | undefined;
  /** The longest duration of a task on a host, by its title, in milliseconds. */
  readonly #slowest = new Map<string, number>();

  /** `isResumable`: true if the running command has `--resume`. */
  constructor(mode: 'play' | 'plan', isResumable: boolean) {
    this.#mode = mode;
    this.#isResumable = isResumable;
  }

  note(event: RunStarted | TaskFinished): void {
    if (event.type === 'run_started') this.#started = event;
    else if (event.milliseconds >= SLOW_MS) {
      const title = taskTitle(event.task, undefined);
      this.#slowest.set(title, Math.max(event.milliseconds, this.#slowest.get(title) ?? 0));
    }
  }

  /**
   * Returns the recap: a sentence and a table about the hosts, owed handlers, slow tasks, why the run stopped, and what
   * to do next.
   */
  lines(event: RunFinished, paint: Paint): readonly string[] {
    const slowest = [...this.#slowest].toSorted(([, one], [, other]) => other - one).slice(0, MOST_SLOW);
    return [
      ...(this.#mode === 'play' && this.#started !== undefined ? [this.#sentence(this.#started, event, paint)] : []),
      ...tableLines(event.recap, COLUMNS[this.#mode], paint),
      ...owedLines(event.recap).map((line) => paint('yellow', line)),
      ...(slowest.length === 0
        ? []
        : [`Slowest: ${slowest.map(([title, took]) => `${title} ${durationText(took)}`).join(' · ')}`]),
      ...(event.stopped === undefined ? [] : [paint('red', `Stopped: ${safeLine(event.stopped)}`)]),
      ...this.#next(event),
    ];
  }

  #sentence({ playbook, runId }: RunStarted, { recap, milliseconds }: RunFinished, paint: Paint): string {
    const hosts = `${recap.length} ${recap.length === 1 ? 'host' : 'hosts'}`;
    const counts = countsOf(recap);
    const isAllInSync = counts.inSync === recap.length;
    const said = isAllInSync
      ? 'nothing to do'
      : Object.entries({
          changed: counts.changed,
          'in sync': counts.inSync,
          failed: counts.failed,
          unreachable: counts.unreachable,
          interrupted: counts.interrupted,
        })
          .filter(([, count]) => count > 0)
          .map(([word, count]) => `${count} ${word}`)
          .join(', ');
    return paint(
      'bold',
      `${safeLine(playbook)} on ${hosts} in ${durationText(milliseconds)}: ${said} (run ${safeLine(runId)})`,
    );
  }

  #next({ recap, stopped }: RunFinished): readonly string[] {
    const isUnfinished = stopped !== undefined || recap.some(isBroken);
    if (!isUnfinished || !this.#isResumable || this.#started === undefined) return [];
    const run = safeLine(this.#started.runId);
    return [`Next: run the same command with --resume ${run}; without --resume, if you change one of its files.`];
  }
}

/** Returns the owed handlers, merged for all hosts with the same ones. */
function owedLines(recap: readonly HostRecap[]): readonly string[] {
  const texts = recap.flatMap(({ host, owed }) => owedTexts(owed).map((text) => ({ host, text })));
  const lines = [...Map.groupBy(texts, ({ text }) => text)].map(([text, of]) => {
    const names = hostNames(of.map(({ host }) => host));
    return `${names} ${of.length === 1 ? 'owes' : 'owe'} the handlers ${text}.`;
  });
  const left = lines.length - MOST_OWED;
  return left > 0 ? [...lines.slice(-MOST_OWED), `… and ${left} more lines like these, of earlier runs`] : lines;
}

type Counted = 'changed' | 'inSync' | 'failed' | 'unreachable' | 'interrupted';

function countsOf(recap: readonly HostRecap[]): Readonly<Record<Counted, number>> {
  const counts = { changed: 0, inSync: 0, failed: 0, unreachable: 0, interrupted: 0 };
  for (const host of recap) {
    if (host.unreachable) counts.unreachable += 1;
    else if (host.interrupted) counts.interrupted += 1;
    else if (host.failed > 0) counts.failed += 1;
    else if (host.changed > 0) counts.changed += 1;
    else counts.inSync += 1;
  }
  return counts;
}

function tableLines(recap: readonly HostRecap[], columns: readonly Column[], paint: Paint): readonly string[] {
  const isLong = recap.length > MOST_ROWS;
  const worth = isLong ? recap.filter((host) => isBroken(host) || host.owed.length > 0) : recap;
  const rows = isLong && worth.length > MOST_APART ? groupedRows(worth, columns) : worth.map((host) => [host] as const);
  const shown = rows.slice(0, MOST_ROWS);
  if (shown.length === 0) return [];
  const used = columns.filter(({ of, isUsual }) => isUsual === true || shown.some(([host]) => of(host) > 0));
  const names = shown.map(rowName);
  const width = Math.max(4, ...names.map(displayWidth));
  const lines = shown.map(([host], index) => {
    const name = names[index] ?? '';
    const cells = used.map(({ title, of, color }) => {
      const count = of(host);
      return paint(count === 0 ? 'dim' : color, String(count).padStart(title.length));
    });
    return [`${paint(hostColor(host), name)}${' '.repeat(width - displayWidth(name))}`, ...cells].join('  ');
  });
  const left = rows.slice(MOST_ROWS).reduce((sum, hosts) => sum + hosts.length, 0);
  return [
    paint('bold', [' '.repeat(width), ...used.map(({ title }) => title)].join('  ')),
    ...lines,
    ...(left > 0 ? [`… and ${left} more hosts like these`] : []),
  ];
}

/** Hosts with equal counts, which share a row. */
type Row = readonly [HostRecap, ...HostRecap[]];

function groupedRows(recap: readonly HostRecap[], columns: readonly Column[]): readonly Row[] {
  const rows = new Map<string, [HostRecap, ...HostRecap[]]>();
  for (const host of recap) {
    const key = columns.map(({ of }) => of(host)).join(' ');
    const row = rows.get(key);
    if (row === undefined) rows.set(key, [host]);
    else row.push(host);
  }
  return [...rows.values()];
}

function rowName([{ host }, ...others]: Row): string {
  return others.length === 0 ? safeLine(host) : `${safeLine(host)} and ${others.length} more`;
}

function isBroken({ failed, unreachable, interrupted }: HostRecap): boolean {
  return failed > 0 || unreachable || interrupted;
}

function hostColor(recap: HostRecap): Color {
  if (isBroken(recap)) return 'red';
  if (recap.changed > 0) return 'yellow';
  return recap.unknown > 0 ? 'magenta' : 'green';
}
