import { describe, expect, test } from 'vitest';
import { convertTemplateText } from '../../../engine/values/conversion/convert-template.ts';
import { reasonSentence } from '../../../engine/values/jinja/jinja-knowledge.ts';
import { parseTemplateFile } from '../../../engine/values/template/template.ts';
import { scopeOf } from '../variables.ts';

const VARIABLES = {
  b: true,
  nb: false,
  t: 'Abc',
  n: 5,
  xs: ['b', 'a', 'c'],
  es: [],
  m: { k1: 'v1', k2: 'v2' },
  lm: [
    { a: 1, b: 'x', on: true },
    { a: 2, b: 'y', on: false },
  ],
  pairs: [
    ['a', 1],
    ['b', 2],
  ],
  nested: [
    {
      name: 'p',
      os: [
        { n: 'port', v: 1 },
        { n: 'x', v: 2 },
      ],
    },
    { name: 'q', os: [{ n: 'port', v: 3 }], off: true },
  ],
};

/** Converts a template without knowledge of types; a text is the reason why it is left by hand. */
function converted(template: string): { readonly text: string } | { readonly reason: string } {
  const done = convertTemplateText(template, 'file', { types: () => undefined });
  if (done.kind !== 'byHand') return { text: done.text };
  return { reason: done.reasons.map(reasonSentence).join(' ') };
}

// The results are those of ansible-core 2.19.14.
test.each([
  ["{% set r = [] %}\n{% for x in xs %}\n{%   set _ = r.append(x) %}\n{% endfor %}\n{{ r | join(' ') }}\n", 'b a c\n'],
  [
    "{% set r = ['z'] %}\n{% for x in lm %}\n{%   if x.on %}\n{%     set _ = r.append(x.b) %}\n{%   endif %}\n{% endfor %}\n{{ r | join(',') }}\n",
    'z,x\n',
  ],
  [
    "{% set r = [] %}\n{% for x in xs if x != 'a' %}\n{%   set y = x ~ '1' %}\n{%   set _ = r.append(y) %}\n{%   set _ = r.extend([y, t]) %}\n{% endfor %}\n{{ r | join(',') }}\n",
    'b1,b1,Abc,c1,c1,Abc\n',
  ],
  [
    "{% set r = [] %}\n{% for p in nested %}\n{%   if p.off | d(false) | bool %}\n{%   else %}\n{%     for o in p.os %}\n{%       if o.n == 'port' %}\n{%         set _ = r.append(o.v) %}\n{%       endif %}\n{%     endfor %}\n{%   endif %}\n{% endfor %}\n{{ r | join(',') }}\n",
    '1\n',
  ],
  [
    "{% set r = [] %}\n{% for x in xs %}\n{%   set inn = [] %}\n{%   for k, v in m.items() %}\n{%     set _ = inn.append(k ~ v ~ x) %}\n{%   endfor %}\n{%   set _ = r.append(inn | join('+')) %}\n<{{ inn | join(' ') }}>\n{% endfor %}\n{{ r | join(',') }}\n",
    '<k1v1b k2v2b>\n<k1v1a k2v2a>\n<k1v1c k2v2c>\nk1v1b+k2v2b,k1v1a+k2v2a,k1v1c+k2v2c\n',
  ],
  [
    "{% set r = [] %}\n{% if b %}\n{%   set _ = r.append('x') %}\n{% endif %}\n{% if nb %}\n{%   set _ = r.append('y') %}\n{% elif n == 5 %}\n{%   set _ = r.append('z') %}\n{% endif %}\n{% set _ = r.append(t) %}\n{{ r | join(' ') }}\n",
    'x z Abc\n',
  ],
  [
    "{% set ns = namespace(found='no', l=[]) %}\n{% for x in xs if x == 'a' %}\n{%   set ns.found = 'yes' %}\n{% endfor %}\n{% for x in xs %}\n{%   set ns.l = ns.l + [x ~ '!'] %}\n{% endfor %}\n{{ ns.found }} {{ ns.l | join(' ') }}\n",
    'yes b! a! c!\n',
  ],
  [
    "{% set ns = namespace(found=false) %}\n{% for x in xs %}\n{%   if x == 'q' %}\n{%     set ns.found = true %}\n{%   endif %}\n{% endfor %}\n{{ 'yes' if ns.found else 'no' }}\n",
    'no\n',
  ],
  [
    "{% for x in xs %}\n{%   set l = [] %}\n{%   set _ = l.append(x) %}\n{%   if x != 'a' %}\n{%     set _ = l.append('q') %}\n{%   endif %}\n{{ l | join(' ') }}\n{% endfor %}\n",
    'b q\na\nc q\n',
  ],
  [
    "{% set r = [] %}\n{% for a, c in pairs %}\n{%   set _ = r.append(a ~ '=' ~ c) %}\n{% endfor %}\n{% if r %}\n{{ r | join(';') }}\n{% endif %}\n",
    'a=1;b=2\n',
  ],
  [
    '{% set r = [] %}\n{% for x in es %}\n{%   set _ = r.append(x) %}\n{% endfor %}\n{% if r %}full{% else %}empty{% endif %}\n',
    'empty\n',
  ],
  [
    "{% set r = [] %}\n{% set s = r + ['k'] %}\n{% for x in xs %}\n{% set _ = s.append(x) %}\n{% endfor %}\n{{ s | join(' ') }}|{{ r | length }}\n",
    'k b a c|0\n',
  ],
  [
    "{% set r = [] %}\n{% for x in xs %}\n  - {{ x }}\n{% set _ = r.append([x, [t]]) %}\n{% endfor %}\n{{ r | map('first') | join('-') }} {{ r | length }}\n",
    '  - b\n  - a\n  - c\nb-a-c 3\n',
  ],
  [
    "{% for x in ['abc', 'bcd', 'cde'] %}\n{% if x.startswith(('a', 'c')) %}{{ x }} {% endif %}\n{% if x.endswith(('e', 'd')) %}{{ x }};{% endif %}\n{% endfor %}\n",
    'abc bcd;cde cde;\n',
  ],
  [
    "{% set o = { 'value': 'x', 'z': 1 } %}\n{% for k, v in m.items() %}\n{%   if k is version('k1', '!=') or true %}\n{%     set _ = o.update({ 'value': v }) %}\n{%   endif %}\n{% endfor %}\n{{ o['value'] }} {{ o.z }} {{ o.keys() | join(',') }}\n",
    'v2 1 value,z\n',
  ],
  [
    '{% set o = {} %}\n{% for e in lm %}\n{%   set _ = o.update({e.b: e.a}) %}\n{% endfor %}\n{% for k, v in o.items() %}\n{{ k }}={{ v }}\n{% endfor %}\n',
    'x=1\ny=2\n',
  ],
  [
    "{% set r = [] %}\n{% for e in lm %}\n{%   set one = {} %}\n{%   set _ = one.update({'name': e.b}) %}\n{%   if e.on %}\n{%     set _ = one.update({'w': 1, 'v': e.a}) %}\n{%   else %}\n{%     set _ = one.update({'w': 2}) %}\n{%   endif %}\n{%   set _ = r.append(one) %}\n{% endfor %}\n{% for e in r %}\n{{ e.name }} {{ e.w }} {{ e.v | d('-') }}\n{% endfor %}\n",
    'x 1 1\ny 2 -\n',
  ],
  [
    "{% set o = {'a': 1} %}\n{% set _ = o.update({'a': 2, 'c': 3}) %}\n{% set _ = o.update(m) %}\n{% set _ = o.update(t=t) %}\n{{ o.a }} {{ o.c }} {{ o.k1 }} {{ o.t }}\n",
    '2 3 v1 Abc\n',
  ],
  [
    "{% set o = {'a': 1} %}\n{% if b %}\n{%   set _ = o.update({'a': 2}) %}\n{% endif %}\n{% if nb %}\n{%   set _ = o.update({'a': 3}) %}\n{% endif %}\na={{ o.a }}\n",
    'a=2\n',
  ],
  [
    "{% set seen = {} %}\n{% for x in xs + xs %}\n{%   set _ = seen.update({x: x ~ n}) %}\n{% endfor %}\n{{ seen | length }} {{ seen.keys() | join('-') }} {{ seen.values() | join('-') }}\n",
    '3 b-a-c b5-a5-c5\n',
  ],
])('lists and maps that statements build: %j', (template, result) => {
  const done = converted(template);
  expect(done).not.toHaveProperty('reason');
  if ('text' in done) expect(parseTemplateFile(done.text, 'a.hbs').render(scopeOf(VARIABLES))).toBe(result);
});

