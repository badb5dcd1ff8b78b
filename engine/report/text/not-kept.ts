import { safeLine } from './safe-text.ts';

/** One line on the options of ssh's configuration that were not kept. */
export function notKeptLine({
  options,
  hosts,
}: {
  readonly options: readonly string[];
  readonly hosts: readonly string[];
}): string {
  const [first = ''] = hosts;
  const where = hosts.length === 1 ? safeLine(first) : `${safeLine(first)} and ${hosts.length - 1} more`;
  return (
    `warning: ssh's configuration sets ${options.map(safeLine).join(', ')} for ${where}, which runbook does not keep. ` +
    `Where it is needed, set ansible_connection: openssh for the hosts, which is slower.`
  );
}
