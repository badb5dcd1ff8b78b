import { describe, expect, test } from 'vitest';
import type { Value } from '../../../engine/values/base/value.ts';
import { convertTemplateText } from '../../../engine/values/conversion/convert-template.ts';
import { assumptionSentence, reasonSentence } from '../../../engine/values/jinja/jinja-knowledge.ts';
import { parseTemplate, parseTemplateFile } from '../../../engine/values/template/template.ts';
import { scopeOf } from '../variables.ts';

const VARIABLES: Readonly<Record<string, Value>> = {
  b: true,
  nb: false,
  t: 'Abc',
  e: '',
  n: 5,
  z: 0,
  xs: ['b', 'a', 'c'],
  es: [],
  m: { k1: 'v1', k2: 'v2' },
  unsorted: { b: 3, B: 1, a: 2 },
  lm: [
    { a: 1, b: 'x', on: true },
    { a: 2, b: 'y', on: false },
  ],
  multi: 'l1\nl2\n\nl4',
  ended: 'l1\nl2\n',
  path: '/etc/foo/bar.conf',
  pairs: [
    ['a', 1],
    ['b', 2],
  ],
  q: 'it\'s "x"',
};

function typeOf(value: Value | undefined) {
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number' || typeof value === 'boolean') return typeof value === 'number' ? 'number' : 'boolean';
  return value === undefined || value === null ? undefined : 'map';
}

const known = {
  types: (path: readonly string[]) => (path.length === 1 ? typeOf(VARIABLES[path[0] ?? '']) : undefined),
};
const unknown = { types: () => undefined };

/** Converts a template of Ansible, and renders the result. */
function rendered(template: string): unknown {
  const converted = convertTemplateText(template, 'file', known);
  if (converted.kind === 'byHand') return converted;
  return parseTemplateFile(converted.text, 'a.hbs').render(scopeOf(VARIABLES));
}

