import { ANSIBLE_DIFFERENCES } from '../playbook/ansible-differences.ts';
import { helpers } from '../values/helper-table.ts';
import { openOutput } from './output.ts';
import { paintFor } from './paint.ts';

/** Prints the helpers that templates may call, each with an example. */
export function printHelpers(stdout: NodeJS.WritableStream): void {
  const paint = paintFor(stdout);
  const lines = helpers
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap(({ name, summary, example: [template, result] }) => [
      `${paint('cyan', name)}  ${summary}`,
      `    ${template}  ${paint('dim', `→ ${JSON.stringify(result)}`)}`,
    ]);
  openOutput(stdout).write(`${lines.join('\n')}\n`);
}

/** Prints what Ansible has and this language has not, and what to write instead. */
export function printAnsibleDifferences(stdout: NodeJS.WritableStream): void {
  const paint = paintFor(stdout);
  const width = Math.max(...ANSIBLE_DIFFERENCES.map(({ name }) => name.length));
  const place = Math.max(...ANSIBLE_DIFFERENCES.map(({ where }) => where.length));
  const lines = ANSIBLE_DIFFERENCES.map(
    ({ name, where, instead }) => `${paint('dim', where.padEnd(place))}  ${paint('cyan', name.padEnd(width))}  ${instead}`,
  );
  openOutput(stdout).write(`${lines.join('\n')}\n`);
}
