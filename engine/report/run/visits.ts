import { Unreachable } from '../../connection/base/unreachable.ts';
import type { Problem } from '../../errors/problem.ts';
import type { NotKept, Visit } from '../../run/visit-hosts.ts';
import { notKeptLine, withoutEffectLines } from '../text/not-kept.ts';
import { openOutput } from '../text/output.ts';
import { paintFor } from '../text/paint.ts';
import { problemLines, sourceReader } from '../text/problems.ts';
import { safeJson, safeLine } from '../text/safe-text.ts';
import { byTransport, patchesLine } from '../text/transport-text.ts';

/**
 * Shows hosts as they answer, one line each; from a verbosity of 2 on with the patches of ssh2; with `json`, one object
 * per line.
 */
export function showPings(
  format: 'auto' | 'plain' | 'json',
  verbosity: number,
  stdout: NodeJS.WritableStream,
): (visit: Visit) => void {
  const paint = paintFor(stdout);
  const output = openOutput(stdout);
  const read = sourceReader();
  return (visit) => {
    if (format === 'json') return output.write(`${safeJson(pingObject(visit))}\n`);
    if (visit.kind === 'failed')
      return output.write(
        `${paint('red', visit.problem instanceof Unreachable ? 'unreachable' : 'failed')}: [${safeLine(visit.host)}]\n${problemLines(
          visit.problem,
          paint,
          read,
        )
          .map((line) => `    ${line}\n`)
          .join('')}`,
      );
    const { os, architecture, user, kernel } = visit.facts;
    const what = `${os.distribution} ${os.version} ${architecture}, Linux ${kernel}, user ${user}`;
    const { host, library } = visit;
    const patches = verbosity > 1 && library !== undefined ? `    ${patchesLine({ host, ...library })}\n` : '';
    return output.write(
      `${paint('green', 'ok')}: [${safeLine(visit.host)}] ${safeLine(visit.address)}${byTransport(visit.transport)} in ${Math.round(visit.milliseconds)} ms (${safeLine(what)})\n${patches}`,
    );
  };
}

function pingObject(visit: Visit): object {
  if (visit.kind === 'failed') return failedObject(visit.host, visit.problem);
  return {
    host: visit.host,
    ok: true,
    address: visit.address,
    transport: visit.transport,
    milliseconds: Math.round(visit.milliseconds),
  };
}

/** Shows the facts of hosts as JSON, one object per host; with `json`, one line each. */
export function showFacts(format: 'auto' | 'plain' | 'json', stdout: NodeJS.WritableStream): (visit: Visit) => void {
  const output = openOutput(stdout);
  return (visit) => {
    const object =
      visit.kind === 'failed' ? failedObject(visit.host, visit.problem) : { host: visit.host, facts: visit.facts };
    output.write(`${safeJson(object, format === 'json' ? undefined : 2)}\n`);
  };
}

/**
 * Shows settings of ssh's configuration that were ignored, and settings of the inventory without effect, if there are
 * any.
 */
export function showNotKept({ options, variables }: NotKept, stderr: NodeJS.WritableStream): void {
  const lines = [
    ...(options === undefined ? [] : [notKeptLine({ options: options.settings, hosts: options.hosts })]),
    ...(variables === undefined ? [] : withoutEffectLines(variables)),
  ];
  for (const line of lines) stderr.write(`${paintFor(stderr)('yellow', line)}\n`);
}

function failedObject(host: string, problem: Problem): object {
  return { host, ok: false, code: problem.code, what: problem.what, why: problem.why, remedy: problem.remedy };
}