describe('left by hand, because the list has another name or an earlier round counts', () => {
  const loop = (body: string): string => `{% set r = [] %}{% for x in xs %}${body}{% endfor %}{{ r | join }}`;
  test.each([
    '{% set r = [] %}{% set s = r %}{% set _ = r.append(1) %}{{ s | join }}',
    '{% set r = [] %}{% set s = [r] %}{% set _ = r.append(1) %}{{ s | length }}',
    '{% set s = xs %}{% set _ = s.append(1) %}{{ xs | join }}',
    '{% set _ = xs.append(1) %}{{ xs | join }}',
    '{% set r = [] %}{% set all = [] %}{% for x in xs %}{% set _ = r.append(x) %}{% set _ = all.append(r) %}{% endfor %}{{ all | length }}',
    loop('{% if x not in r %}{% set _ = r.append(x) %}{% endif %}'),
    loop('{% set _ = r.append(r | length) %}'),
    loop('{{ r | length }}{% set _ = r.append(x) %}'),
    loop('{% set _ = r.append(loop.index) %}'),
    loop('{% set _ = r.append(x) %}{% set r = [] %}'),
    loop('{% set _ = r.insert(0, x) %}'),
    loop('{% set _ = r.update({x: 1}) %}'),
    '{% set o = {} %}{% set p = o %}{% set _ = o.update({"a": 1}) %}{{ p | length }}',
    '{% set o = {} %}{% for x in xs %}{% set _ = o.update({x: o.get(x, 0) + 1}) %}{% endfor %}{{ o.a }}',
    '{% set _ = m.update({"a": 1}) %}{{ m.a }}',
    '{% set o = {} %}{% set _ = o.append(1) %}{{ o | length }}',
    loop('{% set _ = r.append(x, x) %}'),
    '{% set r = [] %}{% macro f(x) %}{% set _ = r.append(x) %}{% endmacro %}{{ f(1) }}{{ r | join }}',
    '{% set r = [] %}{% macro f() %}{{ r | length }}{% endmacro %}{% set _ = r.append(1) %}{{ f() }}',
    '{% set ns = namespace(n=0) %}{% for x in xs %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}',
    '{% set ns = namespace(n=0) %}{% for x in xs %}{% set ns.n = x %}{% endfor %}{{ ns.n }}',
    '{% set ns = namespace(n=0) %}{{ ns }}',
    '{% set xs.a = 1 %}{{ xs }}',
  ])('%s', (template) => {
    expect(converted(template)).toHaveProperty('reason');
  });
});
