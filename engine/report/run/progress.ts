import type { RunEvent } from '../../run/base/events.ts';
import type { HostActivity } from '../../run/base/live-events.ts';
import { maskedOnce } from '../../values/mask/mask.ts';
import { elapsedText } from '../text/amounts.ts';
import type { Color, Paint } from '../text/paint.ts';
import { safeLine } from '../text/safe-text.ts';
import { cutToWidth, displayWidth } from '../text/width.ts';
import { Activities, isBusy, type Doing } from './activities.ts';
import { activityText, activityWords } from './activity-text.ts';

/** The room for rows, in columns and lines. */
export interface Room {
  readonly columns: number;
  readonly rows: number;
}

/** A part of a row, with its color. */
type Part = readonly [text: string, color?: Color | undefined];

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const SPINNER_MS = 100;
/** The time of a host is shown after it has done the same for this long. */
const SHOW_TIME_AFTER_MS = 1000;
/** Columns for a time, so that rows do not move sideways when the first one appears: `12 s`. */
const LEAST_TIME = 4;
/** Columns before the name, and after name and time. */
const MARGINS = 6;

/** Shows the position of a run as rows of a terminal: the run, the hosts, and the number of hosts without a row. */
export class Progress {
  readonly #paint: Paint;
  readonly #now: () => number;
  readonly #began: number;
  readonly #activities: Activities;
  /** Texts of hosts are cached per activity, because searching them for secrets takes time. */
  readonly #texts = maskedOnce((doing: Doing) => ({ name: safeLine(doing.host), ...activityWords(doing) }));

  /** The time of the run begins now. */
  constructor(paint: Paint, now: () => number) {
    this.#paint = paint;
    this.#now = now;
    this.#began = now();
    this.#activities = new Activities(now);
  }

  follow(event: RunEvent): void {
    this.#activities.follow(event);
  }

  live(event: HostActivity): void {
    this.#activities.live(event);
  }

  /**
   * Returns at most `room.rows` rows, none wider than the room. All hosts have a row if there is room; otherwise the
   * busy ones do, the longest first, and the last row counts the others.
   */
  rows(room: Room): readonly string[] {
    const now = this.#now();
    const { alive, busy } = this.#activities;
    const most = Math.max(0, room.rows - 1);
    const heading = this.#fit(this.#heading(now, room.columns), room.columns);
    if (alive.size <= most) return [heading, ...this.#hostRows([...alive.values()], room.columns, now)];
    const shown: Doing[] = [];
    for (const doing of busy.values()) {
      if (shown.length >= most - 1) break;
      shown.push(doing);
    }
    const others = this.#fit([[`  ${this.#othersText(shown.length)}`, 'dim']], room.columns);
    return most === 0 ? [heading] : [heading, ...this.#hostRows(shown, room.columns, now), others];
  }

  #heading(now: number, columns: number): readonly Part[] {
    const spinner = SPINNER[Math.floor((now - this.#began) / SPINNER_MS) % SPINNER.length] ?? '';
    const time = elapsedText(now - this.#began);
    const { play, isOver } = this.#activities;
    const lead: Part = [`${spinner} ${time}  `];
    if (play === undefined) return [lead, ['starting']];
    const batch = play.batches > 1 ? `, batch ${play.batch} of ${play.batches}` : '';
    const counts = isOver ? [[': done'] as const] : this.#counts(play.hosts.length);
    // The name of the play is cut first.
    const taken = widthOf([lead, [batch], ...counts]);
    const name = cutToWidth(safeLine(play.play), Math.max(LEAST_NAME, columns - taken));
    return [lead, [`${name}${batch}`], ...counts];
  }

  #counts(hosts: number): readonly Part[] {
    const activities = this.#activities;
    const { taskNumber, failed, changed } = activities;
    const connected = hosts - activities.count('unconnected') - activities.count('connecting');
    const done = activities.count('left');
    const parts: Part[] = [];
    if (taskNumber !== undefined) parts.push([`task ${taskNumber.number} of ${taskNumber.of}`]);
    const noun = hosts === 1 ? 'host' : 'hosts';
    parts.push([connected < hosts ? `${connected} of ${hosts} ${noun} connected` : `${hosts} ${noun}`]);
    if (changed > 0) parts.push([`${changed} changed`, 'yellow']);
    if (failed > 0) parts.push([`${failed} failed`, 'red']);
    if (done > 0) parts.push([`${done} done`]);
    return parts.flatMap((part, index) => [[index === 0 ? ': ' : ', '], part]);
  }

  #hostRows(hosts: readonly Doing[], columns: number, now: number): readonly string[] {
    const widest = Math.max(LEAST_NAME, Math.floor(columns / 3));
    const texts = hosts.map((doing) => this.#texts(doing));
    const names = texts.map(({ name }) => cutToWidth(name, widest));
    const times = hosts.map((doing) => timeText(doing, now));
    const nameWidth = Math.max(0, ...names.map(displayWidth));
    const timeWidth = Math.max(LEAST_TIME, ...times.map((time) => time.length));
    const most = columns - nameWidth - timeWidth - MARGINS;
    return hosts.map((doing, index) => {
      const [name, time, words] = [names[index] ?? '', times[index] ?? '', texts[index]];
      const row: readonly Part[] = [
        [`  ${name}${' '.repeat(nameWidth - displayWidth(name))}  `],
        [`${time.padStart(timeWidth)}  `],
        [words === undefined ? '' : activityText(words, most), isBusy(doing.phase) ? undefined : 'dim'],
      ];
      return this.#fit(row, columns);
    });
  }

  /** Returns the text about hosts without a row: busy ones are counted, others are counted by what they wait for. */
  #othersText(shown: number): string {
    const { busy } = this.#activities;
    const count = (...phases: readonly Parameters<Activities['count']>[0][]): number =>
      phases.reduce((sum, phase) => sum + this.#activities.count(phase), 0);
    const parts = [
      [busy.size - shown, 'more'],
      [count('unconnected', 'waiting_for_turn'), 'wait for their turn'],
      [count('waiting_for_hosts', 'idle'), 'wait for other hosts'],
      [count('left'), 'done'],
    ] as const;
    const said = parts.filter(([hosts]) => hosts > 0).map(([hosts, what]) => `${hosts} ${what}`);
    return said.length === 0 ? '' : `and ${said.join(', ')}`;
  }

  #fit(parts: readonly Part[], columns: number): string {
    let left = columns;
    let row = '';
    for (const [text, color] of parts) {
      const cut = cutToWidth(text, left);
      if (cut === '') continue;
      row += color === undefined ? cut : this.#paint(color, cut);
      left -= displayWidth(cut);
    }
    return row;
  }
}

/** Minimal number of columns for a name. */
const LEAST_NAME = 8;

function timeText({ phase, since }: Doing, now: number): string {
  return isBusy(phase) && now - since >= SHOW_TIME_AFTER_MS ? elapsedText(now - since) : '';
}

function widthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, [text]) => sum + displayWidth(text), 0);
}
