import {
  type PlayRecord,
  type ResultRecord,
  type RunRecord,
  STATUSES,
  type TaskRecord,
} from '../journal/run-record.ts';
import { safeLine } from '../text/safe-text.ts';
import { DetailTable, type Detail } from './page-details.ts';

/**
 * The data of a run for its page. Hosts, plays, tasks, items and details are each stored once, in a list. Each property
 * of a result is a column with one number per result: a position in one of the lists, or a time. The script of the page
 * (`page.js`) reads these data, so a change here needs a change there.
 */
export interface PageData {
  readonly statuses: readonly string[];
  /** The shown period, in milliseconds. */
  readonly span: number;
  /** True if times are estimated from durations, because the journal has none. */
  readonly isApproximate: boolean;
  readonly hosts: readonly string[];
  readonly plays: readonly string[];
  /** Play, title, place. */
  readonly tasks: readonly (readonly [number, string, string])[];
  readonly items: readonly string[];
  readonly details: readonly Detail[];
  /** For each result, the index of its host, task and so on in the lists above. -1: no item, or no details. */
  readonly host: readonly number[];
  readonly task: readonly number[];
  readonly item: readonly number[];
  readonly status: readonly number[];
  /** Start and duration, in milliseconds from the beginning of the run. */
  readonly start: readonly number[];
  readonly took: readonly number[];
  readonly detail: readonly number[];
}

/** Returns the data of the page for a recorded run. Texts are safe to show; secrets are masked already. */
export function pageData(record: RunRecord): PageData {
  const hosts = new Numbers(record.hosts.map(safeLine));
  const items = new Numbers<string>();
  const plays = new Numbers<PlayRecord>();
  const tasks = new Numbers<TaskRecord>();
  const details = new DetailTable();
  const times = timesOf(record);
  const columns = {
    host: record.results.map(({ host }) => hosts.of(safeLine(host))),
    task: record.results.map(({ task }) => tasks.of(task)),
    item: record.results.map(({ item }) => (item === undefined ? -1 : items.of(safeLine(item)))),
    status: record.results.map(({ status }) => STATUSES.indexOf(status)),
    start: times.map(({ start }) => start),
    took: record.results.map(({ milliseconds }) => Math.round(milliseconds)),
    detail: record.results.map((result) => details.of(result)),
  };
  const last = times.reduce((most, { start, took }) => Math.max(most, start + took), 0);
  return {
    statuses: STATUSES,
    span: Math.max(1, Math.round(record.milliseconds ?? 0), last),
    isApproximate: record.results.some(({ ended }) => ended === undefined),
    tasks: tasks.all.map(({ play, title, place }) => [plays.of(play), title, safeLine(place.replace(/:\d+$/, ''))]),
    plays: plays.all.map(({ name }) => safeLine(name)),
    hosts: hosts.all,
    items: items.all,
    details: details.all,
    ...columns,
  };
}

interface Time {
  readonly start: number;
  readonly took: number;
}

/** Without times in the journal, the tasks of a host follow each other without pauses. */
function timesOf({ began, results }: RunRecord): readonly Time[] {
  const ends = new Map<string, number>();
  return results.map(({ host, ended, milliseconds }: ResultRecord) => {
    const took = Math.round(milliseconds);
    const start = ended === undefined ? (ends.get(host) ?? 0) : Math.max(0, ended - began.getTime() - took);
    ends.set(host, start + took);
    return { start, took };
  });
}

/** Numbers things in the order in which they appear. */
class Numbers<Thing> {
  readonly #numbers: Map<Thing, number>;

  constructor(things: readonly Thing[] = []) {
    this.#numbers = new Map(things.map((thing, index) => [thing, index]));
  }

  of(thing: Thing): number {
    const known = this.#numbers.get(thing) ?? this.#numbers.size;
    this.#numbers.set(thing, known);
    return known;
  }

  get all(): readonly Thing[] {
    return [...this.#numbers.keys()];
  }
}
