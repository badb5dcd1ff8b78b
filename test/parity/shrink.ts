import { type Bench, type Verdict, verdicts } from './answers.ts';
import { type Case, type Input, type Json, type Kind, isMap } from './case.ts';
import { isRed, judged } from './judge.ts';

/**
 * The number of batches of smaller cases, and the number of cases in a batch: a playbook that is played alone takes
 * seconds.
 */
const ROUNDS = 12;
const AT_ONCE: Readonly<Record<Kind, number>> = { tasks: 60, system: 40, play: 10, inventory: 60, pattern: 60 };

/**
 * Finds the smallest case that is still red: leaves out one part after the other, the largest first. No case is tried
 * twice.
 */
export async function shrunk(bench: Bench, verdict: Verdict): Promise<Verdict> {
  let smallest = verdict;
  const tried = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const { input } = smallest;
    const smaller = smallerCases(input)
      .filter((one) => !tried.has(textOf(one)))
      .toSorted((one, other) => textOf(one).length - textOf(other).length)
      .slice(0, AT_ONCE[input.input.kind])
      .map((one, index): Case => ({ ...one, id: `${verdict.input.area}-${round}x${index}` }));
    if (smaller.length === 0) return smallest;
    smaller.forEach((one) => tried.add(textOf(one)));
    const red = (await verdicts(bench, input.input.kind, smaller)).filter(
      (one) => isRed(judged(one)) && sameKind(one, verdict),
    );
    smallest = red.toSorted((one, other) => textOf(one.input).length - textOf(other.input).length)[0] ?? smallest;
  }
  return smallest;
}

function smallerCases(input: Case): readonly Case[] {
  return [
    ...without(parts(input)).map((value) => ({ ...input, ...(value as unknown as Partial<Case>) })),
    ...smallerPatterns(input.input).map((pattern): Case => ({ ...input, input: { kind: 'pattern', pattern } })),
  ];
}

/** Returns patterns with one part removed. */
function smallerPatterns(input: Input): readonly string[] {
  if (input.kind !== 'pattern') return [];
  const some = input.pattern.split(/[,:](?![^[]*\])/);
  return some.length < 2 ? [] : some.map((_, index) => some.toSpliced(index, 1).join(','));
}

function parts({ given, files, input }: Case): Json {
  return { given, files, input: input as unknown as Json };
}

function textOf(input: Case): string {
  return JSON.stringify(parts(input));
}

/** Returns whether the same facts still differ, or a promise is still broken: another mistake does not count. */
function sameKind(one: Verdict, other: Verdict): boolean {
  const names = (verdict: Verdict): readonly string[] => [
    ...judged(verdict).faults.map(({ fact }) =>
      fact
        .replace(/^(first|second)\.\d+/, '$1')
        .replace(/^tree.*/, 'tree')
        .replace(/ line \d+$/, ''),
    ),
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
  'args',
  'sources',
  'pattern',
  'site.yml',
]);

/** Returns each value with one member or item removed, at any depth. */
function without(value: Json): readonly Json[] {
  if (Array.isArray(value))
    return value.flatMap((item, index) => [
      value.toSpliced(index, 1),
      ...without(item).map((smaller) => value.with(index, smaller)),
    ]);
  if (!isMap(value) || '$ansible' in value) return [];
  return Object.entries(value).flatMap(([key, item]) => [
    ...(KEPT.has(key) ? [] : [Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))]),
    ...without(item).map((smaller) => ({ ...value, [key]: smaller })),
  ]);
}
