import type { AnyModule } from '../../modules/base/module.ts';
import { ANSIBLE_DIFFERENCES } from '../../values/habits/ansible-differences.ts';
import { COMMON_ARGUMENTS } from '../../values/habits/ansible-modules.ts';
import { ANSIBLE_OPTIONS } from '../../values/habits/ansible-options.ts';
import { type AnsibleVariable, ANSIBLE_FACTS, ANSIBLE_MAGIC } from '../../values/habits/ansible-variables.ts';
import { insteadOfArgument } from '../../values/habits/foreign-argument.ts';
import { JINJA_WORDS } from '../../values/habits/jinja-words.ts';
import { helpers } from '../../values/helpers/helper-table.ts';
import { openOutput } from '../text/output.ts';
import { paintFor } from '../text/paint.ts';

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
 * Prints features of Ansible that this language does not have, and what to write in their place. `all`: the modules,
 * whose missing arguments are listed.
 */
export function printAnsibleDifferences(all: readonly AnyModule[], stdout: NodeJS.WritableStream): void {
  const paint = paintFor(stdout);
  const ofModules = all.flatMap(({ name, foreign = {} }) =>
    Object.entries(foreign).map(([key, instead]) => [`${name}: ${key}`, insteadOfArgument(instead)] as const),
  );
  const rows: readonly (readonly [where: string, name: string, instead: string])[] = [
    ...ANSIBLE_DIFFERENCES.map(({ where, name, instead }) => [where, name, instead] as const),
    ...Object.entries(COMMON_ARGUMENTS).map(([name, one]) => ['argument', name, insteadOfArgument(one)] as const),
    ...ofModules.map(([name, instead]) => ['argument', name, instead] as const),
    ...[...ANSIBLE_OPTIONS].map(([name, instead]) => ['option', name, instead] as const),
    ...[...JINJA_WORDS].map(([name, instead]) => ['jinja', name, instead] as const),
    ...ANSIBLE_MAGIC.map((one) => ['variable', one.name, insteadOfVariable(one)] as const),
    ...ANSIBLE_FACTS.map((one) => ['fact', `ansible_${one.name}`, insteadOfVariable(one)] as const),
  ];
  const width = Math.max(...rows.map(([, name]) => name.length));
  const place = Math.max(...rows.map(([where]) => where.length));
  const lines = rows.map(
    ([where, name, instead]) =>
      `${paint('dim', where.padEnd(place))}  ${paint('cyan', name.padEnd(width))}  ${instead}`,
  );
  openOutput(stdout).write(`${lines.join('\n')}\n`);
}

function insteadOfVariable({ path, instead }: AnsibleVariable): string {
  return path === undefined ? instead : `Write ${path}. ${instead}`;
}
