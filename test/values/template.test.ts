import * as fc from 'fast-check';
import Handlebars from 'handlebars';
import { describe, expect, test } from 'vitest';
import { Problem } from '../../engine/errors/problem.ts';
import { Secret } from '../../engine/values/secret.ts';
import { hasTemplate, parseTemplate, parseTemplateFile } from '../../engine/values/template.ts';
import type { Value } from '../../engine/values/value.ts';
import { Unknown } from '../../engine/values/value.ts';
import { problemOf, scopeOf } from './variables.ts';

const place = { file: 'site.yml', line: 10, column: 5 };
const later = new Unknown('task "Members"');
const fresh = new Unknown('task "Key"', true);
const variables: Record<string, Value> = {
  one: 1,
  two: 2,
  text: 'x',
  word: 'false',
  empty: '',
  yes: true,
  no: false,
  nothing: null,
  list: ['a', 'b'],
  none: [],
  map: { key: 1, inner: { deep: 'd' }, nothing: null },
  blank: {},
  users: [
    { name: 'ann', admin: true },
    { name: 'bob', admin: false },
  ],
  password: Secret.of('pa55word-one'),
  later,
  fresh,
  mixed: { known: 1, later, password: Secret.of('pa55word-two') },
};
const render = (text: string) => parseTemplate(text, place).render(scopeOf(variables));
const references = (text: string) => [...parseTemplate(text, place).references].sort();
const parseWithPartial = (text: string) => parseTemplateFile('x\n{{> p}}', 'main.hbs', () => ({ text, file: 'p.hbs' }));

function reveal(text: string): string {
  const value = render(text);
  return value instanceof Secret ? value.reveal() : 'no secret';
}

describe('values', () => {
  test.each<[string, Value]>([
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
    ['{{#each users}}{{#each @root.list}}{{../name}}{{this}}{{@../index}}{{@index}} {{/each}}{{/each}}', 'anna00 annb01 boba10 bobb11 '],
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
    ['{{#if (and yes (or no (not no)))}}a{{/if}}', 'a'],
    ['{{ternary no nope "x"}}', 'x'],
  ])('%s', (text, expected) => {
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
    const file = parseTemplateFile('a:\n{{#each list}}\n  - {{this}}\n{{/each}}\n  {{> part.hbs}}\nend\n', 'x.hbs', () => ({
      text: 'p: {{one}}\nq\n',
      file: 'part.hbs',
    }));
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

  test('it names what was likely meant', () => {
    expect(problemOf(() => render('{{usrs}}')).why).toBe('Did you mean "users"?');
    expect(problemOf(() => render('{{map.iner}}')).why).toBe('Did you mean "inner"? Its keys: key, inner, nothing.');
    expect(problemOf(() => render('{{#each users}}{{text}}{{/each}}')).remedy).toMatch(/@root\.text/);
  });

  test('it never shows a value', () => {
    for (const text of ['{{map.nope}}', 'a{{map}}', '{{mixed.nope}}', '{{add password 1}}', '{{password.x}}', '{{lookup map password}}']) {
      const problem = problemOf(() => render(text));
      expect(`${problem.what}${problem.why}${problem.remedy}`).not.toMatch(/pa55word|bob/);
    }
  });
});

describe('mistakes that are found before there are values', () => {
  test.each<[string, number, RegExp]>([
    ['a {{x', 7, /ends too soon/],
    ['{{list.0}}', 12, /cannot be read/],
    ['{{#if a}}b', 5, /ends too soon/],
    ['{{#if a}}b{{/each}}', 8, /closed by/],
    ['b{{/if}}', 6, /not open/],
    ['b{{else}}', 6, /belongs to no block/],
    ['{{ a | lower }}', 10, /no filters/],
    ['{{ a == b }}', 10, /cannot be read/],
    ['{{.Values.x}}', 5, /dot/],
    ['{"b":{{a}}}', 13, /}}}/],
    ['{{!-- a', 5, /ends too soon/],
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
  ])('%s', (text, column, what) => {
    const problem = problemOf(() => parseTemplate(text, place));
    expect([problem.what, problem.place?.line]).toEqual([expect.stringMatching(what), 10]);
    expect(problem.place?.column).toBe(column);
  });

  test('in a partial, they are told in its own file', () => {
    expect(problemOf(() => parseWithPartial('a\n {{foo 1}}')).place).toMatchObject({ file: 'p.hbs', line: 2, column: 4 });
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
    expect(problemOf(() => parseTemplateFile('a\n  {{#if b}}\n    {{b | c}}\n  {{/if}}\n', 'x.hbs')).place).toMatchObject({
      line: 3,
      column: 9,
    });
    expect(problemOf(() => parseTemplateFile('a\r\n  {{foo 1}}', 'x.hbs')).place).toMatchObject({ line: 2, column: 5 });
  });
});

