import { parseArgs } from 'node:util';
import { type Area, AREAS } from './case.ts';

export interface Options {
  readonly seed: number;
  readonly cases: number;
  readonly area: Area | undefined;
  readonly only: string | undefined;
  /** A file for the counts, in the form of vitest's JSON. */
  readonly counts: string | undefined;
  /** Whether the test fails if ansible-core is not available. */
  readonly required: boolean;
  /** Whether failed cases are not played again with plain ansible-core. */
  readonly quick: boolean;
  /** The number of differences that are reduced to their smallest case. */
  readonly shrink: number;
}

export const USAGE = `npm run test:parity -- [--seed N] [--cases N] [--area ${AREAS.join('|')}] [--only ID] [--shrink N] [--quick] [--required] [--counts FILE]
`;

export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      cases: { type: 'string', default: '2500' },
      area: { type: 'string' },
      only: { type: 'string' },
      counts: { type: 'string' },
      shrink: { type: 'string', default: '3' },
      quick: { type: 'boolean', default: false },
      required: { type: 'boolean', default: false },
    },
  });
  const area = AREAS.find((name) => name === values.area);
  if (values.area !== undefined && area === undefined) throw new Error(USAGE);
  return {
    seed: values.seed === undefined ? seedOfTheDay() : whole(values.seed),
    cases: whole(values.cases),
    area: area ?? AREAS.find((name) => values.only?.startsWith(`${name}-`)),
    only: values.only,
    counts: values.counts,
    quick: values.quick,
    required: values.required,
    shrink: whole(values.shrink),
  };
}

/** 20260131: a new seed each day, the same for everybody. */
function seedOfTheDay(): number {
  return Number(new Date().toISOString().slice(0, 10).replaceAll('-', ''));
}

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`${text} is no whole number\n${USAGE}`);
  return number;
}