// The results are those of ansible-core 2.19.14.
test.each([
  ['a {{ t }} b\n', 'a Abc b\n'],
  ['{% if b %}\nyes\n{% endif %}\n', 'yes\n'],
  ['{% if nb %}\nyes\n{% endif %}\n', ''],
  ['x\n{% if nb %}\nyes\n{% endif %}\n', 'x\n'],
  ['x\n  {% if b %}\n  yes\n  {% else %}\n  no\n  {% endif %}\ny\n', 'x\n    yes\n  y\n'],
  ['x\n  {%- if b %}\n  yes\n  {%- endif %}\ny\n', 'x  yesy\n'],
  ['{% if n == 4 %}\nfour\n{% elif n == 5 %}\nfive\n{% else %}\nother\n{% endif %}\nrest\n', 'five\nrest\n'],
  ['{% if nb %}a{% elif es %}b{% else %}\nc\n{% endif %}\n', 'c\n'],
  [
    '{% for x in xs %}\n{{ loop.index }}/{{ loop.length }} {{ x }} {{ t }}\n{% endfor %}\n',
    '1/3 b Abc\n2/3 a Abc\n3/3 c Abc\n',
  ],
  ['{% for x in xs %}{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}\n', 'b, a, c\n'],
  ["{% for x in xs if x != 'a' %}{{ loop.index0 }}{{ x }}{% endfor %}\n", '0b1c\n'],
  ['{% for x in es %}\n{{ x }}\n{% else %}\nnone\n{% endfor %}\n', 'none\n'],
  ['{% for k, v in m.items() %}\n{{ k }} = {{ v }};\n{% endfor %}\n', 'k1 = v1;\nk2 = v2;\n'],
  ['a\n{{ e }}\n', 'a\n'],
  ['{{ e }}\n', '\n'],
  ['{{ ended }}\n', 'l1\nl2\n'],
  ['a\n{{ multi }}\n', 'a\nl1\nl2\n\nl4\n'],
  ['a\n{{ ended }}\n', 'a\nl1\nl2\n'],
  ['a\n{% if b %}\n{{ ended }}\n{% endif %}\n', 'a\nl1\nl2\n\n'],
  ['a {{ e }}\n', 'a \n'],
  ['a\n{{ n }}\n', 'a\n5\n'],
  ['{% for k, v in m | dictsort %}\n{{ k }} = {{ v }}\n{% endfor %}\n', 'k1 = v1\nk2 = v2\n'],
  ['{% for k, v in unsorted.items() | sort %}\n{{ k }} = {{ v }}\n{% endfor %}\n', 'B = 1\na = 2\nb = 3\n'],
  ['{% for k, v in unsorted.items() | list %}\n{{ k }}\n{% endfor %}\n', 'b\nB\na\n'],
  ['{% for k in m %}{{ k }}={{ m[k] }} {% endfor %}\n', 'k1=v1 k2=v2 \n'],
  ['{% for a, b2 in pairs %}{{ a }}{{ b2 }} {% endfor %}\n', 'a1 b2 \n'],
  [
    '{% for x in lm %}{% for y in xs %}{{ x.a }}{{ y }}{{ loop.revindex }} {% endfor %}{{ loop.first }}\n{% endfor %}\n',
    '1b3 1a2 1c1 True\n2b3 2a2 2c1 False\n',
  ],
  ['{% for x in lm %}\n{% if x.on %}\n{{ x.b }}\n{% endif %}\n{% endfor %}\n', 'x\n'],
  ['{% for i in range(1, 4) %}{{ i }}{% endfor %}\n', '123\n'],
  ["{% set y = t ~ '-' ~ n %}\n{{ y }} {{ y | upper }}\n", 'Abc-5 ABC-5\n'],
  ["{% set y = 'one' %}\n{% if b %}\n{% set y = 'two' %}\n{% endif %}\n{{ y }}\n", 'two\n'],
  ['{% set y = 1 %}{% for x in xs %}{% set y = 2 %}{{ y }}{% endfor %}{{ y }}\n', '2221\n'],
  ['{% set y %}a{{ t }}b{% endset %}<{{ y }}>\n', '<aAbcb>\n'],
  ['{% with y = t %}{{ y }}{% endwith %}\n', 'Abc\n'],
  ['{% filter upper %}a{{ t }}{% endfilter %}\n', 'AABC\n'],
  [
    "{% macro f(a, c='q') %}\n{{ a }}-{{ c }}-{{ t }}\n{% endmacro %}\n{{ f(1) }}|{{ f(n, c='z') }}\n",
    '1-q-Abc\n|5-z-Abc\n',
  ],
  ["{% macro f(a) %}{% for x in xs %}{{ a }}{{ x }}{% endfor %}{% endmacro %}{{ f('p') }}\n", 'pbpapc\n'],
  [
    "{% macro f(a, c) %}{{ xs | map('regex_replace', '$', a) | join(c) }} {{ a ~ xs | length }}{% endmacro %}{{ f('p', '-') }}\n",
    'bp-ap-cp p3\n',
  ],
  [
    "{% macro f(a) %}{% for x in xs %}{{ lm | selectattr('b', 'equalto', a) | map(attribute='a') | join }}{{ x }}{% endfor %}{% endmacro %}{{ f('y') }}\n",
    '2b2a2c\n',
  ],
  [
    "{% for x in lm %}{{ lm | selectattr('a', 'equalto', loop.index) | map(attribute='b') | join }}{% endfor %}\n",
    'xy\n',
  ],
  [
    "{% for i in xs %}{{ xs | reject('equalto', i) | join }} {{ xs | map('regex_replace', 'a', i) | join }} {% endfor %}\n",
    'ac bbc bc bac ba bcc \n',
  ],
  ['{% block main %}\ninside\n{% endblock %}\nend\n', 'inside\nend\n'],
  ['{# one comment #}\ntext {# another #} text\n', 'text  text\n'],
  ['  {# indented #}\ntext\n', '  text\n'],
  ['{% raw %}{{ not }} {% if %}{% endraw %}\nend\n', '{{ not }} {% if %}end\n'],
  ["{{ '{{' }} {{ '}}' }}\n", '{{ }}\n'],
  ['{ {{ t }}} {{ t }}}\n', '{ Abc} Abc}\n'],
  ['{% if b %}\nx\n{% endif %}\n{{ e }}\n', 'x\n'],
  ['{% if b %}\nx\n{% endif %}\n{{ t }}\n', 'x\nAbc\n'],
  ["{% for k in xs %}\n{{ k }}\n{% endfor %}\n{% if b %}\n{% endif %}\n{{ es | sort | join('') }}\n", 'b\na\nc\n'],
  ['back\\{{ t }} \\\\{{ t }} \\\n', 'back\\Abc \\\\Abc \\\n'],
  ['{{ t -}}\n  joined {{- t }}\n', 'AbcjoinedAbc\n'],
  ['{%- for x in xs -%}\n  {{ x }}\n{%- endfor -%}\n', 'bac\n'],
  ['#jinja2: lstrip_blocks: True\na\n  {% if b %}\n  yes\n  {% endif %}\n', 'a\n  yes\n'],
  ['#jinja2: trim_blocks: False\na\n{% if b %}\nyes\n{% endif %}\nend\n', 'a\n\nyes\n\nend\n'],
  ['{{ b }} {{ not b }} {{ n == 5 }}\n', 'True False True\n'],
  ["{{ undefinedvar | default('d') }} {{ m.none.deep | default('d') }}\n", 'd d\n'],
  ["{{ e | default('d', true) }}\n", 'd\n'],
  ['{{ multi | indent(4) }}\n', 'l1\n    l2\n\n    l4\n'],
  ['  {{ multi | indent(2, true) }}\n', '    l1\n  l2\n\n  l4\n'],
  ['{{ multi | comment }}\n', '#\n# l1\n# l2\n#\n# l4\n#\n'],
  ["{{ t | comment('cblock') }}\n", '/*\n *\n * Abc\n *\n */\n'],
  ["{{ multi | comment(prefix='', postfix='') -}}\nz\n", '# l1\n# l2\n#\n# l4\nz\n'],
  ["{{ ended | comment(prefix='\\n', postfix='\\n') }}\n", '\n# l1\n# l2\n# \n\n'],
  ["{{ ('\\n' ~ t) | comment(prefix='', postfix='#') }}\n", '#\n# Abc\n#\n'],
  ["{{ multi | comment(prefix='', decoration='%s ' | format(t), postfix='') }}\n", 'Abc l1\nAbc l2\nAbc\nAbc l4\n'],
  [
    "{% for x in xs %}\n{{ x | comment(prefix=('\\n' if not loop.first else ''), postfix='') }}{% endfor %}\n",
    '# b\n\n# a\n\n# c\n',
  ],
  ["{{ t | comment('cblock', prefix='', postfix='') }}\n", '/*\n * Abc\n\n */\n'],
  ["{{ '%s:%d' | format(t, n) }} {{ '{}-{}'.format(t, n) }}\n", 'Abc:5 Abc-5\n'],
  ["{{ '%-6s|%6s|%.2s' | format(t, b, t) }}\n", 'Abc   |  True|Ab\n'],
  ["{{ '%03d %5s%% %x' | format(n, n, 255) }} {{ '%d' | format(5.75) }}\n", '005     5% ff 5\n'],
  ["{{ '%s-%03d' % (t, n) }} {{ '%02d:%02d' | format('7' | int, 30) }}\n", 'Abc-005 07:30\n'],
  ["{% macro f(a) %}{{ '%-4s|' | format(a) }}{% endmacro %}{{ f('x') }}\n", 'x   |\n'],
  ["{{ multi | regex_replace('(?m)^\\\\s*$', 'X') }}\n", 'l1\nl2\nX\nl4\n'],
  [
    "{{ multi | regex_replace('^l', 'X', multiline=True) }} {{ t | regex_replace('aBC', 'x', ignorecase=True) }}\n",
    'X1\nX2\n\nX4 x\n',
  ],
  [
    "{{ lm | sort(attribute='b', reverse=True) | map(attribute='b') | join }} {{ xs | sort(reverse=true) | join }} {{ xs | sort(True) | join }} {{ lm | sort(attribute='a') | map(attribute='b') | join }}\n",
    'yx cba cba xy\n',
  ],
  ["{{ [t, e] | map('b64encode') | join('-') }} {{ ['QWJj'] | map('b64decode') | first }}\n", 'QWJj- Abc\n'],
  [
    "{{ 'y' if multi is search('^L2$', multiline=True, ignorecase=True) else 'n' }} {{ 'y' if multi is match('l2', multiline=True) else 'n' }} {{ 'y' if multi is search('^l2$') else 'n' }} {{ 'y' if multi is match('(?i)L1') else 'n' }}\n",
    'y n n y\n',
  ],
  ['{{ t[:2] }} {{ t[1:] }} {{ t[-2:] }} {{ xs[-1] }}\n', 'Ab bc bc c\n'],
  ["{{ xs | join(', ') }} {{ lm | map(attribute='b') | join('/') }}\n", 'b, a, c x/y\n'],
  ["{{ lm | selectattr('on') | map(attribute='b') | join }}\n", 'x\n'],
  ["{{ 'x' if b else 'y' }} {{ 'x' if es else 'y' }} {{ 'x' if e }}\n", 'x y \n'],
  ["{{ t or 'z' }} {{ e or 'z' }}\n", 'Abc z\n'],
  ["{{ path | basename }} {{ path | dirname }} {{ path.split('/')[-1] }}\n", 'bar.conf /etc/foo bar.conf\n'],
  ["{{ t | regex_replace('^(.)', '\\\\1\\\\1') }}\n", 'AAbc\n'],
  ['{{ q }} {{ "it\'s" ~ \' "x"\' }}\n', 'it\'s "x" it\'s "x"\n'],
  ['{{ n // 2 }} {{ n % 2 }} {{ n * 2 + 1 }} {{ -n }}\n', '2 1 11 -5\n'],
  ['no template at all\n', 'no template at all\n'],
  ["{% if b and (n > 3 or nb) and t is defined and 'b' in t and 'k1' in m %}all{% endif %}\n", 'all\n'],
  ['a\n\n\n', 'a\n\n\n'],
  ['{% if b %}\nx\n{% endif %}\n\n', 'x\n\n'],
  ['\n\n{{ t }}\n', '\n\nAbc\n'],
  ['{% if e %}{{ t }}{% endif %}{% if t %}{{ t }}{% endif %}{% if z %}z{% endif %}{% if n %}n{% endif %}\n', 'Abcn\n'],
  ['line {% if b %}one{% endif %}\ntwo\n', 'line onetwo\n'],
])('the template %j renders to %j', (template, result) => {
  expect(rendered(template)).toBe(result);
});

