import { isEventOf, type EventOf } from '../../run/base/event-of.ts';
import type { RunEvent, TaskFinished, TaskIdentity } from '../../run/base/events.ts';
import { HostPositions } from '../../run/base/host-positions.ts';
import type { Activity, HostActivity } from '../../run/base/live-events.ts';

/** The current activity of a host. Times are milliseconds of one clock. */
export interface Doing {
  readonly host: string;
  readonly phase: Phase;
  /** Start time of this phase. */
  readonly since: number;
  readonly task: TaskAtHost | undefined;
  /** For a task with `until`, after a failed attempt: the next attempt. */
  readonly attempt: { readonly number: number; readonly of: number } | undefined;
  /** Progress of a change. */
  readonly progress: Progressing | undefined;
}

export interface TaskAtHost {
  readonly identity: TaskIdentity;
  readonly item: string | undefined;
}

type Kind<Name extends Activity['kind']> = Extract<Activity, { readonly kind: Name }>;

export type Progressing = Kind<'sending' | 'fetching' | 'printing'>;

/** Phases in which the host, or the controller for it, works or waits without depending on other hosts. */
export type BusyPhase =
  | Kind<'connecting' | 'looking' | 'changing' | 'awaiting' | 'pausing' | 'delaying'>
  | { readonly kind: 'locked'; readonly holder: string; readonly before: Phase };

export type Phase =
  | BusyPhase
  | Kind<'idle' | 'waiting_for_hosts' | 'waiting_for_turn' | 'left'>
  /** It has not been connected in this run. */
  | { readonly kind: 'unconnected' };

export type PhaseKind = Phase['kind'];

/** Events that do not affect the position of a run. */
const OF_NO_HOST = [
  'files_read',
  'message',
  'handler_owed',
  'ssh_patches',
  'options_not_kept',
  'settings_without_effect',
] as const;

const IDLE: Phase = { kind: 'idle' };
const UNCONNECTED: Phase = { kind: 'unconnected' };

/**
 * Tracks the position of a run and the activity of each host. The cost of an event does not depend on the number of
 * hosts, nor does the cost of a question, except for lists of all hosts.
 */
export class Activities {
  readonly #now: () => number;
  #play: EventOf<'play_started'> | undefined;
  #isOver = false;
  readonly #alive = new Map<string, Doing>();
  /** Busy hosts. A host that begins is appended, so the host that has been busy for the longest time comes first. */
  readonly #busy = new Map<string, Doing>();
  readonly #counts = new Map<PhaseKind, number>();
  /** For each failed host, the task; undefined for a lost host. */
  readonly #broken = new Map<string, string | undefined>();
  readonly #changed = new Set<string>();
  readonly #connected = new Set<string>();
  /** The numbers of the current tasks of hosts, from 1. */
  readonly #numbers = new HostPositions();
  #tasks = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The play or batch that runs; between two of them, the one that ended last. Undefined before the first one. */
  get play(): EventOf<'play_started'> | undefined {
    return this.#play;
  }

  /** True if the play has ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The hosts of the play that have not failed. */
  get alive(): ReadonlyMap<string, Doing> {
    return this.#alive;
  }

  /** The busy hosts among `alive`. The host that has been busy for the longest time comes first. */
  get busy(): ReadonlyMap<string, Doing> {
    return this.#busy;
  }

  get failed(): number {
    return this.#broken.size;
  }

  get changed(): number {
    return this.#changed.size;
  }

  /** Returns the number of hosts in this phase that have not failed. */
  count(phase: PhaseKind): number {
    return this.#counts.get(phase) ?? 0;
  }

  /** The task of the slowest host, and the number of known tasks; undefined before the first task. */
  get taskNumber(): { readonly number: number; readonly of: number } | undefined {
    const number = this.#numbers.slowest(1);
    return Number.isFinite(number) ? { number, of: this.#tasks } : undefined;
  }

  follow(event: RunEvent): void {
    if (isEventOf(event, OF_NO_HOST)) return;
    switch (event.type) {
      case 'run_started':
        return;
      case 'play_started':
        this.#begin(event);
        return;
      case 'host_connected':
        this.#connected.add(event.host);
        this.#enter(event.host, IDLE);
        return;
      case 'task_started':
        this.#startTask(event);
        return;
      case 'task_retried':
        this.#change(event.host, { attempt: { number: event.attempt + 1, of: event.attempts } });
        return;
      case 'task_finished':
        this.#finish(event);
        return;
      case 'host_unreachable':
        this.#drop(event.host, undefined);
        return;
      case 'play_finished':
      case 'run_finished':
        this.#end();
        return;
      default:
        throw new Error(`unknown event ${JSON.stringify(event satisfies never)}`);
    }
  }

  live({ host, activity }: HostActivity): void {
    const { kind } = activity;
    if (kind === 'at_task') this.#comeTo(host, activity);
    else if (kind === 'sending' || kind === 'fetching' || kind === 'printing')
      this.#change(host, { progress: activity });
    else if (kind === 'locked') this.#lock(host, activity.holder);
    else if (kind === 'unlocked') this.#unlock(host);
    else {
      if (kind === 'left') this.#numbers.leave(host);
      this.#enter(host, activity);
    }
  }

  #begin(event: EventOf<'play_started'>): void {
    this.#end();
    this.#play = event;
    this.#isOver = false;
    this.#tasks = 0;
    const since = this.#now();
    const nothing = { since, task: undefined, attempt: undefined, progress: undefined };
    for (const host of event.hosts)
      this.#put({ host, phase: this.#connected.has(host) ? IDLE : UNCONNECTED, ...nothing });
  }

