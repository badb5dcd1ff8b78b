import type { WithoutEffect } from '../../connection/base/target.ts';
import { safeLine } from './safe-text.ts';

/** Returns one line about options of ssh's configuration that were ignored. */
export function notKeptLine({
  options,
  hosts,
}: {
  readonly options: readonly string[];
  readonly hosts: readonly string[];
}): string {
  return (
    `warning: ssh's configuration sets ${options.map(safeLine).join(', ')} for ${some(hosts)}, which runbook does not keep. ` +
    `Where it is needed, set ansible_connection: openssh for the hosts, which is slower.`
  );
}

/** Returns lines about variables of the inventory without effect, and why that does no harm. */
export function withoutEffectLines({
  settings,
  hosts,
}: {
  readonly settings: readonly WithoutEffect[];
  readonly hosts: readonly string[];
}): readonly string[] {
  const reasons = new Map<string, string[]>();
  for (const { what, why } of settings) reasons.set(why, [...(reasons.get(why) ?? []), what]);
  return [
    `warning: some variables of ${some(hosts)} have no effect:`,
    ...[...reasons].map(([why, names]) => `    ${names.map(safeLine).join(', ')}: ${why}`),
  ];
}

function some(hosts: readonly string[]): string {
  const [first = ''] = hosts;
  return hosts.length === 1 ? safeLine(first) : `${safeLine(first)} and ${hosts.length - 1} more`;
}
