import type { Json } from './case.ts';
import type { Chance } from './chance.ts';
import type { Draft } from './draft.ts';
import { either } from './spelled.ts';

const VALUES: readonly [Json, ...Json[]] = [
  'text',
  '',
  'ä',
  '1',
  1,
  -3,
  2.5,
  true,
  false,
  null,
  [],
  [1, 'a'],
  {},
  { k: 'v', n: [1] },
  'a\nb',
  '{"j": 1}',
  '[1]',
  'true',
  'None',
  ' x ',
  '0x1f',
  '1e3',
  '010',
];

/**
 * Values through templates: the type of the result. One host of Ansible has all cases, and no other host has variables
 * of these names.
 */
export function factCase(chance: Chance): Draft {
  const value = chance.one(VALUES);
  return {
    tasks: [
      { set_fact: { a: value } },
      { debug: { msg: '{{a}}' } },
      {
        set_fact: { b: '{{a}}', c: chance.one(['x{{n}}y', '{{n}}', '{{n}}{{n}}', ' {{n}}', '{{s}}{{n}}'] as const) },
        vars: { n: chance.number(0, 9), s: 'q' },
      },
      { debug: { msg: '{{b}}' } },
      { debug: { msg: '{{c}}' } },
      { set_fact: { d: { x: '{{a}}', l: ['{{a}}', 2] } } },
      { debug: { msg: '{{d}}' } },
    ],
  };
}

const CONDITIONS: readonly (readonly [string, string])[] = [
  ['x == 1', 'x == 1'],
  ['x > 3', 'x > 3'],
  ['s == "abc"', 's == "abc"'],
  ['s != "abc"', 's != "abc"'],
  ['x in xs', 'x in xs'],
  ['x not in xs', '!(x in xs)'],
  ['x > 1 and s == "abc"', 'x > 1 && s == "abc"'],
  ['x > 1 or s == "abc"', 'x > 1 || s == "abc"'],
  ['not flag', '!flag'],
  ['flag', 'flag'],
  ['xs | length == 2', 'size(xs) == 2'],
  ['nope is defined', 'defined(nope)'],
  ['s is defined', 'defined(s)'],
  ['(nope | default(1)) == 1', 'default(nope, 1) == 1'],
  ['"b" in s', 's.contains("b")'],
  ['m.k == "v"', 'm.k == "v"'],
  ['m["k"] == "v"', 'm["k"] == "v"'],
  ['xs[0] == 1', 'xs[0] == 1'],
  ['x % 2 == 0', 'x % 2 == 0'],
  ['s is match("a")', 's.startsWith("a")'],
  ['s is search("c$")', 's.matches("c$")'],
  ['nope == 1', 'nope == 1'],
  ['x / 2 == 1', 'x / 2 == 1'],
  ['x == 1.0', 'x == 1.0'],
  ['s < "b"', 's < "b"'],
  ['xs == [1, 2]', 'xs == [1, 2]'],
  ['m.none.deep == 1', 'm.none.deep == 1'],
];

export function conditionCase(chance: Chance): Draft {
  const [first, second] = chance.shuffled(CONDITIONS);
  if (first === undefined || second === undefined) throw new Error('no conditions');
  const vars: Record<string, Json> = {
    x: chance.number(0, 5),
    s: chance.one(['abc', 'xyz'] as const),
    xs: chance.one<Json>([[1, 2], [3], []]),
    flag: chance.of(0.5),
    m: { k: 'v' },
  };
  const one = either(first[0], first[1]);
  const both: Json = either([first[0], second[0]], [first[1], second[1]]);
  switch (chance.one(['when', 'assert', 'fail'] as const)) {
    case 'when':
      return { tasks: [{ debug: { msg: 'done' }, when: chance.of(0.5) ? one : both, vars }] };
    case 'assert':
      return {
        tasks: [
          {
            assert: {
              that: chance.of(0.5) ? one : both,
              ...chance.options<Json>({ fail_msg: ['no'], success_msg: ['yes'], quiet: [true] }, 0.3),
            },
            vars,
          },
        ],
      };
    case 'fail':
      return { tasks: [{ fail: chance.one<Json>([{ msg: 'why' }, {}, { msg: 'x is {{x}}' }]), when: one, vars }] };
  }
}

/** The results of a loop, of its variables and of its registered results. */
export function loopCase(chance: Chance): Draft {
  const loop = chance.one<Json>([
    ['a', 'b'],
    [1, 2, 3],
    [],
    [{ n: 'x' }, { n: 'y' }],
    '{{xs}}',
    [[1, 2], [3]],
    ['{{s}}', 'z'],
  ]);
  const task: Record<string, Json> = {
    debug: { msg: chance.one(['{{item}}', 'i', 'got {{s}}'] as const) },
    loop,
    register: 'r',
  };
  if (chance.of(0.3)) task['when'] = chance.one(['item != "a"', 'item == 2', 's == "no"', 's == "abc"'] as const);
  if (chance.of(0.2)) task['loop_control'] = { index_var: 'i', label: 'l{{i}}' };
  const vars = { xs: chance.one<Json>([['p', 'q'], []]), s: 'abc' };
  return {
    tasks: [
      { ...task, vars },
      { debug: { msg: either('{{r.results | length}}', '{{length r.results}}') } },
      { debug: { msg: '{{r.changed}}' } },
      { debug: { msg: either('{{r.skipped | default("no")}}', '{{default r.skipped "no"}}') } },
      { debug: { msg: either('{{r.results | map(attribute="item") | list}}', '{{map r.results "item"}}') } },
    ],
  };
}
