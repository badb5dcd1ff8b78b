import type { AnyModule } from '../../modules/base/module.ts';
import { helpers } from '../../values/helpers/helper-table.ts';
import { openOutput } from '../text/output.ts';
import { paintFor } from '../text/paint.ts';
import { ansibleRows, rowsAbout } from './ansible-rows.ts';

/** Prints the helpers of templates, each with an example. */
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

/**
 * Prints the words of Ansible and their counterparts here: all of them, or those that contain `word`. `all` is the list
 * of modules. Returns the number of printed words.
 */
export function printAnsibleWords(
  { all, word }: { readonly all: readonly AnyModule[]; readonly word: string | undefined },
  stdout: NodeJS.WritableStream,
): number {
  const paint = paintFor(stdout);
  const every = ansibleRows(all);
  const rows = word === undefined ? every : rowsAbout(every, word);
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  const kinds = Math.max(0, ...rows.map(({ kind }) => kind.length));
  const lines = rows.map(
    ({ kind, name, here }) => `${paint('dim', kind.padEnd(kinds))}  ${paint('cyan', name.padEnd(width))}  ${here}`,
  );
  if (lines.length > 0) openOutput(stdout).write(`${lines.join('\n')}\n`);
  return rows.length;
}
