import { parseArgs } from 'node:util';
import { type ToolName, TOOL_NAMES } from './tools.ts';

export const PARTS = ['plays', 'files', 'scale', 'start'] as const;
export type Part = (typeof PARTS)[number];

export interface Options {
  readonly parts: readonly Part[];
  readonly tools: readonly ToolName[];
  readonly hosts: readonly number[];
  /** How many hosts the part `scale` has, run after run. */
  readonly scaleHosts: readonly number[];
  readonly tasks: readonly number[];
  readonly roundTripsMs: readonly number[];
  readonly repeat: number;
  readonly seed: number;
  /** A tool that needs more time for one run is ended, and its larger cells are left out. */
  readonly limitMs: number;
  readonly json: string;
}

export const HELP = `npm run bench -- [options]
  --quick            few cells, one repetition: to see that it works
  --parts LIST       ${PARTS.join(',')} (all)
  --tools LIST       ${TOOL_NAMES.join(',')} (all)
  --hosts LIST       how many hosts (1,10,50; of the part scale 1,10,100,1000)
  --tasks LIST       how many tasks (10,50,100)
  --rtt LIST         round-trip times in milliseconds (0,20,100)
  --repeat N         repetitions of each no-change run; medians are shown (5). Runs of more than 20 s are not repeated
  --seed N           of the tasks' names and contents (1)
  --limit SECONDS    the longest that one run may take (900)
  --json FILE        where the figures go (bench.json)
`;

export function readOptions(argv: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      parts: { type: 'string' },
      tools: { type: 'string' },
      hosts: { type: 'string' },
      tasks: { type: 'string' },
      rtt: { type: 'string' },
      repeat: { type: 'string' },
      seed: { type: 'string', default: '1' },
      limit: { type: 'string', default: '900' },
      json: { type: 'string', default: 'bench.json' },
    },
  });
  if (values.help) return undefined;
  const { quick } = values;
  return {
    parts: chosen(values.parts, PARTS),
    tools: chosen(values.tools, TOOL_NAMES),
    hosts: numbers(values.hosts ?? (quick ? '1,5' : '1,10,50')),
    scaleHosts: numbers(values.hosts ?? (quick ? '1,10,100' : '1,10,100,1000')),
    tasks: numbers(values.tasks ?? (quick ? '10' : '10,50,100')),
    roundTripsMs: numbers(values.rtt ?? (quick ? '0,20' : '0,20,100')),
    repeat: number(values.repeat ?? (quick ? '1' : '5')),
    seed: number(values.seed),
    limitMs: number(values.limit) * 1000,
    json: values.json,
  };
}

function chosen<Name extends string>(text: string | undefined, all: readonly Name[]): readonly Name[] {
  if (text === undefined) return all;
  return text.split(',').map((word) => {
    const name = all.find((one) => one === word.trim());
    if (name === undefined) throw new Error(`There is no ${word}: choose of ${all.join(', ')}`);
    return name;
  });
}

function numbers(text: string): readonly number[] {
  return text.split(',').map(number);
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${text} is no whole number`);
  return value;
}
