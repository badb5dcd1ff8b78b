import { describe, expect, test } from 'vitest';
import type { Value } from '../../../engine/values/base/value.ts';
import { hasTemplate, parseTemplate, parseTemplateFile } from '../../../engine/values/template/template.ts';
import { place, render, variables } from '../template-variables.ts';
import { problemOf, scopeOf } from '../variables.ts';

const references = (text: string) => [...parseTemplate(text, place).references].sort();
const parseWithPartial = (text: string) => parseTemplateFile('x\n{{> p}}', 'main.hbs', () => ({ text, file: 'p.hbs' }));

const VALUES: [string, Value][] = [
  ['plain text', 'plain text'],
  ['{{one}}', 1],
  ['{{yes}}', true],
  ['{{nothing}}', null],
  ['{{list}}', ['a', 'b']],
  ['{{~ one ~}}', 1],
  ['{{{one}}}', 1],
  [' {{one}}', ' 1'],
  ['{{one}}{{two}}', '12'],
  ['{{one}}.{{two}}', '1.2'],
  ['{{yes}}/{{no}}', 'true/false'],
  ['{{empty}}', ''],
  ['<{{text}}> & "{{text}}" = \'', '<x> & "x" = \''],
  ['{{map.inner.deep}}', 'd'],
  ['{{map.[inner].[deep]}}', 'd'],
  ['{{list.[1]}}{{list.[0]}}', 'ba'],
  ['{{users.[0].name}}', 'ann'],
  ['{{"literal"}}', 'literal'],
  ['\\{{text}}', '{{text}}'],
  ['\\{{text}} {{text}}', '{{text}} x'],
  ['\\\\{{text}}', '\\x'],
  ['{{{{raw}}}}{{text}}{{{{/raw}}}}', '{{text}}'],
  ['a{{! comment }}b{{!-- {{x}} --}}c', 'abc'],
  ['${HOME} $(id) %{x}', '${HOME} $(id) %{x}'],
  ['{{#if yes}}a{{else}}b{{/if}}', 'a'],
  ['{{#if no}}a{{else if (eq one 1)}}b{{else}}c{{/if}}', 'b'],
  ['{{#unless no}}a{{/unless}}', 'a'],
  ['{{#if list}}a{{/if}}{{#if none}}b{{/if}}', 'a'],
  ['{{#if map}}a{{/if}}{{#if blank}}b{{/if}}', 'a'],
  ['{{#each list}}{{this}}{{@index}}{{#unless @last}},{{/unless}}{{/each}}', 'a0,b1'],
  ['{{#each list}}{{#if @first}}>{{/if}}{{.}}{{/each}}', '>ab'],
  ['{{#each map.inner}}{{@key}}={{this}}{{/each}}', 'deep=d'],
  ['{{#each none}}a{{else}}none{{/each}}', 'none'],
  ['{{#each blank}}a{{else}}none{{/each}}', 'none'],
  ['{{#each users}}{{name}}{{../text}}{{@root.one}} {{/each}}', 'annx1 bobx1 '],
  ['{{#each users as |user n|}}{{n}}{{user.name}}{{text}}{{/each}}'.replace('{{text}}', '{{../text}}'), '0annx1bobx'],
  [
    '{{#each users}}{{#each @root.list}}{{../name}}{{this}}{{@../index}}{{@index}} {{/each}}{{/each}}',
    'anna00 annb01 boba10 bobb11 ',
  ],
  ['{{#each users}}{{#if admin}}{{name}}{{/if}}{{/each}}', 'ann'],
  ['{{#with map.inner}}{{deep}}{{this.deep}}{{./deep}}{{../one}}{{/with}}', 'ddd1'],
  ['{{#with nothing}}a{{else}}b{{/with}}', 'b'],
  ['{{#*inline "p"}}<{{name}}>{{/inline}}{{#each users}}{{> p}}{{/each}}', '<ann><bob>'],
  ['{{#*inline "p"}}<{{q}}{{one}}>{{/inline}}{{> p q=text}}', '<x1>'],
  ['{{#*inline "p"}}<{{name}}>{{/inline}}{{> p users.[1]}}', '<bob>'],
  ['{{#*inline "p"}}{{#each list}}{{q}}{{this}}{{/each}}{{/inline}}{{> p q=1}}'.replace('{{q}}', '{{../q}}'), '1a1b'],
  ['{{expr "one + two"}}', 3],
  ['{{#each users}}{{expr "this.name + text"}} {{/each}}', 'annx bobx '],
  ['{{#each users as |u i|}}{{expr "u.name + string(i)"}} {{/each}}', 'ann0 bob1 '],
  ['{{#*inline "p"}}{{#each list as |l|}}{{expr "q + l" q=../q}} {{/each}}{{/inline}}{{> p q="x"}}', 'xa xb '],
  ['{{#each list as |l|}}{{expr "l + string(n + one)" n=(add @index 1)}} {{/each}}', 'a2 b3 '],
  ['{{expr "one + two" one=(add two 10)}}', 14],
  ['{{#if (and yes (or no (not no)))}}a{{/if}}', 'a'],
  ['{{ternary no nope "x"}}', 'x'],
];

