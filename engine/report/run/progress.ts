import { isEventOf, type EventOf } from '../../run/base/event-of.ts';
import type { RunEvent, TaskFinished } from '../../run/base/events.ts';
import type { Paint } from '../text/paint.ts';
import { safeLine } from '../text/safe-text.ts';
import { taskTitle } from '../text/task-title.ts';
import { displayWidth } from '../text/width.ts';

/** What a host does: since when counts in milliseconds of `performance.now()`. */
interface Doing {
  readonly what: string;
  readonly since: number;
  /** It changes something; otherwise it has just finished this and goes on. */
  readonly busy: boolean;
}

/** A change that takes longer than this has its time shown. */
const SHOW_TIME_AFTER_MS = 2000;

/** Events that do not change where a run is. */
const OF_NO_HOST = [
  'files_read',
  'run_started',
  'message',
  'handler_owed',
  'ssh_patches',
  'options_not_kept',
  'settings_without_effect',
  'run_finished',
] as const;

/** Where a run is: the play, how far it has come, and what each host is doing. */
export class Progress {
  readonly #paint: Paint;
  #play: string | undefined;
  #hosts: readonly string[] = [];
  readonly #doing = new Map<string, Doing>();
  readonly #broken = new Set<string>();
  readonly #changed = new Set<string>();

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  follow(event: RunEvent): void {
    if (isEventOf(event, OF_NO_HOST)) return;
    switch (event.type) {
      case 'play_started':
        this.#begin(event);
        return;
      case 'host_connected':
        this.#doing.set(event.host, { what: 'connected', since: performance.now(), busy: false });
        return;
      case 'task_started':
        this.#doing.set(event.host, { what: taskTitle(event.task, event.item), since: performance.now(), busy: true });
        return;
      case 'task_retried':
        this.#doing.set(event.host, {
          what: `${taskTitle(event.task, undefined)}, attempt ${event.attempt + 1} of ${event.attempts}`,
          since: performance.now(),
          busy: true,
        });
        return;
      case 'task_finished':
        this.#finish(event);
        return;
      case 'host_unreachable':
        this.#broken.add(event.host);
        return;
      case 'play_finished':
        this.#play = undefined;
        this.#doing.clear();
        return;
      default:
        throw new Error(`unknown event ${JSON.stringify(event satisfies never)}`);
    }
  }

  #begin({ play, hosts, batch, batches }: EventOf<'play_started'>): void {
    this.#play = `${safeLine(play)}${batches > 1 ? `, batch ${batch} of ${batches}` : ''}`;
    this.#hosts = hosts;
    this.#doing.clear();
  }

  #finish({ host, task, item, outcome }: TaskFinished): void {
    this.#doing.set(host, { what: taskTitle(task, item), since: performance.now(), busy: false });
    if (outcome.kind === 'failed' && !outcome.ignored) this.#broken.add(host);
    if (outcome.kind === 'changed') this.#changed.add(host);
  }

  /**
   * At most so many lines. Where there are more hosts than lines, those are named that change something, longest first.
   */
  rows(most: number, now: number): readonly string[] {
    if (this.#play === undefined) return ['starting'];
    const heading = `${this.#play}: ${this.#counts()}`;
    const alive = this.#hosts.filter((host) => !this.#broken.has(host));
    const named =
      alive.length < most
        ? alive
        : alive
            .filter((host) => this.#doing.get(host)?.busy === true)
            .toSorted((one, other) => this.#since(one) - this.#since(other));
    const shown = named.slice(0, Math.max(0, most - 1));
    const names = shown.map(safeLine);
    const width = Math.max(0, ...names.map(displayWidth));
    return [
      heading,
      ...shown.map(
        (host, index) =>
          `${names[index] ?? ''}${' '.repeat(width - displayWidth(names[index] ?? ''))}  ${this.#activity(host, now)}`,
      ),
    ];
  }

  #counts(): string {
    const begun = this.#hosts.filter((host) => this.#doing.has(host)).length;
    const broken = this.#hosts.filter((host) => this.#broken.has(host)).length;
    const changed = this.#hosts.filter((host) => this.#changed.has(host)).length;
    return [
      `${begun}/${this.#hosts.length} ${this.#hosts.length === 1 ? 'host' : 'hosts'}`,
      ...(changed > 0 ? [this.#paint('yellow', `${changed} changed`)] : []),
      ...(broken > 0 ? [this.#paint('red', `${broken} failed`)] : []),
    ].join(', ');
  }

  #activity(host: string, now: number): string {
    const doing = this.#doing.get(host);
    if (doing === undefined) return this.#paint('dim', 'connecting');
    if (!doing.busy) return this.#paint('dim', doing.what);
    const milliseconds = now - doing.since;
    return milliseconds < SHOW_TIME_AFTER_MS
      ? doing.what
      : `${doing.what} ${this.#paint('dim', `${Math.floor(milliseconds / 1000)} s`)}`;
  }

  #since(host: string): number {
    return this.#doing.get(host)?.since ?? 0;
  }
}
