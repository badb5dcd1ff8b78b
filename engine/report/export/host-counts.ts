import type { RunRecord } from '../journal/run-record.ts';
import { durationText } from '../text/duration.ts';
import { safeLine } from '../text/safe-text.ts';

/** The outcome of a run for a host. The worst of its results counts. */
const OUTCOMES = ['unreachable', 'interrupted', 'failed', 'changed', 'unknown', 'in sync'] as const;
export type HostOutcome = (typeof OUTCOMES)[number];

/** Returns the outcome of each host of the run. In a plan, `changed` means that it would be changed. */
function hostOutcomes({ hosts, results }: RunRecord): ReadonlyMap<string, HostOutcome> {
  const outcomes = new Map<string, HostOutcome>(hosts.map((host) => [host, 'in sync']));
  for (const { host, status } of results) {
    const outcome = OUTCOMES.find((one) => one === status);
    const before = outcomes.get(host) ?? 'in sync';
    if (outcome !== undefined && OUTCOMES.indexOf(outcome) < OUTCOMES.indexOf(before)) outcomes.set(host, outcome);
  }
  return outcomes;
}

/** Returns the number of hosts per outcome, without outcomes that no host has. */
export function hostCounts(record: RunRecord): ReadonlyMap<HostOutcome, number> {
  const outcomes = [...hostOutcomes(record).values()];
  return new Map(
    OUTCOMES.toReversed().flatMap((outcome) => {
      const count = outcomes.filter((one) => one === outcome).length;
      return count === 0 ? [] : [[outcome, count] as const];
    }),
  );
}

/** Returns a sentence: `site.yml on 3 hosts in 12 s: 2 in sync, 1 failed`. */
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
