import type { TaskFinished } from '../../run/base/events.ts';
import { HIDDEN } from '../../run/base/no-log.ts';
import type { PlainMap } from '../../values/base/value.ts';
import { maskValue } from '../../values/mask/mask.ts';
import { safeLine, safeLines } from './safe-text.ts';

/** Returns the result of a task: the output of a command as it is, another result as JSON. */
export function valueLines({ result, hidden }: TaskFinished): readonly string[] {
  if (hidden === true) return [indented(HIDDEN)];
  if (result === undefined) return [];
  const masked = maskValue(result);
  if (!isPlainMap(masked)) return [];
  const { stdout, stderr, changed: _changed, failed: _failed, skipped: _skipped, ...others } = masked;
  if (typeof stdout === 'string')
    return [...outputLines(stdout), ...(typeof stderr === 'string' ? outputLines(stderr) : [])].map(indented);
  return Object.keys(others).length === 0 ? [] : shown(others).split('\n').map(indented);
}

/** Returns the complete result of a task: the output of a command as it is and once, everything else as JSON. */
export function wholeResultLines(event: TaskFinished): readonly string[] {
  if (event.hidden === true) return [indented(HIDDEN)];
  if (event.result === undefined) return [];
  const masked = maskValue(event.result);
  if (!isPlainMap(masked) || typeof masked['stdout'] !== 'string') return shown(masked).split('\n').map(indented);
  const { stdout: _stdout, stdout_lines: _lines, stderr: _stderr, stderr_lines: _errors, ...others } = masked;
  return [...valueLines(event), ...shown(others).split('\n').map(indented)];
}

function outputLines(text: string): readonly string[] {
  return text === '' ? [] : safeLines(text);
}

function isPlainMap(value: unknown): value is PlainMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns a value for people: a text on one line, any other value as JSON. Secrets are masked. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? safeLine(value) : safeLines(JSON.stringify(value, undefined, 2)).join('\n');
}

function indented(line: string): string {
  return `    ${line}`;
}
