import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Problem } from '../../errors/problem.ts';
import { linesOf } from '../../files/read-lines.ts';
import type { Debt } from '../../run/base/owed.ts';
import { ownUsers, workOfOthers } from '../../values/own-files.ts';
import { taskTitle } from '../text/task-title.ts';
import { type Line, type ToldTask, parseLine } from './journal-line.ts';
import { isSameProcess } from './own-process.ts';

/** The outcome of a run. `killed`: its process is gone, and it did not end. */
export type RunOutcome = 'running' | 'killed' | 'interrupted' | 'failed' | 'unreachable' | 'stopped' | 'ok';

/** A run, read from its journal. */
export interface RunHistory {
  readonly id: string;
  /** Why another user may have written the journal, as a sentence. Undefined if it is the operator's own. */
  readonly byOthers: string | undefined;
  /** The arguments of the program, with secrets masked. */
  readonly command: readonly string[];
  /** Digest of the playbook, inventory and variable files of the run; undefined if it was not recorded. */
  readonly inputs: string | undefined;
  readonly playbook: string;
  readonly at: Date;
  readonly hosts: readonly string[];
  readonly partial: readonly string[];
  /** The run that this one resumed. */
  readonly resumed: string | undefined;
  readonly outcome: RunOutcome;
  readonly stopped: string | undefined;
  readonly milliseconds: number | undefined;
  readonly changes: readonly TaskNote[];
  /** Duration of each task on each host and item, in milliseconds. */
  readonly times: readonly (TaskNote & { readonly title: string; readonly milliseconds: number })[];
  readonly failures: readonly (TaskNote & { readonly what: string; readonly why: string | undefined })[];
  /** Tasks that have begun and not ended. */
  readonly open: readonly TaskNote[];
  /**
   * Hosts that owe handlers. For a killed run these are the handlers that its changes called for and that did not run.
   */
  readonly owed: readonly { readonly host: string; readonly debts: readonly Debt[] }[];
  /** Digests of the files of the controller that tasks have read, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Hosts that have finished a play, by play. */
  readonly finished: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface TaskNote {
  readonly host: string;
  readonly task: string;
  readonly place: string;
}

/** Returns a key that a play has in all runs of the same files. */
export function playKey(name: string, place: string): string {
  return `${place} ${name}`;
}

/** Returns all runs with a journal, the last one first. Unreadable journals are left out. */
export function listRuns(folder: string): readonly RunHistory[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .flatMap((name) => history(folder, name) ?? [])
    .toSorted((one, other) => other.at.getTime() - one.at.getTime());
}

/** Returns the latest run. Throws Problem `no-such-run`. */
export function latestRun(folder: string): RunHistory {
  const [last] = listRuns(folder);
  if (last !== undefined) return last;
  throw new Problem({
    code: 'no-such-run',
    what: 'No play has been run from here yet',
    why: `Looked in ${folder}.`,
    remedy: 'Change into the folder that the play was run in, or name the folder of its journals in RUNBOOK_STATE.',
  });
}

/** Returns the run with this id. A part of an id suffices if only one run has it. Throws Problem `no-such-run`. */
export function readRun(folder: string, id: string): RunHistory {
  const found = listRuns(folder).filter((one) => one.id === id || one.id.includes(id));
  const exact = found.find((one) => one.id === id) ?? found[0];
  if (exact !== undefined && (found.length === 1 || exact.id === id)) return exact;
  throw new Problem({
    code: 'no-such-run',
    what: found.length === 0 ? `There is no run ${id}` : `${found.length} runs are called ${id}`,
    why: `Looked in ${folder}.`,
    remedy: 'See `runbook runs` for those there are.',
  });
}

/** Returns the path of a run's journal. */
export function journalFile(folder: string, id: string): string {
  return join(folder, id, 'journal.jsonl');
}

function history(folder: string, id: string): RunHistory | undefined {
  const file = journalFile(folder, id);
  const story = new Story();
  let byOthers: string | undefined;
  try {
    for (const text of linesOf(file)) story.read(text);
    const users = ownUsers();
    byOthers = workOfOthers(file, users) ?? workOfOthers(join(folder, id), users);
  } catch {
    return undefined;
  }
  const { started, command, ended } = story;
  if (started === undefined) return undefined;
  return {
    id,
    byOthers,
    command: command?.arguments ?? [],
    inputs: command?.inputs,
    playbook: started.playbook,
    at: new Date(started.at),
    hosts: started.hosts,
    partial: started.partial,
    resumed: started.resumed,
    outcome: ended === undefined ? (isSameProcess(command?.process) ? 'running' : 'killed') : endOf(ended),
    stopped: ended?.stopped,
    milliseconds: ended?.milliseconds,
    changes: story.changes,
    times: story.times,
    failures: story.failures,
    open: [...story.open.values()],
    owed:
      ended === undefined
        ? story.owed()
        : ended.recap.flatMap(({ host, owed }) => (owed.length === 0 ? [] : { host, debts: owed })),
    files: Object.fromEntries(story.files),
    finished: story.finished,
  };
}

/** Returns the outcome of a run that ended. */
export function endOf(ended: Extract<Line, { type: 'run_finished' }>): RunOutcome {
  if (ended.stopped === 'interrupted') return 'interrupted';
  if (ended.recap.some((host) => host.failed > 0)) return 'failed';
  if (ended.recap.some((host) => host.unreachable)) return 'unreachable';
  return ended.stopped === undefined ? 'ok' : 'stopped';
}

type LineOf<Type extends Line['type']> = Extract<Line, { readonly type: Type }>;

/** Collects the facts of a run from its lines, one after the other. */
class Story {
  readonly changes: TaskNote[] = [];
  readonly times: RunHistory['times'][number][] = [];
  readonly failures: (TaskNote & { readonly what: string; readonly why: string | undefined })[] = [];
  readonly open = new Map<string, TaskNote>();
  readonly files = new Map<string, string>();
  readonly finished = new Map<string, Set<string>>();
  /** By host, then by handler. */
  readonly #owed = new Map<string, Map<string, Debt>>();
  command: LineOf<'command'> | undefined;
  started: LineOf<'run_started'> | undefined;
  ended: LineOf<'run_finished'> | undefined;
  #playbook: string | undefined;
  #play: string | undefined;
  #batch: { readonly key: string; readonly hosts: Set<string> } | undefined;

