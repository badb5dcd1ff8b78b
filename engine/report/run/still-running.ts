import { elapsedText } from '../text/amounts.ts';
import type { Output } from '../text/output.ts';
import { safeLine } from '../text/safe-text.ts';
import { Activities, type Doing } from './activities.ts';
import { activityText, activityWords } from './activity-text.ts';
import type { Renderer } from './renderer.ts';

/** How often a run says that it goes on. */
const EVERY_MS = 30_000;
/** Tasks that are named, and hosts of a task. */
const MOST_NAMES = 3;

/**
 * Where rows cannot be drawn: the lines of another renderer on `output`, and from time to time, on `signs`, one line
 * about what goes on. So a run is not taken for one that hangs, and a build server does not end it.
 */
export function stillRunning(linesOn: (output: Output) => Renderer, output: Output, signs: Output): Renderer {
  const activities = new Activities(() => performance.now());
  const due = new SignsOfLife(activities, performance.now());
  const lines = linesOn({
    write: (text) => {
      due.said(performance.now());
      output.write(text);
    },
    drained: () => output.drained(),
  });
  const timer = setInterval(() => {
    const line = due.at(performance.now());
    if (line === undefined) return;
    lines.catchUp?.();
    signs.write(`${line}\n`);
  }, LOOK_EVERY_MS);
  timer.unref();
  return {
    show(event, at) {
      activities.follow(event);
      if (event.type === 'run_finished') clearInterval(timer);
      lines.show(event, at);
    },
    live(event) {
      activities.live(event);
    },
    async finish() {
      clearInterval(timer);
      await lines.finish();
    },
  };
}

const LOOK_EVERY_MS = 1000;

/** When it is time for a line, and what it says. Times count in milliseconds of one clock. */
export class SignsOfLife {
  readonly #activities: Activities;
  #last: number;
  #said: number;

  constructor(activities: Activities, began: number) {
    this.#activities = activities;
    this.#last = began - EVERY_MS;
    this.#said = began;
  }

  /** Something else was told at this time. */
  said(now: number): void {
    this.#said = now;
  }

  /**
   * The line that is due, if any: once in thirty seconds, where a host has done the same for so long, or nothing has
   * been told for so long.
   */
  at(now: number): string | undefined {
    const { play, isOver, busy } = this.#activities;
    if (play === undefined || isOver || now - this.#last < EVERY_MS) return undefined;
    const longest = busy.values().next().value;
    const isLong = longest !== undefined && now - longest.since >= EVERY_MS;
    if (!isLong && now - this.#said < EVERY_MS) return undefined;
    this.#last = now;
    this.#said = now;
    return busy.size === 0 ? `still running: ${safeLine(play.play)}` : stillRunningLine([...busy.values()], now);
  }
}

/** One line for all that goes on: hosts that do the same together, the longest first. */
export function stillRunningLine(busy: Iterable<Doing>, now: number): string {
  const groups = new Map<string, Doing[]>();
  for (const doing of busy) {
    const text = activityText(activityWords({ ...doing, progress: undefined }));
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [doing]);
    else group.push(doing);
  }
  const said = [...groups].slice(0, MOST_NAMES).map(([text, group]) => {
    const since = Math.min(...group.map((doing) => doing.since));
    return `${text} on ${hostsText(group.map(({ host }) => safeLine(host)))}, ${elapsedText(now - since)}`;
  });
  const others = [...groups.values()].slice(MOST_NAMES).reduce((sum, group) => sum + group.length, 0);
  if (others > 0) said.push(`${others} more ${others === 1 ? 'host' : 'hosts'}`);
  return `still running: ${said.join('; ')}`;
}

function hostsText(hosts: readonly string[]): string {
  if (hosts.length === 1) return hosts[0] ?? '';
  const shown = hosts.slice(0, MOST_NAMES).join(', ');
  const more = hosts.length > MOST_NAMES ? ` and ${hosts.length - MOST_NAMES} more` : '';
  return `${hosts.length} hosts (${shown}${more})`;
}
