import { createInterface } from 'node:readline/promises';
import { setImmediate } from 'node:timers/promises';
import { Problem } from '../../errors/problem.ts';
import { safeLine } from '../../report/text/safe-text.ts';
import { taskTitle } from '../../report/text/task-title.ts';
import type { AskStep, StepAnswer } from '../../run/base/stepping.ts';
import { listNames } from '../../values/language/suggest.ts';
import { mask } from '../../values/mask/mask.ts';

const ANSWERS: ReadonlyMap<string, StepAnswer> = new Map([
  ['', 'no'],
  ['n', 'no'],
  ['no', 'no'],
  ['y', 'yes'],
  ['yes', 'yes'],
  ['c', 'continue'],
  ['continue', 'continue'],
]);
/** Maximal number of hosts that a question names. */
const MOST_HOSTS = 5;

/** Throws Problem if there is no terminal for the question and the answer. */
export function refuseWithoutTerminal(): void {
  if (process.stdin.isTTY && process.stderr.isTTY) return;
  throw new Problem({
    code: 'no-terminal',
    what: '--step asks before each task, and there is no terminal to ask on',
    remedy: 'Run it with stdin and stderr on a terminal; or use `runbook plan -o FILE` and `runbook apply FILE`.',
  });
}

/** Asks on the terminal: (N)o, (y)es or (c)ontinue. Ctrl-D has the effect of Ctrl-C. */
export const askOnTerminal: AskStep = async ({ task, hosts }, signal) => {
  // Waits until the report has shown everything that happened so far.
  await setImmediate();
  const on = listNames(hosts.map(safeLine), MOST_HOSTS);
  const question = mask(`Do ${taskTitle(task, undefined)} on ${on}? (N)o/(y)es/(c)ontinue: `);
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  lines.once('close', () => {
    if (process.stdin.readableEnded) process.kill(process.pid, 'SIGINT');
  });
  try {
    for (;;) {
      const given = await lines.question(question, { signal });
      const answer = ANSWERS.get(given.trim().toLowerCase());
      if (answer !== undefined) return answer;
    }
  } catch (error) {
    if (signal.aborted) return 'no';
    throw error;
  } finally {
    lines.close();
  }
};
