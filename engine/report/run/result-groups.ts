import type { RunEvent, TaskFinished } from '../../run/base/events.ts';
import { durationText } from '../text/duration.ts';
import { shortFailureLines } from '../text/failure.ts';
import { hostNames, inNaturalOrder } from '../text/host-names.ts';
import { OwnNames } from '../text/own-names.ts';
import type { Paint } from '../text/paint.ts';
import { taskTitle } from '../text/task-title.ts';
import { warningLines } from '../text/warnings.ts';

/** With so many hosts in a play or less, each has lines of its own. */
const MOST_APART = 10;
/** What was put off is told with the first event after so long, in milliseconds. */
const LONGEST_WAIT_MS = 10_000;
/** Below this it does not matter how long a task took. */
const SLOW_MS = 1000;

interface Group {
  readonly first: TaskFinished;
  readonly hosts: string[];
  least: number;
  most: number;
}

/**
 * Puts off what changed or failed on one of many hosts, until another task has its turn, and tells it then once for all
 * hosts with the same result. What comes in between is told behind it.
 */
export class ResultGroups {
  readonly #say: (lines: readonly string[]) => void;
  readonly #paint: Paint;
  readonly #names = new OwnNames();
  readonly #groups = new Map<string, Group>();
  #all: readonly string[] = [];
  #task: string | undefined;
  #since = 0;

  constructor(say: (lines: readonly string[]) => void, paint: Paint) {
    this.#say = say;
    this.#paint = paint;
  }

  /** Whether the event is told with others, later. Tells those that were put off where they wait no longer. */
  take(event: RunEvent): boolean {
    if (event.type === 'task_started' || event.type === 'task_finished') {
      if (event.task.id !== this.#task || performance.now() - this.#since > LONGEST_WAIT_MS) this.tell();
    } else if (event.type !== 'host_connected' && event.type !== 'files_read') this.tell();
    if (event.type === 'play_started') this.#all = event.hosts;
    if (event.type !== 'task_finished' || this.#all.length <= MOST_APART || !isGrouped(event)) return false;
    if (warningLines(event, this.#paint).length > 0) return false;
    this.#put(event);
    return true;
  }

  #put(event: TaskFinished): void {
    if (this.#groups.size === 0) this.#since = performance.now();
    this.#task = event.task.id;
    const mark = this.#names.marking(event.host);
    const key = mark(JSON.stringify([event.task.name, event.item, event.delegatedTo, this.#outcome(event)]));
    const group = this.#groups.get(key);
    if (group === undefined) {
      const { milliseconds } = event;
      this.#groups.set(key, { first: event, hosts: [event.host], least: milliseconds, most: milliseconds });
      return;
    }
    group.hosts.push(event.host);
    group.least = Math.min(group.least, event.milliseconds);
    group.most = Math.max(group.most, event.milliseconds);
  }

  #outcome(event: TaskFinished): string {
    return event.outcome.kind === 'failed'
      ? shortFailureLines({ ...event, host: '' }, this.#paint).join('\n')
      : event.outcome.kind;
  }

  tell(): void {
    for (const group of this.#groups.values()) this.#say(this.#lines(group));
    this.#groups.clear();
    this.#task = undefined;
  }

  #lines({ first, hosts, least, most }: Group): readonly string[] {
    const took = most < SLOW_MS ? '' : ` (${timesText(least, most)})`;
    const isAlone = hosts.length === 1;
    const on = hostNames(inNaturalOrder(hosts), this.#all);
    if (first.outcome.kind === 'failed') {
      const [line = '', ...more] = shortFailureLines(isAlone ? first : { ...first, host: on }, this.#paint);
      const mark = isAlone ? (text: string): string => text : this.#names.marking(first.host);
      return [`${line}${took}`, ...more.map(mark)];
    }
    const title = isAlone
      ? taskTitle(first.task, first.item)
      : this.#names.marking(first.host)(taskTitle(first.task, first.item));
    return [this.#paint('yellow', `changed: [${on}] ${title}${took}`)];
  }
}

function isGrouped({ outcome, delegatedTo, host }: TaskFinished): boolean {
  if (delegatedTo !== undefined && delegatedTo !== host) return false;
  return outcome.kind === 'changed' || (outcome.kind === 'failed' && !outcome.ignored);
}

function timesText(least: number, most: number): string {
  const [from, to] = [durationText(least), durationText(most)];
  return from === to ? to : `${from} to ${to}`;
}
