import type { PlanStep } from '../../run/saved-plan/plan-document.ts';

/** What a host is called: stands in the place of these words wherever only they tell the steps of two hosts apart. */
export const OWN_MARKS = { name: '⟨host⟩', short: '⟨short name⟩', address: '⟨address⟩' } as const;

export type OwnMark = keyof typeof OWN_MARKS;

/** The marks that a step has in it. */
export function marksIn(step: PlanStep): readonly OwnMark[] {
  const text = JSON.stringify(step);
  return MARKS.filter((mark) => text.includes(OWN_MARKS[mark]));
}

const MARKS = ['name', 'short', 'address'] as const;
const MEANINGS: Readonly<Record<OwnMark, string>> = {
  name: 'the name',
  short: 'the first label of the name',
  address: 'the address',
};

/** Tells what the marks stand for; empty where there are none. */
export function legendOf(marks: ReadonlySet<OwnMark>): readonly string[] {
  return MARKS.filter((mark) => marks.has(mark)).map((mark) => `${OWN_MARKS[mark]} is ${MEANINGS[mark]} of each host.`);
}

type Strings = (text: string) => string;

/**
 * Steps with a mark in place of a host's own name, its first label, and its address, so that what differs by nothing
 * else is the same text. `addresses`: of hosts that are reached by another word than their name.
 */
export class OwnNames {
  readonly #addresses: ReadonlyMap<string, string>;
  readonly #known = new Map<string, Strings>();

  constructor(addresses: ReadonlyMap<string, string> = new Map()) {
    this.#addresses = addresses;
  }

  /** The step as it reads on a host, with the marks. */
  mark(step: PlanStep, host: string): PlanStep {
    let marked = this.#known.get(host);
    if (marked === undefined) this.#known.set(host, (marked = this.#marking(host)));
    return mapped(step, marked);
  }

  #marking(host: string): Strings {
    const [short = ''] = host.split('.');
    const words: readonly (readonly [string, string])[] = [
      [host, OWN_MARKS.name],
      [this.#addresses.get(host) ?? '', OWN_MARKS.address],
      [short === host || /^\d+$/.test(short) ? '' : short, OWN_MARKS.short],
    ];
    const patterns = words
      .filter(([word], index) => word !== '' && words.findIndex(([other]) => other === word) === index)
      .map(([word, mark]) => [wordPattern(word), mark] as const);
    return (text) => patterns.reduce((before, [pattern, mark]) => before.replace(pattern, mark), text);
  }
}

/** The word by itself: `web-1` is no part of `web-10`, nor `web` of `web-2`, nor 10.0.0.1 of 10.0.0.11. */
function wordPattern(word: string): RegExp {
  const letters = word.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`(?<!\\w)${letters}(?!\\w|[.-]\\d)`, 'g');
}

function mapped(step: PlanStep, change: Strings): PlanStep {
  const { task, item, outcome } = step;
  return {
    ...step,
    task: { ...task, name: change(task.name) },
    item: item === null ? null : change(item),
    outcome: mappedOutcome(outcome, change),
  };
}

function mappedOutcome(outcome: PlanStep['outcome'], change: Strings): PlanStep['outcome'] {
  switch (outcome.kind) {
    case 'ok':
      return outcome;
    case 'skipped':
      return { ...outcome, why: change(outcome.why) };
    case 'unknown':
      return { ...outcome, because: change(outcome.because) };
    case 'change':
      return {
        ...outcome,
        ...(outcome.doubt === undefined ? {} : { doubt: change(outcome.doubt) }),
        differences: outcome.differences.map((difference) => {
          switch (difference.kind) {
            case 'text':
              // The digest is that of one host's text.
              return {
                ...difference,
                path: change(difference.path),
                lines: difference.lines.map(change),
                sha256: null,
              };
            case 'content':
              return { ...difference, path: change(difference.path) };
            case 'field':
              return {
                ...difference,
                of: change(difference.of),
                before: change(difference.before),
                after: change(difference.after),
              };
            case 'command':
              return { ...difference, text: change(difference.text) };
            default: {
              const never: never = difference;
              throw new Error(`unknown difference ${JSON.stringify(never)}`);
            }
          }
        }),
      };
    default: {
      const never: never = outcome;
      throw new Error(`unknown outcome ${JSON.stringify(never)}`);
    }
  }
}