describe('values', () => {
  test.each(VALUES)('%s', (text, expected) => {
    expect(render(text)).toEqual(expected);
  });

  test('only text without braces is no template', () => {
    expect(['a', '{x}', '\\{{x}}', '{{x}}', '\\\\{{x}}', '\\{{x}} {{y}}'].map(hasTemplate)).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
    ]);
  });

  test('blocks and partials that stand alone on a line leave no line', () => {
    const file = parseTemplateFile(
      'a:\n{{#each list}}\n  - {{this}}\n{{/each}}\n  {{> part.hbs}}\nend\n',
      'x.hbs',
      () => ({
        text: 'p: {{one}}\nq\n',
        file: 'part.hbs',
      }),
    );
    expect(file.render(scopeOf(variables))).toBe('a:\n  - a\n  - b\n  p: 1\n  q\nend\n');
  });

  test('a file always gives text', () => {
    expect(parseTemplateFile('{{one}}', 'x.hbs').render(scopeOf(variables))).toBe('1');
  });

  test('references are the top-level variables, through blocks, calls, partials and CEL', () => {
    expect(references('{{a}}{{#if (eq b.c 1)}}{{lower d}}{{/if}}')).toEqual(['a', 'b', 'd']);
    expect(references('{{#each a as |x|}}{{x.b}}{{c}}{{../d}}{{@root.e.f}}{{/each}}')).toEqual(['a', 'd', 'e']);
    expect(references('{{#*inline "p"}}{{q}}{{a}}{{/inline}}{{> p q=b}}')).toEqual(['a', 'b']);
    expect(references('{{expr "a.exists(x, x == b)"}}{{default c "d"}}')).toEqual(['a', 'b', 'c']);
    expect(references('{{expr "a + b" a=c.d}}')).toEqual(['b', 'c']);
  });
});

