import { spawn } from 'node:child_process';
import { type RunSummary, summaryJson } from '../../report/export/run-summary.ts';

/** Maximal time of the command, in milliseconds. After that it is ended. */
const MOST_MS = 60_000;

/**
 * Runs the command of `--on-finish` with `sh`. The result is in its environment and, as JSON, on its stdin. Its output
 * goes to stderr, because stdout belongs to the run. Returns the reason of a failure as a sentence; undefined if the
 * command succeeded.
 */
export function runOnFinish(command: string, summary: RunSummary, mostMs = MOST_MS): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', command], {
      env: { ...process.env, ...environmentOf(summary) },
      stdio: ['pipe', process.stderr, process.stderr],
      detached: true,
    });
    const end = (): void => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, 'SIGTERM');
    };
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      end();
    }, mostMs);
    process.once('exit', end);
    const finish = (why: string | undefined): void => {
      clearTimeout(timer);
      process.off('exit', end);
      resolve(why);
    };
    child.on('error', (error) => finish(error.message));
    child.on('close', (status, signal) => {
      if (isLate) finish(`it took longer than ${mostMs / 1000} s, and was ended`);
      else if (signal !== null) finish(`it was ended by ${signal}`);
      else finish(status === 0 ? undefined : `it ended with exit status ${status}`);
    });
    // A command that does not read its stdin must not cause an error.
    child.stdin.on('error', () => undefined);
    child.stdin.end(summaryJson(summary));
  });
}

function environmentOf(summary: RunSummary): Readonly<Record<string, string>> {
  const { run, status, exitStatus, command, playbook, hosts } = summary;
  const { changed, inSync, unknown, failed, unreachable, interrupted } = summary;
  const numbers = { exit: exitStatus, hosts, changed, in_sync: inSync, unknown, failed, unreachable, interrupted };
  const texts = { run: run ?? '', status, command, playbook };
  return Object.fromEntries(
    Object.entries({ ...texts, ...numbers }).map(([name, value]) => [`RUNBOOK_${name.toUpperCase()}`, String(value)]),
  );
}
