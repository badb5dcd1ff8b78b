import { describe, expect, test } from 'vitest';
import { celFunctions } from '../../../engine/values/cel/cel-environment.ts';
import { parseExpression } from '../../../engine/values/expression/expression.ts';
import { helpers } from '../../../engine/values/helpers/helper-table.ts';
import { exampleVariables } from '../../../engine/values/helpers/helper.ts';
import { parseTemplate, parseTemplateFile } from '../../../engine/values/template/template.ts';
import { EXAMPLE_LOOKUPS, problemOf, scopeOf } from '../variables.ts';

const place = { file: 'site.yml', line: 1, column: 1 };
const render = (template: string) =>
  parseTemplate(template, place).render({ ...scopeOf(exampleVariables), lookups: EXAMPLE_LOOKUPS });

describe('the example of each helper', () => {
  test.each(helpers.map((helper) => [helper.name, ...helper.example] as const))('%s: %s', (_name, template, result) => {
    expect(render(template)).toEqual(result);
  });
});

describe('the example of each CEL function', () => {
  test.each(celFunctions.map((known) => [known.name, ...known.example] as const))(
    '%s: %s',
    (_name, expression, result) => {
      expect(parseExpression(expression, place).evaluate({ ...scopeOf({}), lookups: EXAMPLE_LOOKUPS })).toEqual(result);
    },
  );
});

test('helpers have names of their own and say what they do', () => {
  expect(new Set(helpers.map((helper) => helper.name)).size).toBe(helpers.length);
  for (const { summary } of helpers) expect(summary).toMatch(/^[A-Z0-9-].*[.?]$/);
});

const TYPES: [string, unknown][] = [
  ['{{contains (dict a=1) "a"}}', true],
  ['{{contains (dict a=1) "constructor"}}', false],
  ['{{contains (list "a" 1) 1}}', true],
  ['{{eq 1 "1"}}', false],
  ['{{eq null null}}', true],
  ['{{eq (list 1 2) (list 1 2)}}', true],
  ['{{eq (dict a=1 b=2) (dict b=2 a=1)}}', true],
  ['{{lt "10" "9"}}', true],
  ['{{lt 10 9}}', false],
  ['{{div 1 4}}', 0],
  ['{{div 1.0 0.25}}', 4],
  ['{{mod -7 2}}', -1],
  ['{{int "-7"}}', -7],
  ['{{int 7.9}}', 7],
  ['{{string true}}', 'true'],
  ['{{length "aé😀"}}', 3],
  ['{{range 3 1 -1}}', [3, 2, 1]],
  ['{{range 3 1}}', []],
  ['{{concat (list 1) (list 2)}}', [1, 2]],
  ['{{replace "a$b" "$" "$&"}}', 'a$&b'],
  ['{{b64decode (b64encode "é😀")}}', 'é😀'],
  ['{{quote ""}}', "''"],
  ['{{quote "a\nb; rm -rf /"}}', "'a\nb; rm -rf /'"],
  ['{{default null "x"}}', 'x'],
  ['{{default nope 0}}', 0],
  ['{{default false true}}', false],
  ['{{default nope.x nope.y "z"}}', 'z'],
  ['{{defined null}}', false],
  ['{{default (lookup labels "nope") "z"}}', 'z'],
  ['{{indent "a\n\nb" 2}}', '  a\n\n  b'],
  ['{{sort (list 10 9 1)}}', [1, 9, 10]],
  ['{{ip_at "fd00::/64" 1}}', 'fd00::1'],
  ['{{ip_at "10.0.0.0/29" -1}}', '10.0.0.7'],
];

const YAML_WORDS: string[] = [
  'yes',
  'no',
  'on',
  'off',
  'y',
  'n',
  'true',
  'null',
  '~',
  '0644',
  '1e3',
  '12:30:45',
  '1.30',
  '2024-01-01',
  '',
  '# x',
  'a: b',
  '- a',
  '*a',
  '!x',
  '{a',
  '%',
  "it's",
  'a\nb\n',
  ' lead',
];

describe('types', () => {
  test.each(TYPES)('%s', (template, expected) => {
    expect(render(template)).toEqual(expected);
  });

  test.each(YAML_WORDS)('yaml quotes %j so that a reader of YAML 1.1 has the same text', async (text) => {
    const { parse } = await import('yaml');
    const yaml = parseTemplateFile('{{yaml x}}', 'x.hbs').render(scopeOf({ x: { k: text } })) as string;
    expect(parse(yaml, { version: '1.1' })).toEqual({ k: text });
    expect(parse(yaml, { version: '1.2' })).toEqual({ k: text });
    // Go's YAML reader takes these words without quotes for booleans, in any version.
    expect(yaml).not.toMatch(/: (yes|no|on|off|y|n)$/);
  });
});

describe('arguments that cannot be', () => {
  test.each<[string, string, RegExp]>([
    ['{{lt 1 "2"}}', 'template-value', /cannot be ordered/],
    ['{{add port "1"}}', 'template-value', /number is required/],
    ['{{div 1 0}}', 'template-value', /not a number/],
    ['{{int "x1"}}', 'template-value', /whole number/],
    ['{{lower members}}', 'template-value', /must be text/],
    ['{{lower null}}', 'template-value', /null/],
    ['{{join name}}', 'template-value', /list is required/],
    ['{{join hosts}}', 'template-value', /put into text/],
    ['{{first (list)}}', 'template-value', /empty/],
    ['{{keys members}}', 'template-value', /map is required/],
    ['{{range 1 10000000}}', 'template-value', /at most/],
    ['{{range 1 5 0}}', 'template-value', /step/],
    ['{{b64decode "%%%"}}', 'template-value', /base64/],
    ['{{b64decode "/w=="}}', 'template-value', /not text/],
    ['{{regex_replace name "(" ""}}', 'template-value', /regular expression/],
    ['{{regex_replace name "(a+)+$" ""}}', 'template-value', /repeats/],
    ['{{ip_at "10.0.0.0/33" 1}}', 'template-value', /not a network/],
    ['{{ip_at "10.0.0.0/30" 4}}', 'template-value', /only 4/],
    ['{{map hosts "nope"}}', 'template-value', /no key "nope"/],
    ['{{map hosts "constructor"}}', 'template-value', /no key "constructor"/],
    ['{{quote members}}', 'template-value', /must be text/],
    ['{{lower}}{{lower "a" "b"}}', 'helper-arguments', /takes 1 argument/],
    ['{{lower name x=1}}', 'helper-arguments', /named "x"/],
    ['{{lookup labels "nope"}}', 'missing-key', /"nope"/],
    ['{{lookup members 7}}', 'missing-key', /"7"/],
    ['{{lookup labels "__proto__"}}', 'missing-key', /__proto__/],
    ['{{expr name}}', 'template-syntax', /fixed text/],
    ['{{expr "port +"}}', 'expression-syntax', /ends after \+/],
    ['{{expr "port + 1" x=1}}', 'helper-arguments', /does not use "x"/],
    ['{{lowr name}}', 'unknown-helper', /lowr/],
  ])('%s', (template, code, what) => {
    const problem = problemOf(() => render(template));
    expect([problem.code, problem.place?.file]).toEqual([code, 'site.yml']);
    expect(problem.what).toMatch(what);
  });

  test('a misspelt helper is found when the template is parsed, with the one that was meant', () => {
    const problem = problemOf(() => parseTemplate('a {{#if true}}{{lowr name}}{{/if}}', place));
    expect([problem.code, problem.remedy, problem.place?.column]).toEqual([
      'unknown-helper',
      'Did you mean "lower"?',
      17,
    ]);
  });
});
