import { formatPlace } from '../../errors/problem.ts';
import { displayPath } from '../../playbook/source-files.ts';
import { MASK } from '../../values/base/secret.ts';
import type { Value } from '../../values/base/value.ts';
import { maskValue } from '../../values/mask/mask.ts';
import type { Candidate, LayeredScope } from '../../values/scope.ts';
import { isTypedCandidate } from '../../values/typed.ts';
import { openOutput } from '../text/output.ts';
import { type Paint, paintFor } from '../text/paint.ts';
import { safeLine, safeLines } from '../text/safe-text.ts';

/**
 * Prints variables with their rendered values, with secrets masked. For a value that cannot be rendered, it prints the
 * reason.
 */
export function printVariables(scope: LayeredScope, names: readonly string[], stdout: NodeJS.WritableStream): void {
  const paint = paintFor(stdout);
  const lines = names.flatMap((name) => {
    const winner = scope.explain(name).at(-1);
    return winner === undefined ? [] : valueLines(name, winner, paint);
  });
  openOutput(stdout).write(`${lines.join('\n')}\n`);
}

/**
 * Prints each variable with every value that it could have and the place of each; the value that is used comes first.
 */
export function printExplanations(scope: LayeredScope, names: readonly string[], stdout: NodeJS.WritableStream): void {
  const paint = paintFor(stdout);
  const blocks = names.map((name) => {
    const [winner, ...hidden] = scope.explain(name).toReversed();
    if (winner === undefined) return '';
    return [
      ...valueLines(name, winner, paint),
      `  ${paint('green', 'from')}   ${origin(winner)}`,
      ...hidden.flatMap((candidate) => [
        `  ${paint('dim', 'hides')}  ${origin(candidate)}`,
        ...textOf(candidate).map((line) => `         ${paint('dim', line)}`),
      ]),
    ].join('\n');
  });
  openOutput(stdout).write(`${blocks.join('\n\n')}\n`);
}

function valueLines(name: string, candidate: Candidate, paint: Paint): readonly string[] {
  const [first = '', ...more] = textOf(candidate);
  return [`${paint('bold', safeLine(name))}: ${first}`, ...more.map((line) => `  ${line}`)];
}

function textOf(candidate: Candidate): readonly string[] {
  if (isTypedCandidate(candidate)) return [JSON.stringify(MASK)];
  const { value, problem } = candidate;
  if (value === undefined) return safeLines(`(cannot be rendered: ${problem?.what ?? 'unknown'})`);
  return safeLines(shown(value));
}

function shown(value: Value): string {
  const masked = maskValue(value);
  return JSON.stringify(masked, undefined, typeof masked === 'object' && masked !== null ? 2 : undefined);
}

function origin({ level, origin: file, place }: Candidate): string {
  const where = place === undefined ? file : formatPlace({ ...place, file: displayPath(place.file) });
  return safeLine(`${where} (${level})`);
}
