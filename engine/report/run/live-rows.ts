import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { type Output, openOutput } from '../text/output.ts';
import { displayWidth } from '../text/width.ts';

/** Interval between two drawings, in milliseconds. Drawing uses processor time that the connections need too. */
const TICK_MS = 100;

/** Scrolling lines, and below them rows that change in place. */
export interface LiveRows {
  /** For lines that stay. Each appears at the next tick, above the rows. */
  readonly output: Output;
  /** Removes the rows for good; from now on lines are written directly. */
  stop(): void;
}

export interface Window {
  readonly columns: number;
  readonly lines: number;
}

/** A text that is written when the rows are off the screen. */
interface Held {
  readonly to: Output;
  readonly text: string;
}

const ESC = '\u001b[';
const HIDE_CURSOR = `${ESC}?25l`;
const SHOW_CURSOR = `${ESC}?25h`;
/** Terminals that know these sequences show everything between them in one step. */
const BEGIN_FRAME = `${ESC}?2026h`;
const END_FRAME = `${ESC}?2026l`;
const CLEAR_LINE = `${ESC}K`;
const CLEAR_BELOW = `${ESC}J`;

/**
 * Shows rows on a terminal. `rows` returns their texts at each tick, none wider than the window. Only changed rows are
 * written. Lines are always written, even if drawing fails: they wait for at most a tick, and waiting ones are written
 * when the process ends.
 */
export function liveRows(stdout: WriteStream, rows: (window: Window) => readonly string[]): LiveRows {
  return new Screen(stdout, rows);
}

class Screen implements LiveRows {
  readonly output: Output = {
    write: (text) => {
      if (this.#isStopped) this.#direct.write(text);
      else if (text !== '') this.#held.push({ to: this.#direct, text });
    },
    drained: () => {
      this.stop();
      return this.#direct.drained();
    },
  };
  readonly #stdout: WriteStream;
  readonly #rows: (window: Window) => readonly string[];
  readonly #direct: Output;
  readonly #release: () => void;
  readonly #held: Held[] = [];
  readonly #timer: NodeJS.Timeout;
  /** The rows on the screen. The cursor is after the last one. */
  #drawn: readonly string[] = [];
  #isStopped = false;
  #isMisplaced = false;

  constructor(stdout: WriteStream, rows: (window: Window) => readonly string[]) {
    this.#stdout = stdout;
    this.#rows = rows;
    const { direct, release } = holdOthers(stdout, (one) => this.#held.push(one));
    this.#direct = direct;
    this.#release = release;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
    process.on('exit', this.stop);
    process.on('SIGTSTP', this.#suspend);
    process.on('SIGCONT', this.#beginAnew);
    stdout.on('resize', this.#misplace);
    this.#direct.write(HIDE_CURSOR);
  }

  readonly stop = (): void => {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearInterval(this.#timer);
    process.off('exit', this.stop);
    process.off('SIGTSTP', this.#suspend);
    process.off('SIGCONT', this.#beginAnew);
    this.#stdout.off('resize', this.#misplace);
    this.#release();
    this.#direct.write(this.#erased());
    this.#writeHeld();
    this.#direct.write(SHOW_CURSOR);
  };

  /** Ctrl-Z: the shell gets a terminal without rows. */
  readonly #suspend = (): void => {
    this.#direct.write(`${this.#erased()}${SHOW_CURSOR}`);
    this.#drawn = [];
    process.kill(process.pid, 'SIGSTOP');
  };

  readonly #beginAnew = (): void => {
    this.#direct.write(HIDE_CURSOR);
  };

  /** After the window has become narrower, terminals wrap wider rows again. */
  readonly #misplace = (): void => {
    this.#isMisplaced = true;
  };

  #tick(): void {
    const rows = this.#rows({ columns: this.#stdout.columns || 80, lines: this.#stdout.rows || 24 });
    if (this.#held.length === 0 && !this.#isMisplaced) {
      const changes = inPlace(this.#drawn, rows);
      if (changes !== '') this.#direct.write(`${BEGIN_FRAME}${changes}${END_FRAME}`);
    } else {
      this.#direct.write(`${BEGIN_FRAME}${this.#erased()}`);
      this.#writeHeld();
      this.#direct.write(`${rows.join('\r\n')}${END_FRAME}`);
    }
    this.#isMisplaced = false;
    this.#drawn = rows;
  }

  /** Returns the sequence that removes the rows and moves the cursor to the beginning of the first one. */
  #erased(): string {
    if (this.#drawn.length === 0) return '';
    const columns = this.#stdout.columns || 80;
    const lines = this.#drawn.reduce((sum, row) => sum + Math.max(1, Math.ceil(columnsOf(row) / columns)), 0);
    return `${upToFirst(lines)}${CLEAR_BELOW}`;
  }

  #writeHeld(): void {
    for (const { to, text } of this.#held.splice(0)) to.write(text.endsWith('\n') ? text : `${text}\n`);
  }
}

/** Returns the sequence from the last line to the beginning of the first one. */
function upToFirst(lines: number): string {
  return lines > 1 ? `\r${ESC}${lines - 1}A` : '\r';
}

/** Returns the sequence that changes the drawn rows to the new ones, and leaves the cursor after the last one. */
function inPlace(drawn: readonly string[], rows: readonly string[]): string {
  const isShorter = rows.length < drawn.length;
  const firstChange = rows.findIndex((row, index) => row !== drawn[index]);
  if (firstChange === -1 && !isShorter) return '';
  let text = drawn.length === 0 ? '' : upToFirst(drawn.length);
  for (const [index, row] of rows.entries()) {
    if (index > 0) text += '\r\n';
    if (row !== drawn[index]) text += `${row}${index < drawn.length ? CLEAR_LINE : ''}`;
  }
  // The last row may be unchanged, with the cursor at its beginning.
  const last = rows.at(-1) ?? '';
  if (last === drawn[rows.length - 1] && last !== '') text += `\r${last}`;
  return isShorter ? `${text}${CLEAR_BELOW}` : text;
}

function columnsOf(row: string): number {
  return displayWidth(stripVTControlCharacters(row));
}

/**
 * Holds what other code writes to stdout and stderr (the notice of Ctrl-C) until `release`, so that it does not mix
 * with the rows. `direct` writes immediately.
 */
function holdOthers(
  stdout: WriteStream,
  hold: (text: Held) => void,
): { readonly direct: Output; readonly release: () => void } {
  const releases: (() => void)[] = [];
  const direct = openOutput(stdout);
  const bare = stdout.write.bind(stdout);
  for (const stream of new Set<NodeJS.WriteStream>([stdout, process.stdout, process.stderr])) {
    const write = stream.write.bind(stream);
    const own = Object.getOwnPropertyDescriptor(stream, 'write');
    const to: Output = { write: (text) => void write(text), drained: () => openOutput(stream).drained() };
    stream.write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
      hold({ to, text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8') });
      const callback = rest.at(-1);
      if (typeof callback === 'function') callback();
      return true;
    };
    releases.push(() => {
      if (own === undefined) Reflect.deleteProperty(stream, 'write');
      else Object.defineProperty(stream, 'write', own);
    });
  }
  return {
    direct: { write: (text) => void (text === '' || bare(text)), drained: () => direct.drained() },
    release: () => {
      for (const release of releases) release();
    },
  };
}