  #end(): void {
    this.#isOver = true;
    this.#alive.clear();
    this.#busy.clear();
    this.#counts.clear();
    this.#broken.clear();
    this.#changed.clear();
    this.#numbers.clear();
  }

  #comeTo(host: string, { task, item, number, of }: Kind<'at_task'>): void {
    // A rescue continues after a failure.
    if (this.#broken.has(host) && this.#broken.get(host) !== task.id) this.#revive(host);
    this.#tasks = Math.max(this.#tasks, of);
    if (!this.#alive.has(host)) return;
    this.#numbers.move(host, number);
    this.#change(host, { phase: IDLE, task: { identity: task, item }, attempt: undefined, progress: undefined });
  }

  #revive(host: string): void {
    this.#broken.delete(host);
    this.#put({ host, phase: IDLE, since: this.#now(), task: undefined, attempt: undefined, progress: undefined });
  }

  #startTask({ host, task, item }: EventOf<'task_started'>): void {
    const known = this.#alive.get(host)?.task;
    const isSame = known?.identity.id === task.id && known.item === item;
    this.#change(host, {
      phase: { kind: 'waiting_for_turn' },
      task: { identity: task, item },
      ...(isSame ? {} : { attempt: undefined }),
    });
  }

  #finish({ host, task, item, outcome }: TaskFinished): void {
    if (outcome.kind === 'failed' && !outcome.ignored) {
      this.#drop(host, task.id);
      return;
    }
    if (!isIdleAt(this.#alive.get(host), task, item))
      this.#change(host, { phase: IDLE, task: { identity: task, item }, attempt: undefined, progress: undefined });
    if (outcome.kind === 'changed') this.#changed.add(host);
  }

  #lock(host: string, holder: string): void {
    const { phase } = this.#alive.get(host) ?? {};
    if (phase !== undefined && phase.kind !== 'locked') this.#enter(host, { kind: 'locked', holder, before: phase });
  }

  #unlock(host: string): void {
    const { phase } = this.#alive.get(host) ?? {};
    if (phase?.kind === 'locked') this.#enter(host, phase.before);
  }

  #enter(host: string, phase: Phase): void {
    this.#change(host, { phase, progress: undefined });
  }

  #change(host: string, change: Partial<Doing>): void {
    const before = this.#alive.get(host);
    if (before === undefined) return;
    const phase = change.phase ?? before.phase;
    const since = phase === before.phase ? before.since : this.#now();
    this.#put({ ...before, ...change, since });
  }

  /**
   * Records an activity. A host keeps its position among all hosts, and moves to the end of the busy ones if its phase
   * is new.
   */
  #put(doing: Doing): void {
    const { host, phase } = doing;
    const before = this.#alive.get(host);
    this.#alive.set(host, doing);
    if (before?.phase === phase) {
      if (this.#busy.has(host)) this.#busy.set(host, doing);
      return;
    }
    if (before !== undefined) this.#add(before.phase.kind, -1);
    this.#add(phase.kind, 1);
    this.#busy.delete(host);
    if (isBusy(phase)) this.#busy.set(host, doing);
  }

  #drop(host: string, task: string | undefined): void {
    const before = this.#alive.get(host);
    if (before === undefined) return;
    this.#add(before.phase.kind, -1);
    this.#alive.delete(host);
    this.#busy.delete(host);
    this.#numbers.leave(host);
    this.#broken.set(host, task);
  }

  #add(kind: PhaseKind, more: number): void {
    this.#counts.set(kind, this.count(kind) + more);
  }
}

/** Returns whether the host has come to the task and has done nothing for it since, as for most tasks in sync. */
function isIdleAt(doing: Doing | undefined, task: TaskIdentity, item: string | undefined): boolean {
  if (doing?.phase !== IDLE || doing.attempt !== undefined || doing.progress !== undefined) return false;
  return doing.task?.identity === task && doing.task.item === item;
}

/** Returns whether the host, or the controller for it, works or waits without depending on other hosts. */
export function isBusy(phase: Phase): phase is BusyPhase {
  switch (phase.kind) {
    case 'connecting':
    case 'locked':
    case 'looking':
    case 'changing':
    case 'awaiting':
    case 'pausing':
    case 'delaying':
      return true;
    case 'idle':
    case 'waiting_for_hosts':
    case 'waiting_for_turn':
    case 'left':
    case 'unconnected':
      return false;
    default: {
      const never: never = phase;
      throw new Error(`unknown phase ${JSON.stringify(never)}`);
    }
  }
}