  /** Takes a line of the journal, if it can be read. */
  read(text: string): void {
    const line = parseLine(text);
    if (line?.type === 'command') this.command ??= line;
    else if (line?.type === 'run_started') this.started ??= line;
    else if (line?.type === 'run_finished') this.ended ??= line;
    if (line !== undefined) this.#follow(line);
  }

  #follow(event: Line): void {
    switch (event.type) {
      case 'play_started':
        this.#play = event.play;
        this.#endBatch();
        this.#batch = { key: playKey(event.play, event.place), hosts: new Set(event.hosts) };
        return;
      case 'files_read':
        for (const [path, digest] of Object.entries(event.files)) this.files.set(path, digest);
        return;
      case 'play_finished':
        return this.#endBatch();
      case 'task_started':
        this.open.set(event.host, noteOf(event.host, event.task));
        return;
      case 'task_finished':
        return this.#taskFinished(event);
      case 'host_unreachable': {
        this.#batch?.hosts.delete(event.host);
        const during = event.during === undefined ? { task: '', place: '' } : noteOf(event.host, event.during);
        this.failures.push({ ...during, host: event.host, what: event.problem.what, why: event.problem.why });
        return;
      }
      case 'handler_owed':
        return this.#owe(event.host, { playbook: event.playbook, play: this.#play, handler: event.handler });
      case 'run_started':
        this.#playbook = basename(event.playbook);
        return;
      case 'command':
      case 'message':
        return;
      case 'run_finished':
        this.open.clear();
        return;
      default:
        throw new Error(`unknown event ${JSON.stringify(event satisfies never)}`);
    }
  }

  owed(): RunHistory['owed'] {
    return [...this.#owed].flatMap(([host, debts]) => (debts.size === 0 ? [] : { host, debts: [...debts.values()] }));
  }

  #taskFinished(event: Extract<Line, { type: 'task_finished' }>): void {
    const note = noteOf(event.host, event.task);
    this.open.delete(event.host);
    const { id, name, role, handler } = event.task;
    const title = taskTitle({ id, name, module: '', role, handler }, undefined);
    if (event.milliseconds !== undefined) this.times.push({ ...note, title, milliseconds: event.milliseconds });
    if (event.outcome.kind === 'changed') {
      this.changes.push(note);
      for (const name of event.outcome.notifies ?? [])
        this.#owe(event.host, { playbook: this.#playbook, play: this.#play, handler: name });
    }
    if (event.outcome.kind === 'failed' && event.outcome.ignored !== true) {
      this.#batch?.hosts.delete(event.host);
      this.failures.push({ ...note, what: event.outcome.problem?.what ?? '', why: event.outcome.problem?.why });
    } else if (event.task.handler) this.#owed.get(event.host)?.delete(event.task.name);
  }

  #owe(host: string, owed: Debt): void {
    const debts = this.#owed.get(host);
    if (debts === undefined) this.#owed.set(host, new Map([[owed.handler, owed]]));
    else debts.set(owed.handler, owed);
  }

  /** Hosts that are still in a batch when the next one begins have finished it. */
  #endBatch(): void {
    if (this.#batch === undefined) return;
    const through = this.finished.get(this.#batch.key) ?? new Set<string>();
    for (const host of this.#batch.hosts) through.add(host);
    this.finished.set(this.#batch.key, through);
    this.#batch = undefined;
  }
}

function noteOf(host: string, about: ToldTask): TaskNote {
  return { host, task: about.name, place: about.id };
}
