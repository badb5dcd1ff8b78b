import { spawnSync } from 'node:child_process';
import type { Completed } from '../../engine/connection/connection.ts';
import { composeObservation } from '../../engine/resources/base/observation.ts';
import type { Request } from '../../engine/resources/base/resource.ts';
import { BUSYBOXES } from '../busyboxes.ts';

/** The shells that hosts have. */
export const SHELLS: readonly (readonly [string, readonly string[]])[] = [
  ['dash', ['dash']],
  ['bash', ['bash', '--posix']],
  ...BUSYBOXES.map(({ name, path }) => [name, [path, 'sh']] as const),
];

/** Runs a script as a session does: from stdin, in a subshell that reads from /dev/null. */
export function runScript(
  script: string,
  shell: readonly string[] = ['sh'],
  env: NodeJS.ProcessEnv = process.env,
): Completed {
  const [command = 'sh', ...args] = shell;
  const done = spawnSync(command, args, { input: `(\n${script}\n) </dev/null\n`, env, maxBuffer: 64 * 1024 * 1024 });
  return { status: done.status ?? 255, stdout: done.stdout, stderr: done.stderr, cut: false };
}

/** Looks at this machine itself. */
export function observeHere(
  requests: readonly Request[],
  shell: readonly string[] = ['sh'],
  env: NodeJS.ProcessEnv = process.env,
): ReadonlyMap<string, unknown> {
  const { script, decode } = composeObservation(requests, 'f00f00f00f00');
  return decode(runScript(script, shell, env));
}
