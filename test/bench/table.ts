import type { Cell } from './rounds.ts';
import { median } from './timed.ts';
import { TOOL_NAMES } from './tools.ts';

/** One line per cell, printed while the bench runs. */
export function cellLine(cell: Cell): string {
  const size = `${cell.hosts} hosts, ${cell.tasks} tasks, ${cell.roundTripMs} ms, ${cell.run}`;
  const figure =
    cell.skipped === undefined
      ? `${seconds(median(cell.milliseconds))} of ${cell.milliseconds.length}`
      : `skipped: ${cell.skipped}`;
  return `${cell.tool.padEnd(14)} ${size.padEnd(40)} ${figure}`;
}

/** Medians in seconds, each followed by its ratio to the time of runbook. Markdown. */
export function playTable(cells: readonly Cell[]): string {
  const tools = TOOL_NAMES.filter((name) => cells.some((cell) => cell.tool === name));
  const rows = new Map<string, Cell[]>();
  for (const cell of cells) {
    const row = `${cell.run} | ${cell.hosts} | ${cell.tasks} | ${cell.roundTripMs}`;
    rows.set(row, [...(rows.get(row) ?? []), cell]);
  }
  const lines = [
    `| run | hosts | tasks | RTT ms | ${tools.join(' | ')} |`,
    `| --- | --: | --: | --: | ${tools.map(() => '--:').join(' | ')} |`,
  ];
  for (const [row, ofRow] of rows) {
    const own = ofRow.find((cell) => cell.tool === 'runbook' && cell.skipped === undefined);
    const base = own === undefined ? undefined : median(own.milliseconds);
    const figures = tools.map((name) => {
      const cell = ofRow.find((one) => one.tool === name);
      if (cell === undefined || cell.skipped !== undefined) return '–';
      const value = median(cell.milliseconds);
      return base === undefined || name === 'runbook' ? seconds(value) : `${seconds(value)} (${ratio(value / base)})`;
    });
    lines.push(`| ${row} | ${figures.join(' | ')} |`);
  }
  return `\nSeconds, medians; in parentheses how many times runbook's time.\n\n${lines.join('\n')}\n`;
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 9995 ? 2 : 1)} s`;
}

function ratio(value: number): string {
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)}×`;
}
