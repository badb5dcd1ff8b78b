import type { Json } from './case.ts';
import type { Chance } from './chance.ts';

/** Variables of every type, which all expressions use. `nope` is not set. */
export function jinjaVariables(chance: Chance): Readonly<Record<string, Json>> {
  return {
    s: chance.one(['abc', 'a b', 'web.example.org', '/srv/app/data', '3.10', ''] as const),
    t: chance.one(['x', 'abc', 'Upper', '1.20.3'] as const),
    n: chance.number(0, 9),
    flag: chance.of(0.5),
    off: false,
    xs: chance.one<Json>([['b', 'a'], ['abc'], [], ['x', 'y', 'z']]),
    ns: chance.one<Json>([[3, 1, 2], [1], [5, 6]]),
    m: { k: chance.one(['v', 'abc'] as const), n: chance.number(0, 3), on: chance.of(0.5) },
    ms: [
      { name: 'one', on: true, w: chance.number(1, 3), tags: ['p', 'q'] },
      { name: 'two', on: chance.of(0.5), w: chance.number(1, 3), tags: [] },
    ],
  };
}

const TEXTS = [
  's',
  't',
  'm.k',
  "m['k']",
  'ms[0].name',
  "'lit'",
  'xs | join(",")',
  'ns | join("-")',
  "ms | map(attribute='name') | join(' ')",
  "ms | selectattr('on') | map(attribute='name') | list | join('+')",
  "ms | rejectattr('on') | map(attribute='name') | list | join('+')",
  "ms | selectattr('name', 'equalto', 'two') | map(attribute='w') | first",
  "nope | default('none')",
  'nope | default(s)',
  "m.absent | default('missing')",
  "s | default('empty', true)",
  'n',
  'n + 1',
  'n * 2 - 1',
  'xs | length',
  's | length',
  'ns | max',
  'ns | min',
  'ns | sum',
  'ns | sort | first',
  'xs | sort | unique | join("")',
  'xs | reverse | list | join(".")',
  's | basename',
  's | dirname',
  's | quote',
  's | b64encode',
  "s | regex_replace('^a', 'z')",
  "s | regex_replace('([a-z])b', '\\\\1B')",
  "s.split('.')[0]",
  "s.split('.') | last",
  "t.startswith('x') | ternary('starts', 'not')",
  'flag | ternary("yes", "no")',
  '"on" if flag else "off"',
  "(flag and not off) | ternary('a', 'b')",
  'm.get("k")',
  "m.get('zz', 'other')",
  "m | dict2items | map(attribute='key') | sort | join(',')",
  "xs | map('upper') | join(',')",
  "xs | map('regex_replace', '^', '-') | join(' ')",
  "xs | select('match', 'a') | list | join(',')",
  "(xs + ['z']) | join(',')",
  "xs | union(['x']) | sort | join(',')",
  "xs | difference(['x']) | sort | join(',')",
  "'%s-%s' | format(s, n)",
  "'%s/%d' % (t, n)",
  's ~ "-" ~ n',
  's | hash("sha1")',
  'n | string',
  "'7' | int + n",
  // A variable that is shown and whose default is false is taken for a text that is not set, and the converter marks
  // that: so it is not shown alone.
  'flag | bool',
  'm.on',
  'n > 3',
  's == t',
  's[0:2]',
  'xs[1:] | join(",")',
] as const;

const FILTERS = ['upper', 'lower', 'trim', 'replace("a", "e")', 'string', 'quote', "default('d', true)"] as const;

/** Writes an expression that is shown as a text. */
export function jinjaText(chance: Chance, depth = 2): string {
  if (depth === 0) return chance.one(TEXTS);
  switch (chance.one(['plain', 'plain', 'filter', 'join', 'choice'] as const)) {
    case 'plain':
      return chance.one(TEXTS);
    case 'filter':
      return `(${jinjaText(chance, depth - 1)}) | string | ${chance.one(FILTERS)}`;
    case 'join':
      return `(${jinjaText(chance, depth - 1)}) ~ (${jinjaText(chance, depth - 1)})`;
    case 'choice':
      return `(${jinjaText(chance, depth - 1)}) if ${jinjaTruth(chance, depth - 1)} else (${jinjaText(chance, depth - 1)})`;
  }
}

