import { isDeepStrictEqual } from 'node:util';
import { type Answer, type Json, isMap } from './case.ts';

/** A fact that differs between the tools; null if one of them has no such fact. */
export interface Difference {
  readonly fact: string;
  readonly ansible: Json;
  readonly runbook: Json;
}

/**
 * Returns every difference of two answers. Of results, only members that both tools have are compared; if both tools
 * refuse or fail, they agree.
 */
export function compare(ansible: Answer, runbook: Answer): readonly Difference[] {
  if (ansible.refused !== undefined || runbook.refused !== undefined) return refusals(ansible, runbook);
  const facts = new Set([...ansible.facts.keys(), ...runbook.facts.keys()]);
  return [...facts].flatMap((fact) => compareFact(fact, ansible.facts.get(fact), runbook.facts.get(fact)));
}

function refusals(ansible: Answer, runbook: Answer): readonly Difference[] {
  const theirs = ansible.refused ?? (failed(ansible) ? undefined : summary(ansible));
  const ours = runbook.refused ?? (failed(runbook) ? undefined : summary(runbook));
  const areBoth = ansible.refused !== undefined && runbook.refused !== undefined;
  if (areBoth || theirs === undefined || ours === undefined) return [];
  return [{ fact: 'refused', ansible: theirs, runbook: ours }];
}

function compareFact(fact: string, theirs: Json | undefined, ours: Json | undefined): readonly Difference[] {
  const isResult = fact.includes('.result.');
  if (isResult && (theirs === undefined || ours === undefined)) return [];
  if (isHost(fact) && lines(theirs, ours)) return lineByLine(fact, theirs as readonly Json[], ours as readonly Json[]);
  if (isResult ? agree(theirs ?? null, ours ?? null) : isDeepStrictEqual(theirs, ours)) return [];
  return [{ fact, ansible: theirs ?? null, runbook: ours ?? null }];
}

function isHost(fact: string): boolean {
  return fact.startsWith('host ');
}

/** Compares the tasks of one host, one by one. */
function lines(one: Json | undefined, other: Json | undefined): boolean {
  return Array.isArray(one) && Array.isArray(other) && one.length === other.length;
}

/** Each line that differs is a difference of its own. */
function lineByLine(fact: string, theirs: readonly Json[], ours: readonly Json[]): readonly Difference[] {
  return theirs
    .map((ansible, index): Difference => ({ fact: `${fact} line ${index}`, ansible, runbook: ours[index] ?? null }))
    .filter(({ ansible, runbook }) => ansible !== runbook);
}

/** Returns whether all members that both values have are equal. */
function agree(one: Json, other: Json): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => agree(item, other[index]));
  if (isMap(one) && isMap(other))
    return Object.entries(one).every(([key, value]) => !(key in other) || agree(value, other[key] ?? null));
  // A zero with a minus is a zero.
  if (one === other) return true;
  return isDeepStrictEqual(one, other);
}

function failed({ facts }: Answer): boolean {
  return (
    [...facts].some(([fact, value]) => fact.startsWith('first.') && fact.endsWith('.status') && value === 'failed') ||
    ![undefined, 0].includes(facts.get('exit status') as number | undefined)
  );
}

function summary({ facts }: Answer): Json {
  return Object.fromEntries([...facts].filter(([fact]) => fact.startsWith('first.') && fact.endsWith('.status')));
}
