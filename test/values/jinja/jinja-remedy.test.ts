import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../engine/errors/problem.ts';
import { FACTS } from '../../../engine/values/cel/fact-paths.ts';
import { parseExpression } from '../../../engine/values/expression/expression.ts';
import { ANSIBLE_FACTS, ANSIBLE_MAGIC } from '../../../engine/values/habits/ansible-variables.ts';
import { WRITE } from '../../../engine/values/jinja/jinja-remedy.ts';
import { parseTemplate, parseTemplateFile } from '../../../engine/values/template/template.ts';
import { problemOf } from '../variables.ts';

const place = { file: 'p.yml', line: 1, column: 1 };

/** Returns the code in the remedy. */
function codeOf(problem: Problem): string | undefined {
  const remedy = problem.remedy ?? '';
  const at = remedy.indexOf(WRITE);
  return at < 0 ? undefined : remedy.slice(at + WRITE.length);
}

const CONDITIONS: [string, string | undefined][] = [
  ['x is defined', 'defined(x)'],
  ['x is not defined', '!defined(x)'],
  ['x is undefined', '!defined(x)'],
  ['not x is defined', '!defined(x)'],
  ['r.skipped is not defined', '!default(r.skipped, false)'],
  ["r.results | rejectattr('skipped', 'defined')", 'r.results.filter(i, !default(i.skipped, false))'],
  ['x is defined and y == 1', 'defined(x) && y == 1'],
  ['x is defined and (y or not z)', 'defined(x) && (y || !z)'],
  ['r is changed', 'r.changed'],
  ['r is not changed', '!r.changed'],
  ['r is failed or r is skipped', 'r.failed || r.skipped'],
  ['r is succeeded', '!r.failed'],
  ['r is not succeeded', 'r.failed'],
  ['not r is failed', '!r.failed'],
  ['x == True', 'x == true'],
  ['x != None', 'x != null'],
  ['x is none', 'x == null'],
  ['x is not none', '!(x == null)'],
  ["'a' not in xs", "!('a' in xs)"],
  ['not a in xs', '!(a in xs)'],
  ["'a' not in r.stdout", "!r.stdout.contains('a')"],
  ['x | length > 0', 'size(x) > 0'],
  ['x | default([]) | length == 0', 'size(default(x, [])) == 0'],
  ["x | default('') != ''", "default(x, '') != ''"],
  ['x | bool', 'x'],
  ['x | bool and not y | bool', 'x && !y'],
  ['x | int > 3', 'int(x) > 3'],
  ['x | d(false)', 'default(x, false)'],
  ["x is version('1.2', '>=')", "semver(x, '>=1.2')"],
  ["x is version('1.2', '!=')", "!semver(x, '1.2')"],
  ["x is match('a.c')", "x.matches('^a.c')"],
  ["x is search('a|b')", "x.matches('a|b')"],
  ["x is match('a|b')", "x.matches('^(?:a|b)')"],
  ["r.stdout is search('[0-9]\\.5')", "r.stdout.matches('[0-9]\\\\.5')"],
  ['x is string', 'type(x) == string'],
  ['x is mapping', 'type(x) == map'],
  ['len(xs) > 1', 'size(xs) > 1'],
  ['a if b else c', 'b ? a : c'],
  ['x.startswith("a")', 'x.startsWith("a")'],
  ['"{{ x }}"', undefined],
  ['{{ x }}', 'x'],
  ["'a' in r.stdout", "r.stdout.contains('a')"],
  ['a > b // 2', 'a > b / 2'],
  ['x | flatten == y', 'x.flatten() == y'],
  ['x | flatten(levels=1) == y', 'x.flatten(1) == y'],
  ["x | regex_search('a(.)', '\\\\1') == y", "x.regexSearch('a(.)', '$1') == y"],
  ["x | regex_search('(?P<n>a)', '\\\\g<n>', ignorecase=True) == y", "x.regexSearch('(?i:(?<n>a))', '$<n>') == y"],
  ['x | from_json == y', 'fromJson(x) == y'],
  ['60 | random(seed=inventory_hostname) == y', 'random(60, inventory_hostname) == y'],
  ['60 | random(1, 5, seed=h) == y', 'random(60, h, 1, 5) == y'],
  ["a | combine(b, c, list_merge='append') == y", "a.combine(b, false, 'append').combine(c, false, 'append') == y"],
  ['x | zip(y, z) == w', 'x.zip(y, z) == w'],
  ['x | to_uuid == y', 'toUuid(x) == y'],
  ["'%Y' | strftime(t, utc=true) == y", "strftime('%Y', t) == y"],
  ["x | ipaddr('netmask') == y", "ipaddr(x, 'netmask') == y"],
  ['not a > b / 2', '!(a > double(b) / 2)'],
  ['length(xs) > 1', 'size(xs) > 1'],
  ['join(xs, ",") == "a"', 'xs.join(",") == "a"'],
  ['keys(m) == xs', 'm.map(k, k) == xs'],
  ['"a" in values(m)', '"a" in m.map(k, m[k])'],
  ['upper(s) == "A"', 's.upper() == "A"'],
  ['contains(xs, "a")', '"a" in xs'],
  ['starts_with(s, "a")', 's.startsWith("a")'],
  ['and(a, eq(b, 1))', undefined],
  ['eq(a, 1)', 'a == 1'],
  ['first(xs) == 1', 'xs[0] == 1'],
  ['ternary(a, 1, 2) == 1', '(a ? 1 : 2) == 1'],
  ['m.values() | length > 0', 'size(m.map(k, m[k])) > 0'],
  ["vars['x'] == 1 and y", 'x == 1 && y'],
  ["x | default('', true) == 'a'", "default(x, '') == 'a'"],
  ["'a' in r.stdout and x", "r.stdout.contains('a') && x"],
  ['{{ x }} == "y"', 'x == "y"'],
  ["x in ['a', 'b'] and y", "x in ['a', 'b'] && y"],
  ["xs | selectattr('a', 'equalto', 'b') | list | length > 0", "size(xs.filter(i, i.a == 'b')) > 0"],
  ["xs | rejectattr('a', 'defined') | list | length == 0", 'size(xs.filter(i, !defined(i.a))) == 0'],
  ["xs | map(attribute='a') | list", 'xs.map(i, i.a)'],
  ["groups['all'] | map('extract', hostvars, 'a') | list", 'groups.all.map(i, hostvars[i].a)'],
  ["x.get('a', 1) == 1", 'default(x.a, 1) == 1'],
  ['(xs | difference(ys)) | length > 0', 'size(xs.filter(i, !(i in ys))) > 0'],
  ["'a' ~ x == 'ab'", "'a' + string(x) == 'ab'"],
  [
    "ansible_facts['distribution'] in ['Debian'] or ansible_hostname == 'A'",
    "facts.os.distribution in ['debian'] || facts.hostname == 'A'",
  ],
  ["ansible_distribution == 'Ubuntu' and x is defined", "facts.os.distribution == 'ubuntu' && defined(x)"],
  ["hostvars[h]['ansible_os_family'] is defined", 'defined(hostvars[h].ansible_os_family)'],
];

