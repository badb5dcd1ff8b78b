import type { EventOf } from '../../run/base/event-of.ts';
import type { HostRecap, RunEvent } from '../../run/base/events.ts';
import { parseLine } from '../journal/journal-line.ts';
import { replayed, replayedRecap } from '../journal/replay.ts';

/** An event, and when it was. */
export interface ReplayedEvent {
  readonly event: RunEvent;
  readonly at: Date;
}

/** How a slice ended. `killed`: its last line is not the end of a run. */
export type SliceEnd =
  | { readonly kind: 'ended'; readonly stopped: string | undefined; readonly milliseconds: number }
  | { readonly kind: 'killed' };

/** One run of one slice, read from its journal or its file of events. */
export interface SliceRun {
  readonly file: string;
  /** The arguments of the program; empty if the file does not have them. */
  readonly command: readonly string[];
  /** Digest of the files of the run; undefined if the file does not have it. */
  readonly inputs: string | undefined;
  readonly started: EventOf<'run_started'> & { readonly slice: NonNullable<EventOf<'run_started'>['slice']> };
  /** Without the start and the end. */
  readonly events: readonly ReplayedEvent[];
  /** Failures that a block rescued, each as `[host, task, item]` in JSON. */
  readonly rescued: ReadonlySet<string>;
  readonly recap: readonly HostRecap[];
  readonly end: SliceEnd;
}

/** The content of a file that is not a run of a slice. */
export type NoSlice = 'no run' | 'a whole run';

/** Reads the lines of a journal or of a file of events. Lines that cannot be read are left out. */
export function readSliceRun(file: string, lines: Iterable<string>): SliceRun | NoSlice {
  let command: readonly string[] = [];
  let inputs: string | undefined;
  let started: EventOf<'run_started'> | undefined;
  const events: ReplayedEvent[] = [];
  let rescued: ReadonlySet<string> = new Set();
  let recap: readonly HostRecap[] | undefined;
  let end: SliceEnd = { kind: 'killed' };
  let last = new Date(0);
  for (const one of lines) {
    const line = parseLine(one);
    if (line === undefined) continue;
    if ('at' in line && typeof line.at === 'string') last = new Date(line.at);
    if (line.type === 'command') ({ arguments: command, inputs } = line);
    if (line.type === 'run_finished') {
      end = { kind: 'ended', stopped: line.stopped, milliseconds: line.milliseconds };
      recap = replayedRecap(line);
      rescued = new Set(line.rescued?.map(({ host, task, item }) => JSON.stringify([host, task, item])));
    }
    const event = replayed(line);
    if (event?.type === 'run_started') started ??= event;
    else if (event !== undefined) events.push({ event, at: last });
  }
  if (started === undefined) return 'no run';
  const { slice } = started;
  if (slice === undefined) return 'a whole run';
  const run = { file, command, inputs, started: { ...started, slice }, events, rescued, end };
  return { ...run, recap: recap ?? countedRecap(run) };
}

/**
 * Counts the results of each host in a killed run. A host that had not finished its last task counts as interrupted.
 */
function countedRecap({ started, events }: Pick<SliceRun, 'started' | 'events'>): readonly HostRecap[] {
  const counts = new Map(started.hosts.map((host) => [host, new Counts(host)]));
  for (const { event } of events) if ('host' in event) counts.get(event.host)?.note(event);
  return [...counts.values()].map((one) => one.recap());
}

class Counts {
  readonly #host: string;
  readonly #counts = { ok: 0, changed: 0, unknown: 0, skipped: 0, failed: 0, ignored: 0 };
  #unreachable = false;

  constructor(host: string) {
    this.#host = host;
  }

  note(event: RunEvent): void {
    if (event.type === 'host_unreachable') this.#unreachable = true;
    if (event.type !== 'task_finished') return;
    const { outcome } = event;
    if (outcome.kind === 'failed' && outcome.ignored) this.#counts.ignored += 1;
    else this.#counts[outcome.kind] += 1;
  }

  recap(): HostRecap {
    const isBroken = this.#unreachable || this.#counts.failed > 0;
    return {
      host: this.#host,
      ...this.#counts,
      rescued: 0,
      unreachable: this.#unreachable,
      interrupted: !isBroken,
      owed: [],
      roundTrips: 0,
    };
  }
}
