import type { AnyModule, Outcome } from '../../engine/modules/base/module.ts';
import { parseArguments } from '../../engine/modules/base/parse-arguments.ts';
import { Secret } from '../../engine/values/base/secret.ts';
import type { ValueMap } from '../../engine/values/base/value.ts';

/** Returns the lines that a plan shows of an outcome. */
export function told(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'change':
      return outcome.differences
        .map((one) => {
          if (one.kind === 'field') return `${one.of} ${one.field}: ${shown(one.before)} → ${shown(one.after)}`;
          return one.kind === 'command' ? `$ ${shown(one.text)}` : one.path;
        })
        .join('\n');
    case 'impossible':
      return `${outcome.what}: ${outcome.why ?? outcome.remedy ?? ''}`;
    case 'in_sync':
    case 'cannot_know':
    case 'await':
      return outcome.kind;
  }
}

function shown(value: unknown): string {
  return value instanceof Secret ? 'hidden' : String(value);
}

/** Returns what is wrong with these arguments: each argument, and its mistake. */
export function mistakes(module: AnyModule, given: ValueMap): string {
  const parsed = parseArguments(module, given, () => ({ file: 'play.yml', line: 3, column: 5 }));
  if (parsed.kind !== 'problems') return parsed.kind;
  return parsed.problems.map(({ what }) => what.replace(/^"(\w+)" of \w+ (?:is not right: )?/, '$1 ')).join('\n');
}