/** Values that Python takes for true or false. Ansible 2.19 refuses them as a whole condition. */
const TRUTHS = ['s', 'xs', 'n', 'm', 'm.k', "nope | default('')"] as const;

const CONDITIONS = [
  'flag',
  'off',
  'not flag',
  'flag | bool',
  'm.on | bool',
  'm.on',
  'nope is defined',
  'nope is not defined',
  'nope is undefined',
  'nope | default(false)',
  'nope | default(flag) | bool',
  's is defined and s | length > 0',
  's != ""',
  's == "abc"',
  "s == 'abc' or t == 'abc'",
  's in xs',
  "'x' in xs",
  "'x' not in xs",
  "'b' in s",
  "'k' in m",
  "s in ['abc', 'x']",
  'n > 3',
  'n >= 3 and n < 7',
  'n == 3 or n != 4',
  'xs | length > 1',
  'xs | length == 0',
  "s is match('a')",
  "s is search('b')",
  "t is version('1.9', '>')",
  "t is version('1.20', '>=')",
  's is string',
  'xs is iterable and xs is not string',
  'm is mapping',
  'n is number',
  "ms | selectattr('on') | list | length > 0",
  "ms | map(attribute='name') | list | length == 2",
  'ms[1].on',
  "s.startswith('web')",
  "t.endswith('x')",
  '(n | int) % 2 == 0',
  'm.n == 2',
  'm.absent is defined',
  "m.k is defined and m.k == 'v'",
  "xs | intersect(['x']) | length > 0",
  'ns is subset([1, 2, 3])',
  'ns | max > 2',
] as const;

/** Writes a condition whose value is true or false. */
export function jinjaCondition(chance: Chance, depth = 1): string {
  if (depth === 0) return chance.one(CONDITIONS);
  switch (chance.one(['plain', 'plain', 'not', 'and', 'or'] as const)) {
    case 'plain':
      return chance.one(CONDITIONS);
    case 'not':
      return `not (${jinjaTruth(chance, depth - 1)})`;
    case 'and':
      return `(${jinjaCondition(chance, depth - 1)}) and (${jinjaCondition(chance, depth - 1)})`;
    case 'or':
      return `(${jinjaCondition(chance, depth - 1)}) or (${jinjaCondition(chance, depth - 1)})`;
  }
}

/** Writes a condition for a place that takes values of all types. */
function jinjaTruth(chance: Chance, depth = 1): string {
  return chance.of(0.3) ? chance.one(TRUTHS) : jinjaCondition(chance, depth);
}

/**
 * Writes a template file. At its end is no statement, and no expression that may be empty behind one: whether there is a
 * line break behind it would depend on values, and the converter marks that.
 */
export function jinjaTemplate(chance: Chance): string {
  return `${lines(chance, 2)}${chance.one(['end\n', 'end', `end\n{{ ${jinjaText(chance)} }}\n`, `x={{ ${jinjaText(chance)} }}\n`] as const)}`;
}

/** Writes lines of a template file, with statements. */
function lines(chance: Chance, depth: number): string {
  const count = chance.number(1, 4);
  return Array.from({ length: count }, () => part(chance, depth)).join('');
}