function told(text: string, place: 'string' | 'file'): string {
  const converted = convertTemplateText(text, place, unknown);
  if (converted.kind === 'byHand') return `by hand: ${converted.reasons.map(reasonSentence).join('; ')}`;
  return [`${converted.kind}: ${converted.text}`, ...converted.assumptions.map(assumptionSentence)].join(' # ');
}

test.each([
  ['{{ x }}/{{y}}', 'same: {{ x }}/{{y}}'],
  ['{{ x | upper }}', 'exact: {{upper x}}'],
  // The line end after a text stays. A value of another type keeps its type in Ansible, and the line end is lost.
  ['{{ x }}\n', 'same: {{ x }}\n'],
  ['{{ x | upper }}\n\n', 'exact: {{upper x}}\n\n'],
  ["{{ xs | join('a') }}\n", "exact: {{join xs 'a'}}\n"],
  ['{{ xs | length }}\n', 'exact: {{length xs}}'],
  ['{{ "a\\nb" | comment(prefix="", postfix="") }}', 'exact: # a\\nb\n'],
  ['{{ x | comment(prefix=p) }}', 'by hand: the filter comment with these arguments has no counterpart'],
  [
    '{{ (a + b) | sort }}',
    'assumed: {{sort (expr "a + b")}} # the order of a + b does not depend on upper and lower case, and no two items differ in it alone',
  ],
  ['{{ (a + b) | map("upper") | list }}', 'exact: {{expr "(a + b).map(i, i.upper())"}}'],
  [
    '{% set l = ys %}{% for x in xs %}{% set _ = l.append(x) %}{% endfor %}{{ l | length }}',
    'by hand: the method append has no counterpart: A list cannot be changed. Write {{concat xs (list x)}}, or xs + [x] in expressions',
  ],
  [
    '{% set m = {} %}{% if a %}{% set unused = m.update({"a": 1}) or 1 %}{% endif %}{{ m }}',
    'by hand: the method update has no counterpart: A map cannot be changed. Write {{merge a b}}',
  ],
  [
    '{% set l = [1] %}{% set last = l.pop() %}{{ l }}',
    'by hand: the method pop has no counterpart: A list or map cannot be changed. Take an item by its index, xs[0], and the others by xs.slice(1)',
  ],
  ['{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}\n', 'by hand: The partial "f" contains itself: f → f'],
  ["{{ x | default('a') }}", "exact: {{default x 'a'}}"],
  ['{{ xs | join("\\n") }}', 'exact: {{join xs "\\n"}}'],
  ['{% if x %}a{% endif %}', 'exact: {{#if (truthy x)}}a{{/if}}'],
  ['{% for x in xs %}{{ x }}{% endfor %}', 'assumed: {{#each xs as |x|}}{{x}}{{/each}} # xs is a list'],
  ['{{ x | to_json }}', 'assumed: {{json x}} # x | to_json may give the same data in another layout'],
  [
    "{% if ansible_facts.os_family != 'OpenBSD' %}a{% endif %}",
    "exact: {{#if (ne ansible_facts.os_family 'OpenBSD')}}a{{/if}}",
  ],
  ['# {{ ansible_managed }}', 'assumed: # Ansible managed # ansible_managed is not set in ansible.cfg'],
  [
    "#!{{ ansible_python['executable'] }}",
    'assumed: #!/usr/bin/python3 # ansible_python.executable may have other values: /usr/bin/python3 is written',
  ],
  [
    '{{ bin }}:{{ ansible_env.PATH }}',
    'assumed: {{bin}}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin # ansible_env.PATH may have other values: /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin is written',
  ],
  [
    "{{ ansible_facts['env'].PATH ~ x }}",
    "assumed: {{concat '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' x}} # ansible_facts.env.PATH may have other values: /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin is written",
  ],
  ["{% if 'a' in x %}b{% endif %}", "exact: {{#if (contains x 'a')}}b{{/if}}"],
  ['{% set a, b = "x", y %}{{ a }}{{ b }}', 'exact: x{{y}}'],
  ['{% set a, b = (c.items() | list)[0] %}{{ b }}', 'exact: {{lookup (lookup (expr "c.map(k, [k, c[k]])") 0) 1}}'],
  ['{% set a, b = b, a %}{{ a }}', 'by hand: the statement set of several names or members has no counterpart'],
  ['{% set a, b = x, y, z %}{{ a }}', 'by hand: the statement set of several names or members has no counterpart'],
  ['{{ ansible_env.SUDO_USER }}', 'exact: {{facts.user}}'],
  ['{{ ansible_verbosity < 3 }}', 'assumed: {{lt 0 3}} # ansible_verbosity may have other values: 0 is written'],
  [
    'a{% if x %}b\n{% endif %}{% if y %}c{% endif %}\n',
    'assumed: a{{#if (truthy x)}}b\n{{/if}}\n{{#if (truthy y)}}\nc{{/if}} # the last part of the text is not empty: the line break at the end depends on it',
  ],
  [
    '{% if x %}\na\n{% endif %}\n{{ y }}\n',
    'assumed: {{#if (truthy x)}}\na\n{{/if}}\n{{regex_replace y "([^\\n])$" "$1\n"}} # the last part of the text is not empty: the line break at the end depends on it',
  ],
  ['{{ x | default(omit) }}', 'exact: {{default x omit}}'],
  ["{{ a | to_json | from_json | join(',') }}", "exact: {{join a ','}}"],
  ["{{ a | to_nice_yaml(indent=2) | from_yaml | join(',') }}", "exact: {{join a ','}}"],
  ['{{ x | flatten }}', 'exact: {{expr "x.flatten()"}}'],
  ["{% include 'a.j2' %}", 'by hand: the statement include has no counterpart'],
  [
    '{% set x = namespace({"a": 1}) %}',
    'by hand: the call namespace has no counterpart: Compute the value in an expression: a template cannot set a variable',
  ],
  ['{% if x %}', 'by hand: it cannot be read as Jinja'],
  ['{{ x', 'by hand: it cannot be read as Jinja'],
  ['{{ [1, 2] }} a', 'assumed: {{json (list 1 2)}} a # […] may give the same data in another layout'],
])('the text %s is %s', (text, wanted) => {
  expect(told(text, 'string')).toBe(wanted);
});

describe('a value of YAML', () => {
  test.each([
    ['{{ xs }}', ['b', 'a', 'c']],
    ['{{ n + 1 }}', 6],
    ['{{ not b }}', false],
    ['{{ xs + ["d"] }}', ['b', 'a', 'c', 'd']],
    ['{% set y = xs | length %}{{ y }}', 3],
    ['{{ m | dict2items | map(attribute="key") | list }}', ['k1', 'k2']],
  ])('%s keeps its type', (template, result) => {
    const converted = convertTemplateText(template, 'string', known);
    const text = converted.kind === 'byHand' ? '' : converted.text;
    expect(parseTemplate(text, { file: 'p.yml', line: 1, column: 1 }).render(scopeOf(VARIABLES))).toEqual(result);
  });
});

test('what is converted once is left as it is', () => {
  expect(convertTemplateText('{{upper x}} {{#if (eq a 1)}}b{{/if}}', 'string', unknown).kind).not.toBe('exact');
});