describe('secrets', () => {
  test.each([
    ['{{password}}', 'pa55word-one'],
    ['pw={{password}}', 'pw=pa55word-one'],
    ['{{upper password}}', 'PA55WORD-ONE'],
    ['{{b64encode password}}', 'cGE1NXdvcmQtb25l'],
    ['{{json mixed.password}}', '"pa55word-two"'],
    ['{{json (dict a=password)}}', '{"a":"pa55word-one"}'],
    ['{{yaml (list password)}}', '- pa55word-one'],
    ['{{concat "a" password}}', 'apa55word-one'],
    ['{{join (list "a" password) ":"}}', 'a:pa55word-one'],
    ['{{first (split password "-")}}', 'pa55word'],
    ['{{default nope password}}', 'pa55word-one'],
    ['{{ternary yes password "x"}}', 'pa55word-one'],
    ['{{#if yes}}{{password}}{{/if}}', 'pa55word-one'],
    ['{{#each (list password)}}{{this}}{{/each}}', 'pa55word-one'],
    ['{{#with (dict p=password)}}{{p}}{{/with}}', 'pa55word-one'],
    ['{{#*inline "p"}}{{q}}{{/inline}}{{> p q=password}}', 'pa55word-one'],
    ['{{expr "password + text"}}', 'pa55word-onex'],
    ['{{quote password}}', 'pa55word-one'],
  ])('%s stays a secret', (text, expected) => {
    expect(reveal(text)).toBe(expected);
  });

  test.each<[string, Value]>([
    ['{{eq password "pa55word-one"}}', true],
    ['{{length password}}', 12],
    ['{{starts_with password "pa55"}}', true],
    ['{{#if (eq password "x")}}a{{else}}b{{/if}}', 'b'],
    ['{{text}}', 'x'],
  ])('%s is none', (text, expected) => {
    expect(render(text)).toEqual(expected);
  });
});

describe('unknown values', () => {
  test.each([
    '{{later}}',
    'a{{later}}',
    '{{later.x.y}}',
    '{{lower later}}',
    '{{#if later}}a{{/if}}',
    '{{#each later}}a{{/each}}',
    '{{#with later}}a{{/with}}',
    '{{#if (eq later 1)}}a{{/if}}',
    '{{and yes later}}',
    '{{default later "x"}}',
    '{{defined later}}',
    '{{json mixed}}',
    '{{lookup later "a"}}',
    '{{lookup map later}}',
    '{{first later}}',
    '{{expr "later == 1"}}',
    '{{ternary later 1 2}}',
    '{{#if yes}}{{later}}{{/if}}',
    '{{eq (list later) (list 1)}}',
    '{{sort (list later 1)}}',
  ])('%s is unknown', (text) => {
    expect(render(text)).toEqual(later);
  });

  test.each<[string, Value]>([
    ['{{#if no}}{{later}}{{/if}}', ''],
    ['{{and no later}}', false],
    ['{{and later no}}', false],
    ['{{or later yes}}', true],
    ['{{length (list later 1)}}', 2],
    ['{{mixed.known}}', 1],
    ['{{default text later}}', 'x'],
  ])('%s is known', (text, expected) => {
    expect(render(text)).toEqual(expected);
  });

  test('text that holds a value still to be made equals nothing on the host; what is computed of it may', () => {
    expect(render('{{fresh}}')).toEqual(fresh);
    expect(render('a{{fresh}}')).toEqual(fresh);
    expect(render('{{later}}{{fresh}}')).toEqual(new Unknown(later.because, true));
    expect(render('{{lower fresh}}')).toEqual(new Unknown(fresh.because, false));
    expect(render('{{length fresh}}')).toEqual(new Unknown(fresh.because, false));
  });
});