function part(chance: Chance, depth: number): string {
  const inner = (): string => (depth === 0 ? 'deep\n' : lines(chance, depth - 1));
  switch (
    chance.one(['text', 'value', 'value', 'if', 'if', 'for', 'set', 'comment', 'inline', 'map', 'list'] as const)
  ) {
    case 'text':
      return chance.one(['line\n', '# text { }\n', '\n', '  indented $x\n'] as const);
    case 'value':
      return `${chance.one(['v=', '  - ', ''] as const)}{{ ${jinjaText(chance)} }}\n`;
    case 'if':
      return branches(chance, inner);
    case 'for':
      return loop(chance);
    case 'map':
      return chance.one([
        '{% for e in ms %}\n{{ e.name }} {{ e.w }}{% if e.on %} on{% endif %}\n{% endfor %}\n',
        '{% for k, v in m.items() %}\n{{ k }} {{ v == "abc" }}\n{% endfor %}\n',
        '{% for e in ms if e.on %}\n{{ e.name }}\n{% endfor %}\n',
        "{% for e in ms | selectattr('on') %}\n{{ e.name }}: {{ e.tags | join(',') }}\n{% else %}\nnone\n{% endfor %}\n",
        '{% for e in ms %}{% for g in e.tags %}{{ e.name }}.{{ g }}\n{% endfor %}{% endfor %}\n',
      ] as const);
    case 'set':
      return `{% set v = ${jinjaText(chance, 0)} %}\nset {{ v }}\n`;
    case 'list':
      return built(chance);
    case 'comment':
      return chance.one(['{# a comment #}\n', 'x{# b #}y\n', '{#- c -#}\n'] as const);
    case 'inline':
      return `a {% if ${jinjaTruth(chance, 0)} %}b{% else %}c{% endif %} d\n`;
  }
}

function branches(chance: Chance, inner: () => string): string {
  const [open, close] = chance.one<readonly [string, string]>([
    ['{% ', ' %}'],
    ['{%- ', ' %}'],
    ['{% ', ' -%}'],
  ]);
  const other = chance.of(0.5)
    ? `{% else %}\n${inner()}`
    : chance.of(0.3)
      ? `{% elif ${jinjaTruth(chance)} %}\n${inner()}`
      : '';
  return `${open}if ${jinjaTruth(chance)}${close}\n${inner()}${other}{% endif %}\n`;
}

/** Writes statements that build a list, and shows it. */
function built(chance: Chance): string {
  const add = chance.one([
    '{% set _ = r.append(e.name) %}\n',
    '{% if e.on %}\n{% set _ = r.append(e.name ~ s) %}\n{% endif %}\n',
    '{% set _ = r.extend(e.tags) %}\n',
    '{% for g in e.tags %}\n{% set _ = r.append(e.name ~ g) %}\n{% endfor %}\n',
    '{% set one = [] %}\n{% if e.w == 1 %}\n{% set _ = one.append(e.w) %}\n{% endif %}\n{% set _ = r.append(one | length) %}\n',
    '{% set ns2.r = ns2.r + [e.w] %}\n{% if e.on %}\n{% set ns2.f = t %}\n{% endif %}\n',
  ] as const);
  const begin = `{% set r = ${chance.one(['[]', '[t]', 'xs + []'] as const)} %}\n{% set ns2 = namespace(r=[], f="-") %}\n`;
  const each = `{% for e in ms${chance.one(['', ' if e.w > 1'] as const)} %}\n${chance.one(['', '- {{ e.name }}\n'] as const)}${add}{% endfor %}\n`;
  const after = chance.one([
    '',
    `{% if ${jinjaTruth(chance, 0)} %}\n{% set _ = r.append(s) %}\n{% endif %}\n`,
  ] as const);
  return `${begin}${each}${after}{{ r | length }} {{ r | join(",") }} {{ ns2.r | join(",") }} {{ ns2.f }}\n`;
}

function loop(chance: Chance): string {
  return `{% for i in ${chance.one(['xs', 'xs | sort', 'xs | unique', 'ns', "ms | map(attribute='name') | list"] as const)} %}\n${chance.one(
    [
      'i={{ i }}\n',
      '{{ loop.index }}:{{ i }}{% if not loop.last %},{% endif %}\n',
      '{% if loop.first %}first {% endif %}{{ loop.index0 }}\n',
      '{{ i }}{{ "," if not loop.last else "" }}\n',
    ] as const,
  )}{% endfor %}\n`;
}
