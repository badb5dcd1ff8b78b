import type { Problem } from '../../errors/problem.ts';
import type { RunRecord } from '../journal/run-record.ts';
import { hostNames } from '../text/host-names.ts';
import { workflowCommand } from '../text/workflow-command.ts';
import { type FailureGroup, endedEarly, failureGroups, mildGroups } from './failures.ts';
import { type FilePlace, placeOfResult, problemDetails, resultTitle } from './result-text.ts';

/** Maximal number of annotations of each kind that GitHub shows for one step. */
const MOST = 10;

/** Returns the path of a file relative to the root of the repository. */
export type RepositoryPath = (file: string) => string;

/**
 * Returns failures as commands of GitHub Actions, which mark lines of a pull request. Equal failures of several hosts
 * are merged. Ignored and rescued failures are warnings.
 */
export function runAnnotations(record: RunRecord, path: RepositoryPath): string {
  const failures = failureGroups(record).map((group) => groupAnnotation(group, path));
  const early = endedEarly(record);
  const stopped = early === undefined ? [] : [annotation('error', undefined, 'The run ended early', early)];
  return written([
    ...bounded('error', [...failures, ...stopped]),
    ...bounded(
      'warning',
      mildGroups(record).map((group) => groupAnnotation(group, path)),
    ),
  ]);
}

/** Returns the same for mistakes that kept a run from beginning. */
export function problemAnnotations(problems: readonly Problem[], path: RepositoryPath): string {
  const all = problems.map(({ what, place, why, remedy }) =>
    annotation('error', inRepository(place, path), what, problemDetails({ what, why, remedy }, undefined).join('\n')),
  );
  return written(bounded('error', all));
}

type Level = 'error' | 'warning';

function groupAnnotation({ result, hosts }: FailureGroup, path: RepositoryPath): string {
  const { problem, output, status } = result;
  const level = status === 'ignored' || status === 'rescued' ? 'warning' : 'error';
  const text = [problem?.what ?? '', ...problemDetails(problem, output)].join('\n');
  const title = `${resultTitle(result)}: ${status} on ${hostNames(hosts)}`;
  return annotation(level, inRepository(placeOfResult(result), path), title, text);
}

function inRepository(place: FilePlace | undefined, path: RepositoryPath): FilePlace | undefined {
  return place && { ...place, file: path(place.file) };
}

function annotation(level: Level, place: FilePlace | undefined, title: string, text: string): string {
  return workflowCommand(
    level,
    [
      ['file', place?.file],
      ['line', place?.line],
      ['col', place?.column],
      ['title', title],
    ],
    text === '' ? title : text,
  );
}

function bounded(level: Level, all: readonly string[]): readonly string[] {
  if (all.length <= MOST) return all;
  const more = all.length - MOST + 1;
  return [...all.slice(0, MOST - 1), workflowCommand(level, [], `… and ${more} more: see the output of the run`)];
}

function written(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
