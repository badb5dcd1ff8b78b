import { Problem } from '../../errors/problem.ts';
import type { HostUnreachable, RunEvent, TaskFinished } from '../../run/base/events.ts';
import { durationText } from '../text/duration.ts';
import { shortFailureLines, shortUnreachableLines } from '../text/failure.ts';
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

type Told = TaskFinished | HostUnreachable;

interface Group {
  readonly first: Told;
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
    } else if (!isOfConnecting(event)) this.tell();
    if (event.type === 'play_started') this.#all = event.hosts;
    if (this.#all.length <= MOST_APART) return false;
    if (event.type === 'host_unreachable') return this.#put(event, 0);
    if (event.type !== 'task_finished' || !isGrouped(event)) return false;
    if (warningLines(event, this.#paint).length > 0) return false;
    this.#task = event.task.id;
    return this.#put(event, event.milliseconds);
  }

  #put(event: Told, milliseconds: number): true {
    if (this.#groups.size === 0) this.#since = performance.now();
    const key = this.#names.marking(event.host)(this.#keyOf(event));
    const group = this.#groups.get(key);
    if (group === undefined) {
      this.#groups.set(key, { first: event, hosts: [event.host], least: milliseconds, most: milliseconds });
      return true;
    }
    group.hosts.push(event.host);
    group.least = Math.min(group.least, milliseconds);
    group.most = Math.max(group.most, milliseconds);
    return true;
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
    this.#task = undefined;
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

/** What comes while hosts are connected to, in between. */
function isOfConnecting({ type }: RunEvent): boolean {
  return type === 'host_connected' || type === 'host_unreachable' || type === 'files_read';
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