describe('what other Handlebars runtimes let pass is an error with its place', () => {
  test.each<[string, string, number, RegExp]>([
    ['{{nope}}', 'undefined-variable', 7, /"nope"/],
    ['{{nope.a.b}}', 'undefined-variable', 7, /"nope"/],
    ['{{#if nope}}a{{/if}}', 'undefined-variable', 11, /"nope"/],
    ['{{#unless nope}}a{{/unless}}', 'undefined-variable', 15, /"nope"/],
    ['{{#each nope}}a{{/each}}', 'undefined-variable', 13, /"nope"/],
    ['{{#with nope}}a{{/with}}', 'undefined-variable', 13, /"nope"/],
    ['{{lower nope}}', 'undefined-variable', 13, /"nope"/],
    ['{{#if (eq nope 1)}}a{{/if}}', 'undefined-variable', 15, /"nope"/],
    ['{{dict a=nope}}', 'undefined-variable', 14, /"nope"/],
    ['{{lookup nope "a"}}', 'undefined-variable', 14, /"nope"/],
    ['{{default text nope}}{{default nope nope}}', 'undefined-variable', 41, /"nope"/],
    ['{{map.nope}}', 'missing-key', 11, /map has no key "nope"/],
    ['{{map.nope.x}}', 'missing-key', 11, /map has no key "nope"/],
    ['{{map.nothing.x}}', 'missing-key', 19, /map.nothing has no key "x"/],
    ['{{text.length}}', 'missing-key', 12, /text has no key "length"/],
    ['{{list.length}}', 'missing-key', 12, /list has no key/],
    ['{{list.[7]}}', 'missing-key', 13, /list has no key "7"/],
    ['{{#each users}}{{nope}}{{/each}}', 'missing-key', 22, /item has no key "nope"/],
    ['{{constructor}}', 'undefined-variable', 7, /constructor/],
    ['{{toString}}', 'undefined-variable', 7, /toString/],
    ['{{map.constructor}}', 'missing-key', 11, /constructor/],
    ['{{map.__proto__}}', 'missing-key', 11, /__proto__/],
    ['a{{nothing}}', 'template-value', 6, /null/],
    ['a{{map}}', 'template-value', 6, /map/],
    ['a{{list}}', 'template-value', 6, /list/],
    ['{{#if word}}a{{/if}}', 'template-value', 11, /is text/],
    ['{{#if empty}}a{{/if}}', 'template-value', 11, /is text/],
    ['{{#if one}}a{{/if}}', 'template-value', 11, /a number/],
    ['{{#if nothing}}a{{/if}}', 'template-value', 11, /null/],
    ['{{#if (and yes word)}}a{{/if}}', 'template-value', 11, /is text/],
    ['{{#if password}}a{{/if}}', 'template-value', 11, /secret/],
    ['{{#each text}}a{{/each}}', 'template-value', 13, /text/],
    ['{{#each one}}a{{/each}}', 'template-value', 13, /number/],
    ['{{lookup text "length"}}', 'template-value', 5, /map or a list/],
  ])('%s', (text, code, column, what) => {
    const problem = problemOf(() => render(text));
    expect([problem.code, problem.place?.line, problem.place?.column]).toEqual([code, 10, column]);
    expect(problem.what).toMatch(what);
  });
});

describe('what is missing', () => {
  test('it names what was likely meant', () => {
    expect(problemOf(() => render('{{usrs}}')).remedy).toMatch(/^Did you mean "users"\?/);
    const { why, remedy } = problemOf(() => render('{{map.iner}}'));
    expect([why, remedy]).toEqual(['Its keys: key, inner, nothing.', expect.stringMatching(/^Did you mean "inner"\?/)]);
    expect(problemOf(() => render('{{#each users}}{{text}}{{/each}}')).remedy).toMatch(/@root\.text/);
  });

  test('it never shows a value', () => {
    for (const text of [
      '{{map.nope}}',
      'a{{map}}',
      '{{mixed.nope}}',
      '{{add password 1}}',
      '{{password.x}}',
      '{{lookup map password}}',
    ]) {
      const problem = problemOf(() => render(text));
      expect(`${problem.what}${problem.why}${problem.remedy}`).not.toMatch(/pa55word|bob/);
    }
  });
});

test('blocks within blocks that multiply are ended, with their place', () => {
  const times = (inner: string): string => `{{#each (range 1 100000)}}${inner}{{/each}}`;
  expect(() => render(times(times('xxxxxxxxxx')))).toThrow(expect.objectContaining({ code: 'template-too-large' }));
});

