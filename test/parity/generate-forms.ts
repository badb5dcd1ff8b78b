import type { Json } from './case.ts';
import type { Chance } from './chance.ts';
import type { Draft } from './draft.ts';

const WORDS: readonly [string, ...string[]] = ['yes', 'no', 'Yes', 'on', 'off', 'true', 'False', '1', '0', 'y'];
const VALUES: readonly [string, ...string[]] = [
  'plain',
  '"two words"',
  "'a  b'",
  '"it\'s"',
  String.raw`"a\tb"`,
  String.raw`'c\\d'`,
  'x=y',
  '{{n}}',
  '"{{n}} {{word}}"',
  '{{word}}/{{n}}',
  '""',
];

/** Forms of older playbooks: arguments in one text, words for true and false, module_defaults, loops of `with_`. */
export function formsCase(chance: Chance): Draft {
  const vars: Json = { n: 7, word: 'w', xs: ['a', 'b'], deep: [['a', ['b']], 'c'], table: { k: 'v', l: [1] } };
  switch (chance.one(['line', 'command', 'words', 'defaults', 'loop'] as const)) {
    case 'line':
      return { tasks: [...oneLine(chance, vars), ...oneLine(chance, vars)] };
    case 'command':
      return { tasks: commands(chance, vars) };
    case 'words':
      return {
        tasks: [
          { copy: { content: 'a', dest: '@W@/a', mode: '0640', force: chance.one(WORDS) } },
          { copy: { content: 'b', dest: '@W@/a', mode: '0600', force: chance.one(WORDS) } },
          { command: 'false', ignore_errors: chance.one(['yes', 'True', 'on'] as const) },
          { debug: { msg: 'after' }, no_log: chance.one(WORDS) },
        ],
      };
    case 'defaults':
      return {
        tasks: [
          {
            module_defaults: { copy: { mode: '0600', content: 'd' }, 'ansible.builtin.file': { state: 'touch' } },
            block: [
              { copy: { dest: '@W@/a', ...(chance.of(0.5) ? { content: 'own' } : {}) } },
              { copy: `dest=@W@/b${chance.of(0.5) ? ' mode=0644' : ''}`, module_defaults: { copy: { content: 'e' } } },
              { file: { path: '@W@/c', mode: '0600' } },
            ],
          },
        ],
      };
    case 'loop':
      return { tasks: [{ debug: { msg: '{{item}}' }, ...loop(chance), vars }] };
  }
}

function oneLine(chance: Chance, vars: Json): readonly Json[] {
  const value = chance.one(VALUES);
  const mode = chance.one(['0644', '0600', 'u=rw,go=', '"0640"'] as const);
  return [
    chance.one<Json>([
      { copy: `content=${value} dest=@W@/f mode=${mode}`, vars },
      { action: `copy content=${value} dest=@W@/f mode=${mode}`, vars },
      {
        lineinfile: `path=@W@/l line=${value === '""' ? 'x' : value} create=${chance.one(['yes', 'True'] as const)}`,
        vars,
      },
      { file: `path=@W@/{{word}}/d state=directory mode=0755 recurse=${chance.one(['no', 'false'] as const)}`, vars },
      { block: [{ set_fact: `made=${value} second=2` }, { debug: { msg: '{{made}}' } }], vars },
      { debug: `msg=${value}`, vars },
    ]),
    { debug: { msg: 'after' } },
  ];
}

function commands(chance: Chance, vars: Json): readonly Json[] {
  const tail = chance.one(['chdir=@W@', 'creates=@W@/none', 'chdir=@W@ creates=none', 'removes=@W@/none'] as const);
  const text = chance.one(['echo a   b', 'echo "c  d"', "echo 'e f'", 'echo x=y', 'echo {{word}} {{n}}'] as const);
  const line = chance.of(0.3) ? `${tail} ${text}` : `${text} ${tail}`;
  const module = chance.one(['command', 'shell', 'action'] as const);
  return [{ [module]: module === 'action' ? `shell ${line}` : line, register: 'r', vars }, { debug: { msg: '{{r}}' } }];
}

function loop(chance: Chance): { readonly [key: string]: Json } {
  return chance.one<{ readonly [key: string]: Json }>([
    { with_items: [1, [2, [3]], '{{xs}}'] },
    { with_items: '{{xs}}' },
    { with_items: '{{word}}' },
    { with_items: '{{table}}' },
    { with_list: '{{deep}}' },
    { with_indexed_items: '{{xs}}' },
    { with_dict: '{{table}}' },
    { with_together: ['{{xs}}', [1, 2, 3]] },
    { with_nested: ['{{xs}}', [1, [2]]] },
    {
      with_subelements: [
        [
          { name: 'a', keys: ['k', 'l'] },
          { name: 'b', keys: [] },
        ],
        'keys',
      ],
    },
    { with_subelements: [[{ name: 'a', in: { keys: ['k'] } }, { name: 'b' }], 'in.keys', { skip_missing: true }] },
    {
      with_sequence: chance.one([
        '3',
        '2-8/3',
        'start=0x0f end=0x11 format=n%04x',
        'count=2',
        'start=4 end=0 stride=-2',
      ]),
    },
    { with_first_found: [{ files: ['none', '/etc/hostname'], skip: true }], when: 'false' },
  ]);
}
