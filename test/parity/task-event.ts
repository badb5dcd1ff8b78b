import { type Json, type JsonMap, isMap } from './case.ts';

/** One task, or one item of its loop, on one host, as either tool tells of it. */
export interface TaskEvent {
  readonly host: string;
  readonly task: string;
  readonly module: string;
  readonly handler: boolean;
  /** The file that the task is written in. */
  readonly file: string;
  /** file:line:column, of runbook alone: handlers of two plays may have one name. */
  readonly place?: string;
  readonly item: string | undefined;
  readonly status: 'ok' | 'changed' | 'failed' | 'skipped' | 'unreachable' | 'unknown';
  /** Of a plan: whether it is sure. */
  readonly certain: boolean;
  readonly result: JsonMap;
  /** Of a failure: what, and why. */
  readonly failure?: readonly string[];
}

/** Keys that say how and when it was done, and not what. */
const PASSING: ReadonlySet<string> = new Set([
  'ansible_facts',
  'ansible_loop_var',
  'changed',
  'delta',
  'deprecations',
  'diff',
  'end',
  'exception',
  'failed',
  'failed_when_result',
  'invocation',
  'item',
  'start',
  'warnings',
]);
/** Whose `msg` is what the user wrote; of others it is the tool's own wording. */
const SPEAKING: ReadonlySet<string> = new Set(['debug', 'fail']);

/** Numbers that a host gives of its own choice; what was asked for is seen in its files. */
const ACCOUNTS: ReadonlySet<string> = new Set(['user', 'group']);
const NUMBERS: ReadonlySet<string> = new Set(['uid', 'gid', 'group']);

/** Beside the numbers that every host has; those of the cases are larger. */
function isChosen(key: string, value: Json | undefined): boolean {
  return (key === 'uid' || key === 'gid') && typeof value === 'number' && value >= 100 && value < 20_000;
}

/** Where the module found it on the host, which for a file of the controller is a passing place. */
const FROM: ReadonlySet<string> = new Set(['copy', 'template', 'unarchive', 'get_url']);

/** Members of what was seen that no two files have in common. */
const OWN: ReadonlySet<string> = new Set(['inode', 'dev', 'atime', 'ctime', 'blocks', 'block_size']);

/** What has been changed since then was changed by the run itself; the cases give files older times. */
const BEGAN = Date.UTC(2024) / 1_000;

function common(value: Json): Json {
  if (Array.isArray(value)) return value.map(common);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !OWN.has(key) && !isChosen(key, item) && !(key === 'mtime' && Number(item) > BEGAN))
      .map(([key, item]) => [key, common(item)]),
  );
}

/** A folder has no order of its own. */
function byPath(value: Json): Json {
  if (!Array.isArray(value)) return value;
  const path = (item: Json): string => (isMap(item) ? JSON.stringify(item['path'] ?? '') : '');
  return value.toSorted((one, other) => path(one).localeCompare(path(other)));
}

/** What the comparison looks at in a result. */
export function documented(module: string, result: JsonMap): readonly (readonly [string, Json])[] {
  const seen = Object.entries(result).map(
    ([key, value]) =>
      [key, module === 'debug' ? value : module === 'find' ? byPath(common(value)) : common(value)] as const,
  );
  return seen.filter(
    ([key]) =>
      !PASSING.has(key) &&
      !key.startsWith('_') &&
      (key !== 'msg' || SPEAKING.has(module)) &&
      key !== 'skip_reason' &&
      !(ACCOUNTS.has(module) && NUMBERS.has(key)) &&
      !isChosen(key, result[key]) &&
      (key !== 'src' || !FROM.has(module)),
  );
}

export function itemText(item: Json | undefined): string | undefined {
  if (item === undefined) return undefined;
  return typeof item === 'string' ? item : JSON.stringify(item);
}
