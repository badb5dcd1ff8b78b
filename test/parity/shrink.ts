import type { Bench, Verdict } from './answers.ts';
import { verdicts } from './answers.ts';
import type { Case, Json } from './case.ts';
import { isMap } from './case.ts';
import { isRed, judged } from './judge.ts';

const ROUNDS = 12;

/** The smallest case that is still red: one part after the other is left out. All that one part makes smaller is tried in one batch. */
export async function shrunk(bench: Bench, verdict: Verdict): Promise<Verdict> {
  let smallest = verdict;
  for (let round = 0; round < ROUNDS; round += 1) {
    const { input } = smallest;
    const smaller = without(parts(input))
      .map((value, index) => ({ ...input, ...(value as unknown as Partial<Case>), id: `${verdict.input.area}-${round}x${index}` }))
      .slice(0, 60);
    if (smaller.length === 0) return smallest;
    const red = (await verdicts(bench, input.input.kind, smaller)).filter((one) => isRed(judged(one)) && sameKind(one, verdict));
    const [next] = red.toSorted((one, other) => JSON.stringify(one.input).length - JSON.stringify(other.input).length);
    if (next === undefined) return smallest;
    smallest = next;
  }
  return smallest;
}

function parts({ given, files, input }: Case): Json {
  return { given, files, input: input as unknown as Json };
}

/** The same facts are still told differently, or a promise is still broken: not just any other mistake. */
function sameKind(one: Verdict, other: Verdict): boolean {
  const names = (verdict: Verdict): readonly string[] => [
    ...judged(verdict).faults.map(({ fact }) => fact.replace(/^(first|second)\.\d+/, '$1').replace(/^tree.*/, 'tree')),
    ...(judged(verdict).broken.length > 0 ? ['broken'] : []),
  ];
  const known = new Set(names(other));
  return names(one).some((name) => known.has(name));
}

const KEPT: ReadonlySet<string> = new Set([
  'kind',
  'given',
  'files',
  'input',
  'tasks',
  '$ansible',
  '$runbook',
  'path',
  'dest',
  'hosts',
  'name',
]);

/** Each value with one member or item less, at any depth. */
function without(value: Json): readonly Json[] {
  if (Array.isArray(value))
    return value.flatMap((item, index) => [value.toSpliced(index, 1), ...without(item).map((smaller) => value.with(index, smaller))]);
  if (!isMap(value) || '$ansible' in value) return [];
  return Object.entries(value).flatMap(([key, item]) => [
    ...(KEPT.has(key) ? [] : [Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))]),
    ...without(item).map((smaller) => ({ ...value, [key]: smaller })),
  ]);
}