describe('a condition in Jinja is refused with the same in CEL, which is accepted', () => {
  test.each(CONDITIONS)('%s', (source, wanted) => {
    if (wanted === undefined) return;
    expect(codeOf(problemOf(() => parseExpression(source, place)))).toBe(wanted);
    expect(() => parseExpression(wanted, place)).not.toThrow();
  });
});

const TEMPLATES: [string, string | undefined][] = [
  ["{{ x | default('a') }}", "{{default x 'a'}}"],
  ['{{ x | default("a") | upper }}', '{{upper (default x "a")}}'],
  ["{{ x['a-b'] }}", "{{lookup x 'a-b'}}"],
  ["{{ groups['all'] }}", '{{groups.all}}'],
  ["{{ groups['all'][0] }}", '{{groups.all.[0]}}'],
  ["{{ hostvars[groups['all'][0]].x }}", "{{lookup (lookup hostvars groups.all.[0]) 'x'}}"],
  ['{{ xs[0].a }}', '{{xs.[0].a}}'],
  ['{{ a if b else c }}', '{{ternary b a c}}'],
  ["{{ 'a' if b == 1 else 'c' }}", "{{ternary (eq b 1) 'a' 'c'}}"],
  ["{{ 'a' if b is defined }}", "{{ternary (defined b) 'a' ''}}"],
  ["{{ 'a' if r.skipped is not defined }}", "{{ternary (not (default r.skipped false)) 'a' ''}}"],
  ['{{ x | bool }}', '{{x}}'],
  ['{{ x | int }}', '{{int x}}'],
  ['{{ x | length }}', '{{length x}}'],
  ['{{ x | to_nice_yaml(indent=2) }}', '{{yaml x}}'],
  ['{{ x | to_json }}', '{{json x}}'],
  ["{{ xs | join(', ') }}", "{{join xs ', '}}"],
  ['{{ a and b }}', '{{and a b}}'],
  ['{{ not a }}', undefined],
  ['{{ a == b }}', '{{eq a b}}'],
  ["{{ a ~ '-' ~ b }}", "{{concat a '-' b}}"],
  ["{{ a + '/b' }}", "{{concat a '/b'}}"],
  ['{{ a + 1 }}', '{{add a 1}}'],
  ['{{ (a | int) - 1 }}', '{{sub (int a) 1}}'],
  ["{{ x | regex_replace('^a(.*)', '\\\\1') }}", "{{regex_replace x '^a(.*)' '$1'}}"],
  ["{{ x.split(',') }}", "{{split x ','}}"],
  ["{{ x.split('.')[0] }}", "{{lookup (split x '.') 0}}"],
  ['{{ x.keys() | list }}', '{{keys x}}'],
  ["{{ ','.join(xs) }}", "{{join xs ','}}"],
  ["{{ xs | map(attribute='a.b') | list }}", "{{map xs 'a.b'}}"],
  ["{{ xs | selectattr('a', 'eq', 1) | list }}", undefined],
  ['{{ xs | selectattr("a") | list }}', '{{expr "xs.filter(i, i.a)"}}'],
  ['{{ m.items() }}', '{{expr "m.map(k, [k, m[k]])"}}'],
  ['{{ m.items() | list }}', '{{expr "m.map(k, [k, m[k]])"}}'],
  ["{{ vars['x'] }}", '{{x}}'],
  ["{{ x | default('a', true) }}", "{{default x 'a'}}"],
  ['{{ range(1, 4) }}', '{{range 1 3}}'],
  ['{{ True }}', '{{true}}'],
  ['{{- x | lower -}}', '{{~lower x~}}'],
  ['{{#each xs as |x|}}{{loop.index}}{{/each}}', '{{add @index 1}}'],
  ['{{ a | combine(b) }}', '{{merge a b}}'],
  ["{{ ansible_facts['os_family'] | lower }}", '{{lower ansible_facts.os_family}}'],
  ["{{ hostvars[h]['ansible_default_ipv4']['address'] }}", "{{expr 'hostvars[h].facts.default_ipv4.address'}}"],
  ['{{ x + -1 }}', '{{add x -1}}'],
  ['{{ -x + 1 }}', '{{add (sub 0 x) 1}}'],
  ["{{ vars['x'] | upper }}", '{{upper x}}'],
  ['{{ hostvars[h].ansible_facts.os_family | lower }}', '{{lower (expr "hostvars[h].ansible_facts.os_family")}}'],
  ["{{ [1, x] | join(',') }}", "{{join (list 1 x) ','}}"],
  ["{{ {'a': x} }}", '{{dict a=x}}'],
  ["{{ {'a-b': x} }}", `{{expr '{"a-b": x}'}}`],
  ["{{ d.get('k', 'v') }}", "{{default d.k 'v'}}"],
  ["{{ d.get('k') }}", '{{default d.k null}}'],
  ["{{ range(3) | join(',') }}", "{{join (range 0 2) ','}}"],
  ['{{ range(1, n, 2) | list }}', '{{range 1 (sub n 1) 2}}'],
  ['{{ len(x) }}', '{{length x}}'],
  ['{{ dict(a=1, b=x) }}', '{{dict a=1 b=x}}'],
  ["{{ 'a' not in xs }}", "{{not (contains xs 'a')}}"],
  ['{{ [1] + xs }}', '{{concat (list 1) xs}}'],
  ['{{ x / 2 }}', '{{expr "double(x) / 2"}}'],
  ['{{ x is none }}', '{{not (defined x)}}'],
  ['{{ x is falsy }}', '{{not x}}'],
  ['{{ x is not falsy }}', '{{x}}'],
  ['{{ x is true }}', '{{eq x true}}'],
  ['{{ x is not false }}', '{{not (eq x false)}}'],
  ['{{ x is not in xs }}', '{{not (contains xs x)}}'],
  ['{{ r is not succeeded }}', '{{r.failed}}'],
  ['{{ x is ge 3 }}', '{{ge x 3}}'],
  ['{{ x is divisibleby 3 }}', '{{expr "x % 3 == 0"}}'],
  ['{{ (xs | sort)[0] }}', '{{lookup (sort xs) 0}}'],
  ['{{ m[k] }}', '{{lookup m k}}'],
  [`{{ "it's" ~ x }}`, `{{concat "it's" x}}`],
  ["{{ ansible_distribution != 'Ubuntu' }}", "{{ne facts.os.distribution 'ubuntu'}}"],
  ["{{ x is match('a') }}", `{{expr 'x.matches("^a")'}}`],
  ['{{#if a == "b"}}x{{/if}}', '{{#if (eq a "b")}}'],
  ['{{#if a and b}}x{{/if}}', '{{#if (and a b)}}'],
  ['{{#if not a}}x{{/if}}', '{{#if (not a)}}'],
  ['{{#each xs | sort as |x|}}{{x}}{{/each}}', '{{#each (sort xs) as |x|}}'],
];

