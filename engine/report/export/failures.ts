import type { ResultRecord, ResultStatus, RunRecord } from '../journal/run-record.ts';
import { inNaturalOrder } from '../text/host-names.ts';
import { OwnNames } from '../text/own-names.ts';

/** A failure with all hosts that have the same one, but for their own names. */
export interface FailureGroup {
  /** Of the first host; with several hosts there are marks in place of its own name. */
  readonly result: ResultRecord;
  readonly hosts: readonly string[];
}

const FAILURES: ReadonlySet<ResultStatus> = new Set(['failed', 'unreachable', 'interrupted']);

export function isFailure({ status }: Pick<ResultRecord, 'status'>): boolean {
  return FAILURES.has(status);
}

/** Why a run has ended early, where no failure tells it. */
export function endedEarly({ outcome, stopped, results }: RunRecord): string | undefined {
  if (outcome === undefined) return 'The run never came to its end';
  return results.some(isFailure) ? undefined : stopped;
}

/** What made the run fail, in the order in which it happened. */
export function failureGroups(record: RunRecord): readonly FailureGroup[] {
  return groupsOf(record.results.filter(isFailure));
}

/** Failures that the play took care of. */
export function mildGroups(record: RunRecord): readonly FailureGroup[] {
  return groupsOf(record.results.filter(({ status }) => status === 'ignored' || status === 'rescued'));
}

function groupsOf(results: readonly ResultRecord[]): readonly FailureGroup[] {
  const names = new OwnNames();
  const groups = new Map<string, { readonly first: ResultRecord; readonly marked: ResultRecord; hosts: string[] }>();
  for (const result of results) {
    const marked = markedResult(result, names);
    const { status, task, item, problem, output } = marked;
    const key = JSON.stringify([status, task.play.place, task.place, task.title, item, problem, output]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: result, marked, hosts: [result.host] });
    else group.hosts.push(result.host);
  }
  return [...groups.values()].map(({ first, marked, hosts }) => ({
    result: hosts.length === 1 ? first : marked,
    hosts: inNaturalOrder([...new Set(hosts)]),
  }));
}

function markedResult(result: ResultRecord, names: OwnNames): ResultRecord {
  const mark = names.marking(result.host);
  const marked = (text: string | undefined): string | undefined => (text === undefined ? undefined : mark(text));
  const { problem, output } = result;
  return {
    ...result,
    item: marked(result.item),
    problem: problem && {
      ...problem,
      what: mark(problem.what),
      why: marked(problem.why),
      remedy: marked(problem.remedy),
    },
    output: output && { ...output, stdout: mark(output.stdout), stderr: mark(output.stderr) },
  };
}
