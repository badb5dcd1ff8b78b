import { join, resolve } from 'node:path';
import { type Ended, ended } from './program.ts';
import { type TaskEvent, itemText } from './task-event.ts';

const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');

export interface RunbookRun extends Ended {
  readonly events: readonly TaskEvent[];
}

/** Runs the program. Its journal goes to a folder of the run. */
export async function runbook(
  scratch: string,
  cwd: string,
  args: readonly string[],
  enter: readonly string[] = [],
): Promise<Ended> {
  const env = { ...process.env, LC_ALL: 'C.UTF-8', RUNBOOK_STATE: join(scratch, 'state') };
  const [program, ...before] = [...enter, process.execPath, RUNBOOK];
  return await ended({ program, args: [...before, ...args], cwd, env });
}

export async function runbookRun(
  scratch: string,
  cwd: string,
  args: readonly string[],
  enter: readonly string[] = [],
): Promise<RunbookRun> {
  const end = await runbook(scratch, cwd, [...args, '--output', 'json'], enter);
  const events = end.stdout
    .split('\n')
    .filter((line) => line.startsWith('{"type":"task_finished"'))
    .map((line) => event(JSON.parse(line), cwd));
  return { ...end, events };
}

interface Finished {
  readonly host: string;
  readonly task: { readonly id: string; readonly name: string; readonly module: string; readonly handler: boolean };
  readonly item?: string;
  readonly outcome: {
    readonly kind: TaskEvent['status'];
    readonly certainty?: string;
    readonly problem?: { readonly what: string; readonly why?: string };
  };
  readonly result?: TaskEvent['result'];
}

function event(line: Finished, cwd: string): TaskEvent {
  return {
    host: line.host,
    task: line.task.name,
    module: line.task.module,
    handler: line.task.handler,
    file: resolve(cwd, line.task.id.replace(/:\d+:\d+$/, '')),
    place: line.task.id,
    item: itemText(line.item),
    status: line.outcome.kind,
    certain: line.outcome.kind !== 'unknown' && (line.outcome.certainty ?? 'certain') === 'certain',
    result: line.result ?? {},
    ...(line.outcome.problem === undefined
      ? {}
      : { failure: [line.outcome.problem.what, line.outcome.problem.why ?? ''] }),
  };
}

/** Returns the errors before anything was run, by the file that the message names. */
export function refusals(end: Ended, cwd: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const message of end.stderr.split(/^(?=error: )/m)) {
    const place = /^ *--> (.+?):\d+:\d+/m.exec(message)?.[1];
    if (place === undefined) continue;
    const file = resolve(cwd, place);
    if (!found.has(file)) found.set(file, message.trim());
  }
  return found;
}
