import { Problem } from '../../errors/problem.ts';
import { isEventOf } from '../../run/base/event-of.ts';
import type { HostUnreachable, RunEvent, TaskFinished } from '../../run/base/events.ts';
import { durationText } from '../text/duration.ts';
import { shortFailureLines, shortUnreachableLines } from '../text/failure.ts';
import { hostNames, inNaturalOrder } from '../text/host-names.ts';
import { OwnNames } from '../text/own-names.ts';
import type { Paint } from '../text/paint.ts';
import { taskTitle } from '../text/task-title.ts';
import { warningLines } from '../text/warnings.ts';
import { Passing } from './passing.ts';

/** In a play with at most this number of hosts, each host has lines of its own. */
const MOST_APART = 10;
/** Delayed results are shown with the first event after this time; failures sooner. Milliseconds. */
const LONGEST_WAIT_MS = 10_000;
const FAILURES_WAIT_MS = 2000;
/** Shorter durations are not shown. Milliseconds. */
const SLOW_MS = 1000;

/** Events that are not shown if results are grouped. */
const QUIET = ['task_started', 'task_retried', 'host_connected', 'ssh_patches', 'files_read'] as const;

type Told = TaskFinished | HostUnreachable;

interface Group {
  readonly first: Told;
  /** The number of its task; undefined for a lost host. */
  readonly number: number | undefined;
  /** By the clock of `performance`. */
  readonly since: number;
  readonly hosts: string[];
  least: number;
  most: number;
}

/**
 * Delays changes and failures of one of many hosts until all hosts have reached or passed the task, and then shows them
 * once for all hosts with the same result. Some hosts may be ahead meanwhile. Other lines follow them.
 */
export class ResultGroups {
  readonly #say: (lines: readonly string[]) => void;
  readonly #paint: Paint;
  readonly #names = new OwnNames();
  readonly #groups = new Map<string, Group>();
  readonly #passing = new Passing();
  #all: readonly string[] = [];

  constructor(say: (lines: readonly string[]) => void, paint: Paint) {
    this.#say = say;
    this.#paint = paint;
  }

  /** Returns whether the event is shown later, together with others. Shows delayed events that wait no longer. */
  take(event: RunEvent): boolean {
    if (event.type === 'play_started') {
      this.tell();
      this.#all = event.hosts;
      this.#passing.begin(event.hosts);
    }
    if (this.#all.length <= MOST_APART) return false;
    const isPutOff = this.#takeIn(event);
    this.#tellWhatIsDue();
    return isPutOff;
  }

  #takeIn(event: RunEvent): boolean {
    if (event.type === 'task_finished') return this.#finish(event);
    if (event.type === 'host_unreachable') {
      this.#passing.leave(event.host);
      return this.#put(event, { number: undefined, milliseconds: 0 });
    }
    if (!isEventOf(event, QUIET)) this.tell();
    return false;
  }

  #finish(event: TaskFinished): boolean {
    const number = this.#passing.come(event.host, event.task.id);
    if (event.outcome.kind === 'failed' && !event.outcome.ignored) this.#passing.leave(event.host);
    if (!isGrouped(event)) return false;
    if (warningLines(event, this.#paint).length > 0) {
      this.tell();
      return false;
    }
    return this.#put(event, { number, milliseconds: event.milliseconds });
  }

  #put(
    event: Told,
    { number, milliseconds }: { readonly number: number | undefined; readonly milliseconds: number },
  ): true {
    const key = `${number ?? ''} ${this.#names.marking(event.host)(this.#keyOf(event))}`;
    const group = this.#groups.get(key);
    if (group === undefined) {
      const since = performance.now();
      this.#groups.set(key, {
        first: event,
        number,
        since,
        hosts: [event.host],
        least: milliseconds,
        most: milliseconds,
      });
      return true;
    }
    group.hosts.push(event.host);
    group.least = Math.min(group.least, milliseconds);
    group.most = Math.max(group.most, milliseconds);
    return true;
  }

  #tellWhatIsDue(): void {
    if (this.#groups.size === 0) return;
    const { slowest } = this.#passing;
    const now = performance.now();
    const due = [...this.#groups].filter(([, group]) => isOver(group, slowest) || isLate(group, now));
    if (due.length === 0) return;
    // A host that was lost earlier is shown earlier.
    const lost = [...this.#groups].filter((one) => one[1].number === undefined && !due.includes(one));
    for (const [key, group] of [...lost, ...due]) {
      this.#say(this.#lines(group));
      this.#groups.delete(key);
    }
  }

  #keyOf(event: Told): string {
    if (event.type === 'host_unreachable') return shortUnreachableLines({ ...event, host: '' }, this.#paint).join('\n');
    return JSON.stringify([event.task.name, event.item, event.delegatedTo, this.#outcome(event)]);
  }

  #outcome(event: TaskFinished): string {
    return event.outcome.kind === 'failed'
      ? shortFailureLines({ ...event, host: '' }, this.#paint).join('\n')
      : event.outcome.kind;
  }

  tell(): void {
    for (const group of this.#groups.values()) this.#say(this.#lines(group));
    this.#groups.clear();
  }

  #lines({ first, hosts, least, most }: Group): readonly string[] {
    const took = most < SLOW_MS ? '' : ` (${timesText(least, most)})`;
    const isAlone = hosts.length === 1;
    const on = hostNames(inNaturalOrder(hosts), this.#all);
    const mark = isAlone ? (text: string): string => text : this.#names.marking(first.host);
    if (first.type === 'host_unreachable')
      return shortUnreachableLines(isAlone ? first : markedLoss(first, on, mark), this.#paint);
    if (first.outcome.kind === 'failed') {
      const [line = '', ...more] = shortFailureLines(isAlone ? first : { ...first, host: on }, this.#paint);
      return [`${line}${took}`, ...more.map(mark)];
    }
    return [this.#paint('yellow', `changed: [${on}] ${mark(taskTitle(first.task, first.item))}${took}`)];
  }
}

/**
 * Returns whether all hosts have reached or passed the task. For a loop, more results may follow while a host is at the
 * task.
 */
function isOver({ number, first }: Group, slowest: number): boolean {
  if (number === undefined) return false;
  const isLoop = first.type === 'task_finished' && first.item !== undefined;
  return isLoop ? number < slowest : number <= slowest;
}

function isLate({ first, since }: Group, now: number): boolean {
  const isFailure = first.type === 'host_unreachable' || first.outcome.kind === 'failed';
  return now - since > (isFailure ? FAILURES_WAIT_MS : LONGEST_WAIT_MS);
}

function markedLoss(loss: HostUnreachable, on: string, mark: (text: string) => string): HostUnreachable {
  const { problem } = loss;
  return { ...loss, host: on, problem: new Problem({ code: problem.code, what: mark(problem.what), cause: problem }) };
}

function isGrouped({ outcome, delegatedTo, host }: TaskFinished): boolean {
  if (delegatedTo !== undefined && delegatedTo !== host) return false;
  return outcome.kind === 'changed' || (outcome.kind === 'failed' && !outcome.ignored);
}

function timesText(least: number, most: number): string {
  const [from, to] = [durationText(least), durationText(most)];
  return from === to ? to : `${from} to ${to}`;
}
