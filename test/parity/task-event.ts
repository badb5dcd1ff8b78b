import { type Json, type JsonMap, isMap } from './case.ts';

/** One task, or one item of its loop, on one host, from either tool. */
export interface TaskEvent {
  readonly host: string;
  readonly task: string;
  readonly module: string;
  readonly handler: boolean;
  /** The file of the task. */
  readonly file: string;
  /** file:line:column, only in runbook: handlers of two plays may have one name. */
  readonly place?: string;
  readonly item: string | undefined;
  readonly status: 'ok' | 'changed' | 'failed' | 'skipped' | 'unreachable' | 'unknown';
  /** In a plan: whether it is certain. */
  readonly certain: boolean;
  readonly result: JsonMap;
  /** For a failure: what failed, and why. */
  readonly failure?: readonly string[];
}

/** Keys about how and when something was done, which are not compared. */
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
/** Modules whose `msg` is the text of the user; in other modules, it is the tool's own wording. */
const SPEAKING: ReadonlySet<string> = new Set(['debug', 'fail']);

/** Numbers that a host chooses itself; requested numbers are visible in its files. */
const ACCOUNTS: ReadonlySet<string> = new Set(['user', 'group']);
const NUMBERS: ReadonlySet<string> = new Set(['uid', 'gid', 'group']);

/** Such a number is above those that every host has, and below those of the cases. */
function isChosen(key: string, value: Json | undefined): boolean {
  return (key === 'uid' || key === 'gid') && typeof value === 'number' && value >= 100 && value < 20_000;
}

/** The place where the module found the file on the host, which is temporary for a file of the controller. */
const FROM: ReadonlySet<string> = new Set(['copy', 'template', 'unarchive', 'get_url']);

/** Members of a look that are different for every file. */
const OWN: ReadonlySet<string> = new Set(['inode', 'dev', 'atime', 'ctime', 'blocks', 'block_size']);

/** A file with a later time was changed by the run itself; the cases give files older times. */
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

/** Returns the parts of a result that are compared. */
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
