import { isEventOf, type EventOf } from '../../run/base/event-of.ts';
import type { RunEvent, TaskFinished } from '../../run/base/events.ts';
import type { PlanDocument, PlanStep, PlanSummary, PlannedOutcome } from '../../run/saved-plan/plan-document.ts';
import { documentDifference } from '../text/document-difference.ts';
import { safeLine } from '../text/safe-text.ts';

type PlayStarted = EventOf<'play_started'>;

type RecordedPlay = PlanDocument['plays'][number];

/** One task on one host, as it was reported. */
interface Finished {
  /** The task, and how often the host has run it before in the play. */
  readonly at: string;
  readonly step: Omit<PlanStep, 'hosts'>;
}

interface OpenPlay {
  readonly name: string;
  readonly place: string;
  readonly hosts: Set<string>;
  readonly finished: Map<string, Finished[]>;
  /** How often a host has run a task with the same loop item. */
  readonly met: Map<string, number>;
}

/** Events without the result of a step. */
const OF_NO_STEP = [
  'files_read',
  'host_unreachable',
  'task_started',
  'task_retried',
  'message',
  'handler_owed',
  'ssh_patches',
  'options_not_kept',
  'settings_without_effect',
  'play_finished',
  'run_finished',
] as const;

/** Records the results of a run's tasks, in an order that does not depend on the speed of hosts. */
export class RecordedPlan {
  readonly #plays = new Map<string, OpenPlay>();
  #hosts: readonly string[] = [];
  #partial: readonly string[] = [];
  #playing: OpenPlay | undefined;
  readonly #addresses = new Map<string, string>();

  note(event: RunEvent): void {
    if (isEventOf(event, OF_NO_STEP)) return;
    switch (event.type) {
      case 'run_started':
        this.#hosts = event.hosts;
        this.#partial = event.partial.map(safeLine);
        return;
      case 'play_started':
        this.#begin(event);
        return;
      case 'task_finished':
        this.#finish(event);
        return;
      case 'host_connected':
        this.#connect(event);
        return;
      default: {
        const never: never = event;
        throw new Error(`unknown event ${JSON.stringify(never)}`);
      }
    }
  }

  #connect({ host, address: given }: EventOf<'host_connected'>): void {
    const address = /^[^@]*@(.+):\d+$/.exec(given)?.[1];
    if (address !== undefined && address !== host) this.#addresses.set(host, address);
  }

  #begin({ play, place, hosts }: PlayStarted): void {
    const key = `${place} ${play}`;
    this.#playing = this.#plays.get(key) ?? openPlay(safeLine(play), place);
    for (const host of hosts) this.#playing.hosts.add(host);
    // A task may have added hosts since the run began.
    this.#hosts = [...new Set([...this.#hosts, ...hosts])];
    this.#plays.set(key, this.#playing);
  }

  #finish(event: TaskFinished): void {
    const outcome = plannedOutcome(event);
    if (outcome === undefined) return;
    this.#playing ??= openPlay('', '');
    const { finished, met } = this.#playing;
    const { task, item, host, delegatedTo } = event;
    const key = JSON.stringify([host, task.id, item]);
    const earlier = met.get(key) ?? 0;
    met.set(key, earlier + 1);
    const ofHost = finished.get(host) ?? [];
    finished.set(host, ofHost);
    ofHost.push({
      at: JSON.stringify([task.id, earlier]),
      step: {
        task: {
          ...task,
          name: safeLine(task.name),
          role: task.role ?? null,
          ...(task.within === undefined ? {} : { within: safeLine(task.within) }),
        },
        item: item === undefined ? null : safeLine(item),
        delegatedTo: delegatedTo === undefined || delegatedTo === host ? null : delegatedTo,
        outcome,
      },
    });
  }

  get hosts(): readonly string[] {
    return this.#hosts;
  }

  /** Addresses of hosts that differ from their names. */
  get addresses(): ReadonlyMap<string, string> {
    return this.#addresses;
  }

  get partial(): readonly string[] {
    return this.#partial;
  }

  /**
   * Returns the plays in their order, each with its steps in the order of the tasks; equal results of several hosts are
   * merged.
   */
  plays(): readonly RecordedPlay[] {
    return [...this.#plays.values()].map(({ name, place, hosts, finished }) => ({
      name,
      place,
      hosts: inOrder(hosts, this.#hosts),
      steps: steps(finished, this.#hosts),
    }));
  }
}

function openPlay(name: string, place: string): OpenPlay {
  return { name, place, hosts: new Set(), finished: new Map(), met: new Map() };
}

/** Counts the outcomes of a plan. A step counts once for each of its hosts. */
export function summaryOf(plays: readonly RecordedPlay[], hosts: number): PlanSummary {
  const count = (kind: PlannedOutcome['kind']): number =>
    plays.reduce(
      (sum, play) =>
        sum + play.steps.reduce((most, step) => (step.outcome.kind === kind ? most + step.hosts.length : most), 0),
      0,
    );
  return { hosts, change: count('change'), unknown: count('unknown'), inSync: count('ok'), skipped: count('skipped') };
}

/** Returns the outcome; undefined for a failure, because a plan with failures is not saved. */
function plannedOutcome({ outcome, hidden }: TaskFinished): PlannedOutcome | undefined {
  switch (outcome.kind) {
    case 'ok':
      return { kind: 'ok' };
    case 'skipped':
      return { kind: 'skipped', why: safeLine(outcome.why) };
    case 'unknown':
      return { kind: 'unknown', because: safeLine(outcome.because) };
    case 'changed':
      return {
        kind: 'change',
        certainty: outcome.certainty,
        ...(outcome.doubt === undefined ? {} : { doubt: safeLine(outcome.doubt) }),
        differences: outcome.differences.map(documentDifference),
        ...(hidden === undefined ? {} : { hidden }),
        notifies: outcome.notifies.map(safeLine),
      };
    case 'failed':
      return undefined;
    default: {
      const never: never = outcome;
      throw new Error(`unknown outcome ${JSON.stringify(never)}`);
    }
  }
}

/**
 * Returns the steps in the order in which each host ran them. A task that only later hosts have comes after the task
 * that precedes it there.
 */
function steps(finished: ReadonlyMap<string, readonly Finished[]>, hosts: readonly string[]): readonly PlanStep[] {
  const order: string[] = [];
  const entries = new Map<string, Map<string, PlanStep & { readonly hosts: string[] }>>();
  for (const host of inOrder(new Set(finished.keys()), hosts)) {
    let before: string | undefined;
    for (const one of finished.get(host) ?? []) {
      const known = entries.get(one.at);
      if (known === undefined) order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, one.at);
      const same = known ?? new Map<string, PlanStep & { readonly hosts: string[] }>();
      entries.set(one.at, same);
      const key = JSON.stringify(one.step);
      const step = same.get(key);
      if (step === undefined) same.set(key, { ...one.step, hosts: [host] });
      else step.hosts.push(host);
      before = one.at;
    }
  }
  return order.flatMap((at) => [...(entries.get(at)?.values() ?? [])]);
}

function inOrder(names: ReadonlySet<string>, order: readonly string[]): readonly string[] {
  const known = order.filter((name) => names.has(name));
  return [...known, ...[...names].filter((name) => !known.includes(name))];
}