const MISTAKES: [string, number, RegExp][] = [
  ['a {{x', 7, /not closed/],
  ['{{list.0}}', 12, /cannot be read/],
  ['{{#if a}}b', 5, /\{\{#if\}\} is not closed/],
  ['{{#if a}}b{{/each}}', 8, /closed by/],
  ['b{{/if}}', 6, /not open/],
  ['b{{else}}', 6, /belongs to no block/],
  ['{{ a | lower }}', 10, /^The filter lower is Jinja/],
  ['{{ a == b }}', 10, /is Jinja/],
  ['{{.Values.x}}', 5, /dot/],
  ['{"b":{{a}}}', 13, /}}}/],
  ['{{!-- a', 5, /not closed/],
  ['{{foo a}}', 7, /no helper "foo"/],
  ['{{#foo}}{{/foo}}', 5, /no block #foo/],
  ['{{#foo a}}{{/foo}}', 5, /no block #foo/],
  ['{{^foo}}a{{/foo}}', 5, /no block #foo/],
  ['{{#eq a b}}c{{/eq}}', 5, /no block #eq/],
  ['{{#if a b}}c{{/if}}', 5, /one argument/],
  ['{{* foo}}', 5, /Decorators/],
  ['{{#*foo "x"}}a{{/foo}}', 5, /Decorators/],
  ['{{> (lower a)}}', 5, /must be fixed/],
  ['{{> nope}}', 5, /no partial "nope"/],
  ['{{#> nope}}a{{/nope}}', 5, /with a block/],
  ['{{#*inline "p"}}{{> p}}{{/inline}}{{> p}}', 21, /contains itself/],
  ['{{this}}', 7, /means nothing/],
  ['{{../a}}', 7, /out of the template/],
  ['{{@nope}}', 7, /no @nope/],
  ['{{@index}}', 7, /inside #each/],
  ['{{log "a"}}', 7, /no helper "log"/],
  ['{{blockHelperMissing "a"}}', 7, /no helper/],
];

describe('mistakes that are found before there are values', () => {
  test.each(MISTAKES)('%s', (text, column, what) => {
    const problem = problemOf(() => parseTemplate(text, place));
    expect([problem.what, problem.place?.line]).toEqual([expect.stringMatching(what), 10]);
    expect(problem.place?.column).toBe(column);
  });

  test('in a partial, they are told in its own file', () => {
    expect(problemOf(() => parseWithPartial('a\n {{foo 1}}')).place).toMatchObject({
      file: 'p.hbs',
      line: 2,
      column: 4,
    });
    expect(problemOf(() => parseWithPartial('a\n {{nope}}').render(scopeOf({}))).place).toMatchObject({
      file: 'p.hbs',
      line: 2,
      column: 4,
    });
    expect(problemOf(() => parseWithPartial('a\n {{expr "nope"}}').render(scopeOf({}))).place).toMatchObject({
      file: 'p.hbs',
      line: 2,
      column: 10,
    });
  });

  test('a file in lines has its mistakes in the right line', () => {
    expect(
      problemOf(() => parseTemplateFile('a\n  {{#if b}}\n    {{b | c}}\n  {{/if}}\n', 'x.hbs')).place,
    ).toMatchObject({
      line: 3,
      column: 9,
    });
    expect(problemOf(() => parseTemplateFile('a\r\n  {{foo 1}}', 'x.hbs')).place).toMatchObject({ line: 2, column: 5 });
  });
});

describe('a base that several templates use', () => {
  const FILES: ReadonlyMap<string, string> = new Map([
    ['base', 'top\n{{> body}}\nbottom\n'],
    ['body', 'default {{one}}\n'],
  ]);
  const rendered = (text: string): unknown =>
    parseTemplateFile(text, 'main.hbs', (name) => ({ text: FILES.get(name) ?? '', file: `${name}.hbs` })).render(
      scopeOf({ one: 1 }),
    );

  test('takes a part that a template defines before it', () => {
    expect(rendered('{{#*inline "body"}}\nown {{one}}\n{{/inline}}\n{{> base}}\n')).toBe('top\nown 1\nbottom\n');
  });

  test('has a default for a part in a file', () => {
    expect(rendered('{{> base}}\n')).toBe('top\ndefault 1\nbottom\n');
  });
});
