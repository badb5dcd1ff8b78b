import type { RunRecord } from '../journal/run-record.ts';
import { durationText } from '../text/duration.ts';
import { safeLine } from '../text/safe-text.ts';

/** What a run came to for a host; the worst counts. */
const OUTCOMES = ['unreachable', 'interrupted', 'failed', 'changed', 'unknown', 'in sync'] as const;
export type HostOutcome = (typeof OUTCOMES)[number];

/** Of each host of the run. In a plan, `changed` is that it would be. */
export function hostOutcomes({ hosts, results }: RunRecord): ReadonlyMap<string, HostOutcome> {
  const outcomes = new Map<string, HostOutcome>(hosts.map((host) => [host, 'in sync']));
  for (const { host, status } of results) {
    const outcome = OUTCOMES.find((one) => one === status);
    const before = outcomes.get(host) ?? 'in sync';
    if (outcome !== undefined && OUTCOMES.indexOf(outcome) < OUTCOMES.indexOf(before)) outcomes.set(host, outcome);
  }
  return outcomes;
}

/** How many hosts came to what; those that none came to are left out. */
export function hostCounts(record: RunRecord): ReadonlyMap<HostOutcome, number> {
  const outcomes = [...hostOutcomes(record).values()];
  return new Map(
    OUTCOMES.toReversed().flatMap((outcome) => {
      const count = outcomes.filter((one) => one === outcome).length;
      return count === 0 ? [] : [[outcome, count] as const];
    }),
  );
}

/** The run in one sentence: `site.yml on 3 hosts in 12 s: 2 in sync, 1 failed`. */
export function runSentence(record: RunRecord): string {
  const { playbook, hosts, milliseconds, mode } = record;
  const words = mode === 'plan' ? { changed: 'to change' } : {};
  const counts = [...hostCounts(record)].map(
    ([outcome, count]) => `${count} ${outcome === 'changed' ? (words.changed ?? outcome) : outcome}`,
  );
  const on = `${hosts.length} ${hosts.length === 1 ? 'host' : 'hosts'}`;
  const took = milliseconds === undefined ? ', and never came to its end' : ` in ${durationText(milliseconds)}`;
  return `${safeLine(playbook)} on ${on}${took}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`;
}
