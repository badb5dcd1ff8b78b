import { elapsedText } from '../text/amounts.ts';
import type { Output } from '../text/output.ts';
import { safeLine } from '../text/safe-text.ts';
import { Activities, type Doing } from './activities.ts';
import { activityText, activityWords } from './activity-text.ts';
import type { Renderer } from './renderer.ts';

/** Interval of the lines, in milliseconds. */
const EVERY_MS = 30_000;
/** Maximal number of named tasks, and of named hosts per task. */
const MOST_NAMES = 3;

/**
 * For outputs without live rows: the lines of another renderer on `output`, and regularly one line about the current
 * activities on `signs`. It shows that the run does not hang, and keeps build servers from ending it.
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

/** Decides when a line is due, and what it says. Times are milliseconds of one clock. */
export class SignsOfLife {
  readonly #activities: Activities;
  #last: number;
  #said: number;

  constructor(activities: Activities, began: number) {
    this.#activities = activities;
    this.#last = began - EVERY_MS;
    this.#said = began;
  }

  /** Records that another line was shown at this time. */
  said(now: number): void {
    this.#said = now;
  }

  /**
   * Returns the due line, if any: at most one in thirty seconds, if a host has done the same, or nothing has been
   * shown, for that long.
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

/** Returns one line for all activities: hosts with the same activity together, the longest first. */
function stillRunningLine(busy: Iterable<Doing>, now: number): string {
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
