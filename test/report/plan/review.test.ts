import { describe, expect, test } from 'vitest';
import { highlightsOf } from '../../../engine/report/plan/highlights.ts';
import { review } from '../../../engine/report/plan/review.ts';
import { OwnNames } from '../../../engine/report/text/own-names.ts';
import type { PlanDocument, PlanStep, PlannedDifference } from '../../../engine/run/saved-plan/plan-document.ts';

interface Given {
  readonly hosts: readonly string[];
  readonly differences: readonly PlannedDifference[];
  readonly name?: string;
  readonly item?: string;
  readonly more?: Partial<PlanStep['task']>;
  readonly notifies?: readonly string[];
}

function step({ hosts, differences, name = 'Task', item, more = {}, notifies = [] }: Given): PlanStep {
  return {
    task: { id: `${more.within ?? ''}${name}.yml:1:1`, name, module: 'copy', role: null, handler: false, ...more },
    item: item ?? null,
    delegatedTo: null,
    hosts,
    outcome: { kind: 'change', certainty: 'certain', differences, notifies },
  };
}

const line = (text: string): PlannedDifference => ({
  kind: 'text',
  path: '/etc/x',
  absent: 'never',
  lines: [text],
  sha256: `digest of ${text}`,
});

function playsOf(steps: readonly PlanStep[]): PlanDocument['plays'] {
  return [{ name: 'Play', place: 'site.yml:1', hosts: steps.flatMap(({ hosts }) => hosts), steps }];
}

function groups(steps: readonly PlanStep[], names?: OwnNames): readonly (readonly string[])[] {
  return review(playsOf(steps), names).flatMap((task) => task.steps.map(({ hosts }) => hosts));
}

const ADDRESSES = new OwnNames(
  new Map([
    ['a', '10.0.0.1'],
    ['b', '10.0.0.11'],
  ]),
);

const SAME: readonly (readonly [string, readonly (readonly [string, string])[], OwnNames | undefined])[] = [
  [
    'the name',
    [
      ['web-1', '+I am web-1.'],
      ['web-10', '+I am web-10.'],
    ],
    undefined,
  ],
  [
    'a name with its domain',
    [
      ['a.example.com', '+name a.example.com'],
      ['b.example.com', '+name b.example.com'],
    ],
    undefined,
  ],
  [
    'the first label of it',
    [
      ['a.example.com', '+a a.example.com'],
      ['b.example.com', '+b b.example.com'],
    ],
    undefined,
  ],
  [
    'a name behind a dash',
    [
      ['a', '+old-a-x'],
      ['b', '+old-b-x'],
    ],
    undefined,
  ],
  [
    'the address',
    [
      ['a', '+https://10.0.0.1:2380'],
      ['b', '+https://10.0.0.11:2380'],
    ],
    ADDRESSES,
  ],
  [
    'name and address',
    [
      ['a', '+a=10.0.0.1'],
      ['b', '+b=10.0.0.11'],
    ],
    ADDRESSES,
  ],
  [
    'letters that a pattern takes for more',
    [
      ['a+(b', '+a+(b'],
      ['c', '+c'],
    ],
    undefined,
  ],
];

describe('steps of one task are one step where they differ only by', () => {
  test.each(SAME)('%s', (_, of, names) => {
    const steps = of.map(([host, text]) => step({ hosts: [host], differences: [line(text)] }));
    expect(groups(steps, names)).toEqual([of.map(([host]) => host)]);
  });
});

test('steps of one task stay apart where the lines do not show how their texts differ', () => {
  const of = (host: string, sha256: string): PlanStep =>
    step({
      hosts: [host],
      differences: [
        {
          kind: 'text',
          path: `/etc/${host}`,
          absent: 'never',
          lines: ['(too different to show: 9 lines → 9 lines)'],
          sha256,
        },
      ],
    });
  expect(groups([of('a', 'one'), of('b', 'other')])).toEqual([['a'], ['b']]);
  expect(groups([of('a', 'one'), of('b', 'one')])).toEqual([['a', 'b']]);
});

describe('steps of one task stay apart where', () => {
  test.each<readonly [string, readonly (readonly [string, string])[]]>([
    [
      'each names the other',
      [
        ['a', '+b'],
        ['b', '+a'],
      ],
    ],
    [
      'a name is a part of a word',
      [
        ['web', '+web-2'],
        ['db', '+db-2'],
      ],
    ],
    [
      'one names itself where the other does not',
      [
        ['a', '+a'],
        ['b', '+a'],
      ],
    ],
    [
      'name and first label are exchanged',
      [
        ['a.x', '+a'],
        ['b.x', '+b.x'],
      ],
    ],
    [
      'they differ by more',
      [
        ['a', '+a 1'],
        ['b', '+b 2'],
      ],
    ],
  ])('%s', (_, of) => {
    expect(groups(of.map(([host, text]) => step({ hosts: [host], differences: [line(text)] })))).toHaveLength(2);
  });
});

test('what several hosts have in common keeps the name of one of them', () => {
  const [task] = review(playsOf([step({ hosts: ['a', 'b'], differences: [line('+a')] })]));
  expect(task?.steps[0]?.step.outcome).toMatchObject({ differences: [{ lines: ['+a'] }] });
  expect(task?.steps[0]?.marks).toEqual([]);
});

test('what is removed, run and restarted is told first, by handler where it is a block', () => {
  const gone: PlannedDifference = { kind: 'field', of: '/old', field: 'state', before: '"a file"', after: '"absent"' };
  const command = (text: string): PlannedDifference => ({ kind: 'command', text });
  const handler = { handler: true, within: 'Restart web', throttle: 1 };
  const tasks = review(
    playsOf([
      step({ hosts: ['a'], name: 'Configuration', differences: [line('+x')], notifies: ['Restart web'] }),
      step({ hosts: ['a'], name: 'Migration', differences: [command('migrate --to 42\nand more')] }),
      step({ hosts: ['a', 'b'], name: 'Old', differences: [gone] }),
      step({ hosts: ['a'], name: 'Stop', differences: [command('stop')], more: handler }),
      step({ hosts: ['b'], name: 'Start', differences: [command('start')], more: handler }),
    ]),
  );
  const told = highlightsOf(tasks).map((one) => [one.section, one.sign, one.title, one.hosts, one.order, one.details]);
  expect(told).toEqual([
    ['Handlers and restarts', '↻', 'Restart web', ['a', 'b'], 'one by one', 'after Configuration'],
    ['Removed', '-', 'Old', ['a', 'b'], '', '/old'],
    ['Commands', '!', 'Migration', ['a'], '', '$ migrate --to 42 …'],
  ]);
});