describe('as Handlebars', () => {
  test('a template that Handlebars renders without its holes gives the same text', () => {
    const piece: fc.Arbitrary<string> = fc.letrec<{ piece: string }>((tie) => ({
      piece: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom('a', ' ', '\n', '  ', '"', '<', '\\', 'x: ', '}', '{ '),
        fc.constantFrom(
          '{{text}}',
          '{{~text}}',
          '{{text~}}',
          '{{map.inner.deep}}',
          '{{! c }}',
          '\\{{text}}',
          '{{{text}}}',
          '{{@root.text}}',
        ),
        fc
          .tuple(
            fc.constantFrom('yes', 'no', 'list'),
            fc.constantFrom('', '~'),
            fc.constantFrom('', '\n'),
            fc.array(tie('piece'), { maxLength: 3 }),
            fc.array(tie('piece'), { maxLength: 2 }),
          )
          .map(
            ([name, strip, line, then, otherwise]) =>
              `{{#if @root.${name}${strip}}}${line}${then.join('')}{{${strip}else}}${line}${otherwise.join('')}${line}{{/if}}${line}`,
          ),
        fc
          .tuple(
            fc.constantFrom('', '~'),
            fc.constantFrom('', '\n'),
            fc.array(fc.oneof(tie('piece'), fc.constantFrom('{{@index}};', '{{@key}};')), { maxLength: 3 }),
          )
          .map(
            ([strip, line, body]) =>
              `{{#each @root.list${strip}}}${line}${body.join('').replaceAll('{{text', '{{@root.text').replaceAll('{{map', '{{@root.map')}${line}{{${strip}/each}}`,
          ),
      ),
    })).piece;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        // Text that is a single number or alone in a value is where we differ on purpose.
        const text = `|${pieces.join('')}|`.replaceAll(/\{\{(~?)text/g, '{{$1@root.text').replaceAll('{{map', '{{@root.map');
        let expected: string;
        try {
          expected = Handlebars.compile(text, { noEscape: true })(variables);
        } catch {
          return;
        }
        expect(render(text)).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('whatever the text, there is a result or a problem', () => {
    const token = fc.constantFrom(
      '{{',
      '}}',
      '{{{',
      '}}}',
      '#if',
      '#each',
      '/if',
      '/each',
      'else',
      ' ',
      'a',
      'list',
      'users',
      '.',
      '../',
      '@index',
      '(',
      ')',
      '"',
      "'",
      '|',
      '=',
      '~',
      '!',
      '--',
      '>',
      '*',
      '&',
      '^',
      '[',
      ']',
      '\n',
      '\\',
      '1',
      'eq',
      'lookup',
      'this',
      'as |x|',
      'constructor',
      '__proto__',
      'expr "',
      'default',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (tokens) => {
        try {
          render(tokens.join(''));
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          expect(error.place?.file).toBe('site.yml');
        }
      }),
      { numRuns: 5000 },
    );
  });

  test('nesting without end is a problem', () => {
    for (const text of [
      '{{#if yes}}'.repeat(20_000),
      `{{eq ${'(eq '.repeat(20_000)}`,
      `${'{{#if yes}}'.repeat(1500)}a${'{{/if}}'.repeat(1500)}`,
    ]) {
      try {
        render(text);
      } catch (error) {
        expect(error).toBeInstanceOf(Problem);
      }
    }
  });
});
