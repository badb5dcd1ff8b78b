import type { Difference, Shown } from '../../modules/base/module.ts';
import type { Value } from '../../values/base/value.ts';
import type { ToldDifference } from '../journal/journal-line.ts';
import type { ResultRecord } from '../journal/run-record.ts';
import { differenceLines } from '../text/differences.ts';
import { safeText } from '../text/safe-text.ts';

/** The details of a result: parts, each with a heading and a text. */
export type Detail = readonly (readonly [heading: string, text: string])[];

/** Maximal length of one text, in characters. The end is kept, because errors are there. */
const MOST_OF_TEXT = 20_000;
/** Maximal length of all details of a page, in characters. */
const MOST_OF_ALL = 4_000_000;

/** Collects the details of all results; equal details are stored once. Beyond the limit of a page they are left out. */
export class DetailTable {
  readonly #details: Detail[] = [];
  readonly #numbers = new Map<string, number>();
  #length = 0;

  /** Stores the details of a result. Returns their index in `all`; -1 if the result has no details. */
  of(result: ResultRecord): number {
    const { why, problem, output, differences, hidden } = result;
    const key = JSON.stringify([why, problem, output, differences, hidden]);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const detail = this.#length > MOST_OF_ALL ? LEFT_OUT : detailOf(result);
    const number = detail.length === 0 ? -1 : this.#add(detail);
    this.#numbers.set(key, number);
    return number;
  }

  get all(): readonly Detail[] {
    return this.#details;
  }

  #add(detail: Detail): number {
    this.#length += detail.reduce((sum, [, text]) => sum + text.length, 0);
    return this.#details.push(detail) - 1;
  }
}

const LEFT_OUT: Detail = [['left out', 'This page would become too large. The journal of the run has it.']];

function detailOf({ why, problem, output, differences, hidden }: ResultRecord): Detail {
  const parts: readonly (readonly [string, string | undefined])[] = [
    ['why', why],
    ['error', problem?.what],
    ['why', problem?.why],
    ['help', problem?.remedy],
    ['no_log', hidden ? 'hidden by no_log' : undefined],
    ['difference', differences.flatMap((one) => differenceLines(asDifference(one), (_, text) => text)).join('\n')],
    ['exit status', output?.status === undefined || output.status === 0 ? undefined : String(output.status)],
    ['stdout', output?.stdout],
    ['stderr', output?.stderr],
  ];
  return parts.flatMap(([heading, text]) =>
    text === undefined || text.trim() === '' ? [] : [[heading, shortened(text)] as const],
  );
}

function shortened(text: string): string {
  const safe = safeText(text);
  const left = safe.length - MOST_OF_TEXT;
  return left > 0 ? `… (${left} characters are left out)\n${safe.slice(left)}` : safe;
}

function asDifference(told: ToldDifference): Difference {
  switch (told.kind) {
    case 'command':
      return { kind: 'command', text: told.text };
    case 'field':
      return { ...told, before: (told.before ?? null) as Value, after: (told.after ?? null) as Value };
    case 'text':
      return { kind: 'text', path: told.path, before: shownOf(told.before), after: shownOf(told.after) };
    default:
      throw new Error(`unknown difference ${JSON.stringify(told satisfies never)}`);
  }
}

function shownOf(told: unknown): Shown | undefined {
  if (told === null || told === undefined) return undefined;
  if (typeof told === 'string') return told;
  if (typeof told !== 'object') return JSON.stringify(told);
  const { size, sha256 }: { size?: unknown; sha256?: unknown } = told;
  if (typeof size === 'number' && typeof sha256 === 'string') return { size, sha256 };
  return JSON.stringify(told);
}
