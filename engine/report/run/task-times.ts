import { durationText } from '../text/duration.ts';
import type { Paint } from '../text/paint.ts';
import { safeLine } from '../text/safe-text.ts';

interface Times {
  total: number;
  longest: number;
  longestOn: string;
  count: number;
}

/** Maximal number of listed tasks; the others are added up. */
const MOST_TASKS = 20;

/** Collects the durations of tasks for `--profile`: all hosts and items of a task together. */
export class TaskTimes {
  readonly #tasks = new Map<string, Times>();

  /** Records a host or item that has finished the task with this title. */
  note(host: string, title: string, took: number): void {
    // Rounded as in the journal, so that the table of a run is the same later.
    const milliseconds = Math.round(took);
    const times = this.#tasks.get(title) ?? { total: 0, longest: -1, longestOn: '', count: 0 };
    times.total += milliseconds;
    times.count += 1;
    if (milliseconds > times.longest) {
      times.longest = milliseconds;
      times.longestOn = host;
    }
    this.#tasks.set(title, times);
  }

  /** Returns a table, the task with the longest total time first. Times of simultaneous hosts are added up. */
  lines(paint: Paint): readonly string[] {
    const sorted = [...this.#tasks].toSorted(([, one], [, other]) => other.total - one.total);
    if (sorted.length === 0) return ['No task was timed.'];
    const shown = sorted.slice(0, MOST_TASKS);
    const rest = sorted.slice(MOST_TASKS);
    return [
      paint('bold', row('total', 'longest', 'count', 'task (host of the longest)')),
      ...shown.map(([title, { total, longest, longestOn, count }]) =>
        row(durationText(total), durationText(longest), String(count), `${title} (${safeLine(longestOn)})`),
      ),
      ...(rest.length === 0
        ? []
        : [
            row(durationText(rest.reduce((sum, [, { total }]) => sum + total, 0)), '', '', `${rest.length} more tasks`),
          ]),
    ];
  }
}

function row(...[total = '', longest = '', count = '', title = '']: readonly string[]): string {
  return `${total.padStart(10)}  ${longest.padStart(10)}  ${count.padStart(6)}  ${title}`;
}
