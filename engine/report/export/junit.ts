import { type Problem, formatPlace } from '../../errors/problem.ts';
import type { PlayRecord, ResultRecord, RunRecord } from '../journal/run-record.ts';
import { element, xmlText } from '../text/xml-text.ts';
import { endedEarly } from './failures.ts';
import { type FilePlace, placeOfResult, problemDetails, resultTitle } from './result-text.ts';

/** One test: a state that a thing should have. */
export interface TestCase {
  /** The thing that is tested: a host. */
  readonly owner: string;
  readonly name: string;
  readonly place: FilePlace | undefined;
  readonly milliseconds: number;
  readonly verdict: Verdict;
}

/** `failure`: the state is not reached. `error`: it is unknown. */
export type Verdict =
  | { readonly kind: 'passed'; readonly note: string | undefined }
  | { readonly kind: 'skipped'; readonly why: string }
  | {
      readonly kind: 'failure' | 'error';
      readonly code: string;
      readonly what: string;
      readonly details: readonly string[];
    };

export interface TestSuite {
  readonly name: string;
  readonly cases: readonly TestCase[];
}

/** Returns a run as JUnit: a suite per play, a test per task and host. Ignored and rescued failures have passed. */
export function runJunit(record: RunRecord): string {
  const plays = new Map<PlayRecord, ResultRecord[]>();
  for (const result of record.results) {
    const known = plays.get(result.task.play);
    if (known === undefined) plays.set(result.task.play, [result]);
    else known.push(result);
  }
  const suites = [...plays].map(([play, results]) => ({ name: play.name, cases: results.map(testCase) }));
  return junit(record.playbook, [...suites, ...stopSuite(record)], record);
}

/** Returns JUnit for mistakes that kept a run from beginning. */
export function problemsJunit(playbook: string, problems: readonly Problem[], at: Date): string {
  const cases = problems.map(({ code, what, place, why, remedy }) => ({
    owner: playbook,
    name: place === undefined ? what : `${what} (${formatPlace(place)})`,
    place,
    milliseconds: 0,
    verdict: { kind: 'error' as const, code, what, details: problemDetails({ what, why, remedy }, undefined) },
  }));
  return junit(playbook, [{ name: 'Before the run', cases }], { began: at, milliseconds: 0 });
}

/** Returns the document. For any texts it is well-formed XML 1.0. */
export function junit(
  name: string,
  suites: readonly TestSuite[],
  { began, milliseconds }: Pick<RunRecord, 'began' | 'milliseconds'>,
): string {
  const timestamp = began.toISOString();
  const lines = suites.flatMap((suite) => [
    openTag('testsuite', { name: suite.name, ...countsOf(suite.cases), time: timeOf(suite.cases), timestamp }),
    ...suite.cases.map(caseElement),
    '</testsuite>',
  ]);
  const total = countsOf(suites.flatMap(({ cases }) => cases));
  const head = openTag('testsuites', { name, ...total, time: seconds(milliseconds ?? 0), timestamp });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${[head, ...lines, '</testsuites>'].join('\n')}\n`;
}

function openTag(name: string, attributes: Readonly<Record<string, string | number>>): string {
  return element(name, attributes, '').replace(/\/>$/, '>');
}

function caseElement({ owner, name, place, milliseconds, verdict }: TestCase): string {
  const attributes = { classname: owner, name, file: place?.file, line: place?.line, time: seconds(milliseconds) };
  return element('testcase', attributes, verdictElement(verdict));
}

function verdictElement(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'passed':
      return verdict.note === undefined ? '' : element('system-out', {}, xmlText(verdict.note));
    case 'skipped':
      return element('skipped', { message: verdict.why }, '');
    case 'failure':
    case 'error':
      return element(
        verdict.kind,
        { message: verdict.what, type: verdict.code },
        xmlText([verdict.what, ...verdict.details].join('\n')),
      );
    default:
      throw new Error(`unknown verdict ${JSON.stringify(verdict satisfies never)}`);
  }
}

function testCase(result: ResultRecord): TestCase {
  return {
    owner: result.host,
    name: resultTitle(result),
    place: placeOfResult(result),
    milliseconds: result.milliseconds,
    verdict: verdictOf(result),
  };
}

function verdictOf(result: ResultRecord): Verdict {
  const { status, why = '', problem } = result;
  switch (status) {
    case 'ok':
      return { kind: 'passed', note: undefined };
    case 'changed':
      return { kind: 'passed', note: 'changed' };
    case 'unknown':
      return { kind: 'passed', note: `unknown: ${why}` };
    case 'ignored':
    case 'rescued':
      return { kind: 'passed', note: `failed, ${status}: ${problem?.what ?? ''}` };
    case 'skipped':
      return { kind: 'skipped', why };
    case 'failed':
      return brokenVerdict('failure', result);
    case 'unreachable':
    case 'interrupted':
      return brokenVerdict('error', result);
    default:
      throw new Error(`unknown status ${String(status satisfies never)}`);
  }
}

function brokenVerdict(kind: 'failure' | 'error', { status, problem, output }: ResultRecord): Verdict {
  return { kind, code: problem?.code ?? status, what: problem?.what ?? '', details: problemDetails(problem, output) };
}

/** A run that ended early has not reported all tasks, so it gets a test of its own with an error. */
function stopSuite(record: RunRecord): readonly TestSuite[] {
  const { playbook } = record;
  const what = endedEarly(record);
  if (what === undefined) return [];
  const verdict = { kind: 'error' as const, code: 'stopped', what, details: [] };
  const only = { owner: playbook, name: 'The run comes to its end', place: undefined, milliseconds: 0, verdict };
  return [{ name: 'The run', cases: [only] }];
}

function countsOf(cases: readonly TestCase[]): Readonly<Record<'tests' | 'failures' | 'errors' | 'skipped', number>> {
  const count = (kind: Verdict['kind']): number => cases.filter(({ verdict }) => verdict.kind === kind).length;
  return { tests: cases.length, failures: count('failure'), errors: count('error'), skipped: count('skipped') };
}

function timeOf(cases: readonly TestCase[]): string {
  return seconds(cases.reduce((sum, { milliseconds }) => sum + milliseconds, 0));
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
