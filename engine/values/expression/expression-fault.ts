import type { ASTNode, EvaluationError, TypeError as CelTypeError } from '@marcbachmann/cel-js';
import { BOUNDED_MATCHES } from '../cel/cel-environment.ts';
import type { Evidence } from '../cel/cel-value.ts';
import { ansibleMember } from '../language/ansible-variables.ts';
import { Fault } from '../language/fault.ts';
import { didYouMean, listNames } from '../language/suggest.ts';

export type Missing = Evidence['missing'];

/** For a member that a map has not got. `missing` has the keys that there are. */
export function missingKey(error: EvaluationError | CelTypeError, source: string, missing: Missing): Fault {
  const key = /^No such key: (.*)$/s.exec(error.summary)?.[1] ?? '';
  const parent = parentOf(error);
  const start = parent?.start ?? 0;
  const name = parent === undefined ? 'The value' : source.slice(parent.start, parent.end);
  // Behind the parent there is the member's name, whatever stands between.
  const at = parent === undefined ? -1 : source.indexOf(key, parent.end);
  const keys = missing?.key === key ? missing.keys : undefined;
  const why = keys === undefined ? undefined : whichKeys(key, keys);
  const remedy = ansibleMember(name, key) ?? 'Test with has(x.y), or give a fallback: default(x.y, …).';
  const details = { code: 'missing-key', what: `${name} has no key "${key}"`, why, remedy };
  return at < 0
    ? new Fault(details, start, Math.max(1, (error.range?.end ?? source.length) - start))
    : new Fault(details, at, Math.max(1, key.length));
}

/** The node whose member or item is asked for. */
function parentOf({ node }: EvaluationError | CelTypeError): ASTNode | undefined {
  return node?.op === '.' || node?.op === '[]' ? node.args[0] : undefined;
}

function whichKeys(key: string, keys: readonly string[]): string {
  const hint = didYouMean(key, keys);
  return `${hint === undefined ? '' : `${hint} `}Its keys: ${listNames(keys)}.`;
}

/** For an item behind the end of a list, or before its beginning. */
export function missingItem({ node, range, summary }: EvaluationError | CelTypeError, source: string): Fault {
  const index = /index (-?\d+)/.exec(summary)?.[1] ?? '';
  const size = /size (\d+)/.exec(summary)?.[1];
  const { start, end } = range ?? { start: 0, end: source.length };
  const parent = node?.op === '[]' ? node.args[0] : undefined;
  const name = parent === undefined ? 'xs' : source.slice(parent.start, parent.end);
  const isBefore = index.startsWith('-');
  const what = isBefore
    ? `Items are counted from 0, so there is no item ${index}`
    : `${name} has no item ${index}: it has ${size ?? 'none'}`;
  const remedy = isBefore
    ? `The last item is ${name}[size(${name}) - 1].`
    : `The first item is ${name}[0]. If there may be fewer items, test size(${name}) > ${index} first.`;
  return new Fault({ code: 'expression-type', what, remedy }, start, Math.max(1, end - start));
}

export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What the library says of types, without its own terms. */
export function plainTypes(summary: string): string {
  return summary
    .replace(BOUNDED_MATCHES, 'matches')
    .replaceAll(/dyn<(\w+)>/g, '$1')
    .replace('found no matching overload for ', '')
    .replace('no such overload', 'These types do not go together');
}

export function typeRemedy(summary: string): string | undefined {
  if (/bool/.test(summary) && /'(dyn<)?string/.test(summary)) return 'Text is not a boolean: compare it, x == "true".';
  if (/ in /.test(summary)) return 'in looks into a list or the keys of a map; a text is asked by x.contains("a").';
  if (/no such overload/.test(summary)) return 'Convert one side with string(…), int(…) or double(…).';
  return undefined;
}