describe('a template in Jinja is refused with the same in Handlebars, which is accepted', () => {
  test.each(TEMPLATES)('%s', (source, wanted) => {
    if (wanted === undefined) return;
    expect(codeOf(problemOf(() => parseTemplate(source, place)))).toBe(wanted);
    const name = /^\{\{#(\w+)/.exec(wanted)?.[1];
    const whole = name === undefined ? wanted : `${wanted}x{{/${name}}}`;
    expect(() => parseTemplate(whole.includes('@') ? `{{#each xs}}${whole}{{/each}}` : whole, place)).not.toThrow();
  });
});

test.each([
  ["{{ x | default('a', true) }}", /not for an empty text/],
  ["{{ x | default('a', boolean=true) | upper }}", /not for an empty text/],
  ['{{ x | mandatory }}', /Leave it out/],
  ['{{ s[:2] }}', /\{\{slice x a b\}\}/],
])('the remedy of %s tells what is otherwise', (source, wanted) => {
  expect(problemOf(() => parseTemplate(source, place)).remedy).toMatch(wanted);
});

test.each([
  ['x | default("a", true) == "b"', /not for an empty text/],
  ['range(1, 3) == xs', /a helper of templates.*\{\{range …\}\}/],
  ['s[:2] == "ab"', /x\.slice\(a, b\)/],
  ['n ** 2 == 4', /no powers/],
  ['n == 1 // a comment', /.*/],
])('the remedy of the expression %s tells what is otherwise', (source, wanted) => {
  expect(problemOf(() => parseExpression(source, place)).remedy).toMatch(wanted);
});

describe('a statement or comment of Jinja is refused with its form in Handlebars', () => {
  test.each([
    ['{% if x %}a{% endif %}', '{{#if x}}'],
    ['{%if x%}a{%endif%}', '{{#if x}}'],
    ["{% if x is defined and y == 'b' %}a{% endif %}", "{{#if (and (defined x) (eq y 'b'))}}"],
    ['{%- if x -%}a{% endif %}', '{{~#if x~}}'],
    ['a{% endif %}', '{{/if}}'],
    ['{% else %}', '{{else}}'],
    ['{% elif x | length > 1 %}', '{{else if (gt (length x) 1)}}'],
    ["{% for h in groups['all'] %}{{ h }}{% endfor %}", '{{#each groups.all as |h|}}'],
    ['{% for k, v in m.items() %}', '{{#each m as |v k|}}'],
    ['{% for k, v in m | dictsort %}', '{{#each m as |v k|}}'],
    ['{% for i in range(1, 4) %}', '{{#each (range 1 3) as |i|}}'],
    ['{% for x in xs if x.a %}', '{{#each xs as |x|}}\n{{#if x.a}}'],
    ['{% endfor %}', '{{/each}}'],
    ["{% set a = b | default('c') %}", 'a: "{{default b \'c\'}}"'],
    ['{% include "part.j2" %}', '{{> "part"}}'],
    ['{% macro m(a) %}', '{{#*inline "m"}}'],
    ['{% endmacro %}', '{{/inline}}'],
    ['{% raw %}', '{{{{raw}}}}'],
    ['{% endraw %}', '{{{{/raw}}}}'],
    ['{% with a = b %}', '{{#with b as |a|}}'],
    ['{# a comment #}', '{{!-- a comment --}}'],
    ['{#\nlines\nof it\n#}', '{{!-- lines of it --}}'],
    ['{{ x }}{% if x\n   and y %}', '{{#if (and x y)}}'],
  ])('%s', (source, wanted) => {
    for (const refused of [() => parseTemplate(source, place), () => parseTemplateFile(source, 't.j2')]) {
      const problem = problemOf(refused);
      expect([problem.code, problem.what]).toEqual([
        expect.stringMatching(/^jinja-/),
        expect.stringContaining('is Jinja'),
      ]);
      expect(codeOf(problem)).toBe(wanted);
    }
  });

  test.each([
    '{% extends "a" %}',
    '{% block x %}',
    '{% import "a" as b %}',
    '{% do x.append(1) %}',
    '{% filter upper %}',
    '{% break %}',
  ])('%s', (source) => {
    expect(problemOf(() => parseTemplate(source, place)).remedy).toMatch(/\{\{/);
  });

  test('it says where, and how many more there are', () => {
    const problem = problemOf(() => parseTemplateFile('a\n  {% if x %}\n{{y}}\n{% endif %}\n', 't.j2'));
    expect(problem.place).toMatchObject({ file: 't.j2', line: 2, column: 3, length: 10 });
    expect(problem.why).toMatch(/1 more/);
  });

  test('the header line of a template file is refused', () => {
    expect(problemOf(() => parseTemplateFile('#jinja2: trim_blocks: False\nx', 't.j2')).remedy).toMatch(
      /Leave the line out/,
    );
  });
});

describe('text that only looks like Jinja is text', () => {
  test.each([
    'n=${#array[@]}; echo ${x#}',
    'for i in ${#a[*]}; do :; done # }\n#}',
    '\\newcommand{\\x}{% a comment of LaTeX\n}',
    '\\def\\x#1{#1}',
    'a{#id}',
    'date +"{%Y-%m-%d}" "%}"',
    'local t = {#a, #b}',
    '{%h%} {%s:%d%}',
    '100{% of it %}',
    '{{{{raw}}}}{% if x %}{# y #}{{{{/raw}}}}',
    '{{!-- {% if x %} --}}',
  ])('%s', (source) => {
    expect(() => parseTemplate(source, place)).not.toThrow();
  });

  test('a backslash says that text is meant, and goes', () => {
    const scope = { lookup: () => 'v', names: () => [] };
    for (const [source, text] of [
      ['\\{% if x %}a\\{% endif %}', '{% if x %}a{% endif %}'],
      ['\\{# a #}{{x}}', '{# a #}v'],
      ['\\{% if x %}{{x}}', '{% if x %}v'],
      ['^\\{%[^%]', '^\\{%[^%]'],
      ['{{{{raw}}}}\\{% if x %}{{{{/raw}}}}', '\\{% if x %}'],
      ['{{{{raw}}}}{% if x %}{{x}}{{{{/raw}}}}', '{% if x %}{{x}}'],
    ] as const) {
      expect(parseTemplate(source, place).render(scope)).toBe(text);
      expect(parseTemplateFile(source, 't.hbs').render(scope)).toBe(text);
    }
  });
});

describe('facts', () => {
  test.each([
    ['facts.os.family == "Debian"', /never "Debian"/, /"debian"/],
    ['"RedHat" != facts.os.family', /never "RedHat"/, /"redhat"/],
    ['facts.os.family in ["Debian", "suse"]', /never "Debian"/, /"debian"/],
    ['facts.os.family == "ubuntu"', /never "ubuntu"/, /one of these/],
    ['facts.os.distribution == "Ubuntu"', /never "Ubuntu"/, /"ubuntu"/],
    ['facts.os.distribution == "redhat"', /never "redhat"/, /"rhel"/],
    ['facts.architecture == "amd64"', /never "amd64"/, /"x86_64"/],
    ['facts.os.version == 12', /never 12/, /semver/],
    ['facts.processors == "4"', /never "4"/, /without quotes/],
    ['facts.selinux == "enabled"', /never "enabled"/, /one of/],
    ['facts.os_family == "debian"', /no fact "os_family"/, /./],
    ['facts.os.famly == "debian"', /no fact "os.famly"/, /family/],
    ['has(facts.nothing)', /no fact "nothing"/, /query/],
  ])('%s', (source, what, remedy) => {
    const problem = problemOf(() => parseExpression(source, place));
    expect([problem.what, `${problem.remedy} ${problem.why}`]).toEqual([
      expect.stringMatching(what),
      expect.stringMatching(remedy),
    ]);
  });

  test.each([
    ['{{#if (eq facts.os.family "Debian")}}a{{/if}}', /never "Debian"/],
    ['{{facts.os.famly}}', /no fact/],
  ])('%s', (source, what) => {
    expect(problemOf(() => parseTemplate(source, place)).what).toMatch(what);
  });

  test.each([
    'facts.interfaces.eth0.ipv4[0] == "10.0.0.1"',
    'facts.interfaces["eth0"].ipv4 == x',
    'facts.os.family == "debian"',
    'facts.default_ipv4 == null',
    'ansible_os_family == "Debian"',
    'ansible_default_ipv4["address"] == x',
    'ansible_env.HOME == x',
    'ansible_check_mode || ansible_play_hosts[0] == inventory_hostname',
    'ansible_eth0.ipv4.address == "10.0.0.1"',
  ])('%s is right', (source) => {
    expect(() => parseExpression(source, place)).not.toThrow();
  });

  test.each([
    ...ANSIBLE_FACTS.filter((fact) => !fact.isAccepted && !fact.isHere).map((fact) => `ansible_${fact.name}`),
    ...ANSIBLE_MAGIC.filter((one) => !one.isAccepted && !one.isHere).map((one) => one.name),
  ])('%s is refused with what to write', (name) => {
    const problems = [
      problemOf(() => parseExpression(name, place)),
      problemOf(() => parseTemplate(`{{${name}}}`, place)),
    ];
    for (const problem of problems) {
      expect([problem.code, problem.remedy]).toEqual(['ansible-variable', expect.stringMatching(/\w/)]);
    }
  });

  test('every path that is named instead of a fact is one', () => {
    const paths = [...ANSIBLE_FACTS, ...ANSIBLE_MAGIC].flatMap(({ path }) =>
      path?.startsWith('facts.') === true ? [path.slice(6)] : [],
    );
    expect(paths.filter((path) => !FACTS.has(path))).toEqual([]);
  });
});

describe('what has no counterpart is refused with the way round', () => {
  test.each([
    ["lookup('pipe', 'date') == 'x'", /query/],
    ['x | regex_search(y) == "b"', /fixed text/],
    ['x | flatten(skip_nulls=false) == y', /helper/],
    ['x | strftime == y', /UTC/],
    ['x | hash(salt="s") == y', /no argument "salt"/],
    ['x | default(omit) == 1', 'Write: default(x, omit) == 1'],
    ['xs | random == 1', /give a seed/],
    ['x | nonsense == 1', /no counterpart of the filter nonsense/],
  ])('%s', (source, remedy) => {
    expect(problemOf(() => parseExpression(source, place)).remedy).toMatch(remedy);
  });

  test.each([
    ["{{ lookup('env', 'HOME') }}", /get_env/],
    ['{{ x | default(omit) }}', 'Write: {{default x omit}}'],
    ['{{ x | regex_search("a") }}', /\{\{expr "x\.regexSearch\('a'\)"\}\}/],
    ["{{ query('fileglob', '*') }}", /fileglob/],
  ])('%s', (source, remedy) => {
    expect(problemOf(() => parseTemplate(source, place)).remedy).toMatch(remedy);
  });
});
