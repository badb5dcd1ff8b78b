import { taskTitle } from '../text/task-title.ts';
import type { Line, ToldDifference, ToldOutput, ToldProblem, ToldTask } from './journal-line.ts';
import { type RunOutcome, endOf } from './run-history.ts';

/** The status of one task on one host. `ignored` and `rescued`: it failed, and the play ignored or rescued it. */
export const STATUSES = [
  'ok',
  'changed',
  'skipped',
  'unknown',
  'failed',
  'ignored',
  'rescued',
  'unreachable',
  'interrupted',
] as const;
export type ResultStatus = (typeof STATUSES)[number];

export interface PlayRecord {
  readonly name: string;
  readonly place: string;
}

export interface TaskRecord {
  readonly play: PlayRecord;
  /** `role : name`. */
  readonly title: string;
  /** file:line:column; empty for the connection to a host. */
  readonly place: string;
}

/** One task, with one item of its loop, on one host. */
export interface ResultRecord {
  readonly host: string;
  /** The host that it ran on, if it was delegated. */
  readonly elsewhere: string | undefined;
  readonly task: TaskRecord;
  readonly item: string | undefined;
  readonly status: ResultStatus;
  /** End time in milliseconds since 1970; undefined if the journal has no times. */
  readonly ended: number | undefined;
  readonly milliseconds: number;
  /** Why it was skipped, or is unknown. */
  readonly why: string | undefined;
  readonly problem: ToldProblem | undefined;
  readonly output: ToldOutput | undefined;
  readonly differences: readonly ToldDifference[];
  /** True if no_log hides what it did. */
  readonly hidden: boolean;
}

/** Everything that a run did, with secrets masked. */
export interface RunRecord {
  readonly id: string;
  readonly mode: 'play' | 'plan';
  readonly playbook: string;
  readonly began: Date;
  /** Undefined if the run did not end. */
  readonly milliseconds: number | undefined;
  readonly hosts: readonly string[];
  readonly partial: readonly string[];
  readonly stopped: string | undefined;
  /** Undefined if the run did not end. */
  readonly outcome: RunOutcome | undefined;
  readonly results: readonly ResultRecord[];
  /** Hosts that owe handlers. */
  readonly owing: readonly string[];
}

type Finished = Extract<Line, { type: 'task_finished' }>;

/** Collects a record from the lines of a journal, or of a running run. */
export class RunRecorder {
  #started: Extract<Line, { type: 'run_started' }> | undefined;
  #ended: Extract<Line, { type: 'run_finished' }> | undefined;
  #play: PlayRecord = { name: '', place: '' };
  /** Hosts of plays: tasks may add hosts while the run goes on. */
  readonly #playing = new Set<string>();
  readonly #plays = new Map<string, PlayRecord>();
  readonly #tasks = new Map<string, TaskRecord>();
  readonly #results: ResultRecord[] = [];

  note(line: Line): void {
    switch (line.type) {
      case 'run_started':
        this.#started = line;
        return;
      case 'play_started': {
        const key = JSON.stringify([line.place, line.play]);
        this.#play = this.#plays.get(key) ?? { name: line.play, place: line.place };
        this.#plays.set(key, this.#play);
        for (const host of line.hosts) this.#playing.add(host);
        return;
      }
      case 'task_finished':
        this.#results.push(this.#finished(line));
        return;
      case 'host_unreachable':
        this.#results.push(this.#unreachable(line));
        return;
      case 'run_finished':
        this.#ended = line;
        return;
      case 'command':
      case 'files_read':
      case 'task_started':
      case 'message':
      case 'handler_owed':
      case 'play_finished':
        return;
      default:
        throw new Error(`unknown line ${JSON.stringify(line satisfies never)}`);
    }
  }

  /** Returns the record; undefined if the run has not begun. */
  record(): RunRecord | undefined {
    const started = this.#started;
    if (started === undefined) return undefined;
    const ended = this.#ended;
    const rescued = new Set(ended?.rescued?.map(({ host, task, item }) => JSON.stringify([host, task, item])));
    return {
      id: started.runId ?? '',
      mode: started.mode ?? 'play',
      playbook: started.playbook,
      began: new Date(started.at),
      milliseconds: ended?.milliseconds,
      hosts: [...new Set([...started.hosts, ...this.#playing])],
      partial: started.partial,
      stopped: ended?.stopped,
      outcome: ended === undefined ? undefined : endOf(ended),
      results: this.#results.map((result) =>
        result.status === 'failed' && rescued.has(JSON.stringify([result.host, result.task.place, result.item]))
          ? { ...result, status: 'rescued' as const }
          : result,
      ),
      owing: ended?.recap.flatMap(({ host, owed }) => (owed.length === 0 ? [] : [host])) ?? [],
    };
  }

  #task(task: ToldTask): TaskRecord {
    const play = this.#play;
    const title = taskTitle({ ...task, role: task.role, module: '' }, undefined);
    const key = JSON.stringify([play.place, play.name, task.id, title]);
    const known = this.#tasks.get(key) ?? { play, title, place: task.id };
    this.#tasks.set(key, known);
    return known;
  }

  #finished(line: Finished): ResultRecord {
    const { host, delegatedTo, item, outcome, result, milliseconds = 0 } = line;
    return {
      host,
      elsewhere: delegatedTo === host ? undefined : delegatedTo,
      task: this.#task(line.task),
      item,
      status: statusOf(outcome),
      ended: timeOf(line.at),
      milliseconds,
      why: outcome.why ?? outcome.because,
      problem: outcome.problem,
      output: outcome.output ?? outputOf(result),
      differences: outcome.differences ?? [],
      hidden: line.hidden === true,
    };
  }

  #unreachable({ host, at, during, problem }: Extract<Line, { type: 'host_unreachable' }>): ResultRecord {
    const connecting = { id: '', name: 'Connecting', handler: false };
    return {
      host,
      elsewhere: undefined,
      task: this.#task(during ?? connecting),
      item: undefined,
      status: problem.code === 'stopped' ? 'interrupted' : 'unreachable',
      ended: timeOf(at),
      milliseconds: 0,
      why: undefined,
      problem,
      output: undefined,
      differences: [],
      hidden: false,
    };
  }
}

/** A journal of a later version may have other kinds. */
function statusOf({ kind, ignored }: Finished['outcome']): ResultStatus {
  if (kind === 'failed') return ignored === true ? 'ignored' : 'failed';
  return STATUSES.find((status) => status === kind) ?? 'unknown';
}

function timeOf(at: string | undefined): number | undefined {
  return at === undefined ? undefined : Date.parse(at);
}

/** Returns the output of a command in a result. */
function outputOf(result: unknown): ToldOutput | undefined {
  if (typeof result !== 'object' || result === null) return undefined;
  const { rc, stdout, stderr }: { rc?: unknown; stdout?: unknown; stderr?: unknown } = result;
  if (typeof stdout !== 'string' || typeof stderr !== 'string') return undefined;
  return { ...(typeof rc === 'number' ? { status: rc } : {}), stdout, stderr };
}
