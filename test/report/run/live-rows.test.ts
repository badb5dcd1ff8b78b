import { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type LiveRows, liveRows } from '../../../engine/report/run/live-rows.ts';
import { TerminalScreen } from '../screen.ts';

const TICK_MS = 100;

/** A terminal that shows what is written to it. */
class Terminal extends Writable {
  columns = 40;
  rows = 10;
  isTTY = true;
  written: string[] = [];
  screen = new TerminalScreen(40, 10);

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    const text = chunk.toString('utf8');
    this.written.push(text);
    // Adds carriage returns, like the line discipline of a terminal.
    this.screen.write(text.replaceAll('\n', '\r\n'));
    done();
  }
}

let rows: readonly string[];
let terminal: Terminal;
let live: LiveRows;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  rows = [];
  terminal = new Terminal();
  // The live view uses only these parts of a terminal.
  live = liveRows(terminal as unknown as WriteStream, () => rows);
});

afterEach(() => {
  live.stop();
  vi.useRealTimers();
});

function show(next: readonly string[]): void {
  rows = next;
  vi.advanceTimersByTime(TICK_MS);
}

it('shows what the rows are, however they become more and fewer', () => {
  const steps = [
    ['one'],
    ['one', 'two', 'three'],
    ['one', '2', 'three'],
    ['one', '2'],
    ['a much longer one'],
    ['x', ''],
    [],
  ];
  for (const step of steps) {
    show(step);
    expect(terminal.screen.lines.join('\n').trimEnd(), step.join()).toBe(step.join('\n').trimEnd());
  }
});

it('writes only rows that have changed, and nothing where none has', () => {
  show(['spinner 1', 'web-1', 'web-2']);
  terminal.written = [];
  show(['spinner 2', 'web-1', 'web-2']);
  expect(terminal.written.join('')).toContain('spinner 2');
  expect(terminal.written.join('')).not.toContain('web-1');
  terminal.written = [];
  show(['spinner 2', 'web-1', 'web-2']);
  expect(terminal.written).toEqual([]);
});

it('writes each change at once, so that no half of it is seen', () => {
  show(['one', 'two']);
  terminal.written = [];
  show(['three', 'four', 'five']);
  expect(terminal.written).toHaveLength(1);
  expect(terminal.written[0]?.startsWith('\u001B[?2026h')).toBe(true);
  expect(terminal.written[0]?.endsWith('\u001B[?2026l')).toBe(true);
});

it('lets lines scroll above the rows, those of others too', () => {
  show(['row 1', 'row 2']);
  live.output.write('changed: a\nchanged: b\n');
  terminal.write('\nInterrupted');
  show(['row 1', 'row 2', 'row 3']);
  expect(terminal.screen.lines).toEqual(['changed: a', 'changed: b', '', 'Interrupted', 'row 1', 'row 2', 'row 3']);
});

it('keeps its place at the lower end of a window', () => {
  for (let line = 1; line <= 30; line += 1) {
    live.output.write(`line ${line}\n`);
    show([`row ${line}`, 'row 2', 'row 3'].slice(0, 1 + (line % 3)));
  }
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`);
  expect(terminal.screen.lines).toEqual([...lines, 'row 30']);
});

it('takes away rows that a smaller window has broken', () => {
  const wide = 'x'.repeat(39);
  show([wide, wide, wide]);
  // Like terminals: each row then takes two lines, and the cursor is in the second one.
  const narrow = new TerminalScreen(20, 10);
  narrow.write([wide, wide, wide].join('\r\n'));
  terminal.screen = narrow;
  terminal.columns = 20;
  terminal.emit('resize');
  show(['narrow']);
  expect(narrow.lines.filter((line) => line !== '')).toEqual(['narrow']);
});

it('gives the terminal back as it was', () => {
  show(['row 1', 'row 2']);
  expect(terminal.screen.isCursorShown).toBe(false);
  live.output.write('the last line\n');
  live.stop();
  live.output.write('behind it\n');
  expect(terminal.screen.isCursorShown).toBe(true);
  expect(terminal.screen.lines).toEqual(['the last line', 'behind it', '']);
  expect(vi.getTimerCount()).toBe(0);
});
