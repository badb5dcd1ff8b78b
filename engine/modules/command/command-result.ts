import type { Completed } from '../../connection/connection.ts';
import { isDeepJson } from '../../values/base/depth.ts';
import { type PlainMap, type Value, type ValueMap, Unknown } from '../../values/base/value.ts';
import type { Finished } from '../base/module.ts';

/**
 * Returns the result of a command for `register`: rc, stdout, stderr, the lines of both, and `json` if stdout is JSON.
 */
export function commandResult(status: number, stdout: Buffer, stderr: Buffer | string): ValueMap {
  const out = withoutLastNewlines(stdout.toString('utf8'));
  const err = withoutLastNewlines(stderr.toString('utf8'));
  const json = parseJson(out);
  return {
    rc: status,
    stdout: out,
    stdout_lines: lines(out),
    stderr: err,
    stderr_lines: lines(err),
    ...(json === undefined ? {} : { json }),
  };
}

/** Returns the result for a plan, in which the command has not run. */
export function unknownResult(because: string): ValueMap {
  const value = new Unknown(because);
  return { rc: value, stdout: value, stdout_lines: value, stderr: value, stderr_lines: value, json: value };
}

/**
 * Returns the end of a command: done, or failed if its exit status is not 0. The result is registered in both cases.
 */
export function finishCommand(completed: Completed): Finished {
  const { status, stdout, stderr, cut } = completed;
  const result = { ...commandResult(status, stdout, stderr), ...(cut ? { cut: true } : {}) };
  return status === 0
    ? { kind: 'done', result }
    : { kind: 'failed', what: `the command ended with exit status ${status}${meaning(status)}`, result };
}

/** Returns the meaning of an exit status for the shell, in parentheses; an empty text if it has none. */
export function meaning(status: number): string {
  if (status === 126) return ' (it cannot be run)';
  if (status === 127) return ' (there is no such command)';
  return status > 128 && status < 160 ? ` (ended by signal ${status - 128})` : '';
}

function withoutLastNewlines(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end -= 1;
  return text.slice(0, end);
}

function lines(text: string): readonly string[] {
  return text === '' ? [] : text.split(/\r\n|\n|\r/);
}

/**
 * Parses a list or a map that is not nested too deeply; undefined for anything else: `5` and `true` stay texts. A
 * number that would be rounded stays a text.
 */
export function parseJson(text: string): Value | undefined {
  if (!/^\s*[[{]/.test(text) || isDeepJson(text)) return undefined;
  try {
    return JSON.parse(text, exactly) as PlainMap;
  } catch {
    return undefined;
  }
}

function exactly(key: string, value: unknown, { source = '' }: { readonly source?: string } = {}): unknown {
  // A key of this name would set the prototype of a copy of the value.
  if (key === '__proto__') return undefined;
  return typeof value === 'number' && !isExact(value, source) ? source : value;
}

/** Returns whether a number has exactly the value of its text. A fraction may be rounded, as in every program. */
function isExact(value: number, source: string): boolean {
  return /^-?\d+$/.test(source) ? Number.isSafeInteger(value) : Number.isFinite(value);
}
