import type { ResultRecord, ResultStatus, RunRecord } from '../journal/run-record.ts';
import { inNaturalOrder } from '../text/host-names.ts';
import { OwnNames } from '../text/own-names.ts';

/** A failure with all hosts that have the same one, apart from their own names. */
export interface FailureGroup {
  /** The result of the first host. With several hosts, marks replace its own name. */
  readonly result: ResultRecord;
  readonly hosts: readonly string[];
}

const FAILURES: ReadonlySet<ResultStatus> = new Set(['failed', 'unreachable', 'interrupted']);

/** Returns whether a result with this status made the run fail. Ignored and rescued failures did not. */
export function isFailure({ status }: Pick<ResultRecord, 'status'>): boolean {
  return FAILURES.has(status);
}

/** Returns why a run has ended early, if no failure explains it. */
export function endedEarly({ outcome, stopped, results }: RunRecord): string | undefined {
  if (outcome === undefined) return 'The run never came to its end';
  return results.some(isFailure) ? undefined : stopped;
}

/** Returns the failures that made the run fail, in their order. */
export function failureGroups(record: RunRecord): readonly FailureGroup[] {
  return groupsOf(record.results.filter(isFailure));
}

/** Returns the failures that the play ignored or rescued. */
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
