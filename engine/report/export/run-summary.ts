import { type Problem, formatPlace } from '../../errors/problem.ts';
import type { RunRecord } from '../journal/run-record.ts';
import { safeJson } from '../text/safe-text.ts';
import { failureGroups } from './failures.ts';
import { type HostOutcome, hostCounts } from './host-counts.ts';
import { placeOfResult, resultTitle } from './result-text.ts';

/** The outcome of a command. `error`: it did not begin. */
export type FinalStatus = 'ok' | 'changes' | 'failed' | 'unreachable' | 'interrupted' | 'stopped' | 'error';

export interface Finish {
  readonly command: string;
  readonly playbook: string;
  /** Null: the run has not ended, or its program was killed. */
  readonly exitStatus: number | null;
  readonly record: RunRecord | undefined;
  /** The mistakes that kept it from beginning. */
  readonly problems: readonly Problem[];
  /** Numbers of hosts, if they differ from those of the record. */
  readonly counts?: ReadonlyMap<HostOutcome, number> | undefined;
}

/** Maximal number of failures; the journal has all of them. */
const MOST_FAILURES = 20;

/** The end of a command, for programs. Its names are stable. */
export interface RunSummary {
  readonly command: string;
  readonly run: string | null;
  readonly status: FinalStatus;
  readonly exitStatus: number | null;
  readonly playbook: string;
  /** ISO 8601, UTC. */
  readonly began: string | null;
  readonly milliseconds: number | null;
  readonly hosts: number;
  readonly changed: number;
  readonly inSync: number;
  readonly unknown: number;
  readonly failed: number;
  readonly unreachable: number;
  readonly interrupted: number;
  readonly stopped: string | null;
  readonly failures: readonly {
    readonly task: string;
    readonly hosts: readonly string[];
    readonly place: string | null;
    readonly what: string;
    readonly why: string | null;
  }[];
  readonly problems: readonly { readonly code: string; readonly what: string; readonly place: string | null }[];
}

/** Sums up a finished run for other programs: counts of hosts, times, failures. Texts are masked already. */
export function runSummary(finish: Finish): RunSummary {
  const { command, playbook, exitStatus, record, problems } = finish;
  const counts = countsOf(finish);
  const count = (name: HostOutcome): number => counts.get(name) ?? 0;
  return {
    command,
    run: record?.id ?? null,
    status: statusOf(finish),
    exitStatus,
    playbook: record?.playbook ?? playbook,
    began: record?.began.toISOString() ?? null,
    milliseconds: record?.milliseconds === undefined ? null : Math.round(record.milliseconds),
    hosts: record?.hosts.length ?? 0,
    changed: count('changed'),
    inSync: count('in sync'),
    unknown: count('unknown'),
    failed: count('failed'),
    unreachable: count('unreachable'),
    interrupted: count('interrupted'),
    stopped: record?.stopped ?? null,
    failures: record === undefined ? [] : failuresOf(record),
    problems: problems.map(({ code, what, place }) => ({
      code,
      what,
      place: place === undefined ? null : formatPlace(place),
    })),
  };
}

function countsOf({ counts, record }: Finish): ReadonlyMap<HostOutcome, number> {
  return counts ?? (record === undefined ? new Map() : hostCounts(record));
}

function failuresOf(record: RunRecord): RunSummary['failures'] {
  return failureGroups(record)
    .slice(0, MOST_FAILURES)
    .map(({ result, hosts }) => {
      const place = placeOfResult(result);
      return {
        task: resultTitle(result),
        hosts,
        place: place === undefined ? null : formatPlace(place),
        what: result.problem?.what ?? '',
        why: result.problem?.why ?? null,
      };
    });
}

/** Returns the summary as one JSON object, with secrets masked. */
export function summaryJson(summary: RunSummary): string {
  return `${safeJson(summary, 2)}\n`;
}

function statusOf({ record, exitStatus, counts }: Finish): FinalStatus {
  if (record === undefined) return 'error';
  const { outcome, mode, results } = record;
  if (outcome === undefined || outcome === 'killed' || outcome === 'running') return 'stopped';
  if (outcome === 'interrupted') return outcome;
  if (counts !== undefined) return statusOfCounts(counts);
  if (outcome !== 'ok') return outcome;
  if (exitStatus !== 0) return mode === 'plan' ? 'changes' : 'failed';
  const isChange = results.some(({ status }) => status === 'changed' || (mode === 'plan' && status === 'unknown'));
  return isChange && mode === 'plan' ? 'changes' : 'ok';
}

function statusOfCounts(counts: ReadonlyMap<HostOutcome, number>): FinalStatus {
  if (counts.has('failed')) return 'failed';
  if (counts.has('changed')) return 'changes';
  return counts.has('unreachable') ? 'unreachable' : 'ok';
}
