import { describe, expect, test } from 'vitest';
import { type Scope, type Value, OMIT } from '../../engine/values/base/value.ts';
import { compileNode } from '../../engine/values/compiled.ts';
import { parseExpression } from '../../engine/values/expression/expression.ts';
import { maskValue } from '../../engine/values/mask/mask.ts';
import { parseTemplate } from '../../engine/values/template/template.ts';
import { readYaml } from '../../engine/values/yaml/yaml.ts';
import { problemOf } from './variables.ts';

const place = { file: 'a.yml', line: 1, column: 1 };
const variables: Readonly<Record<string, Value>> = { omit: OMIT, left: OMIT, x: 1 };
const scope: Scope = { lookup: (name) => variables[name], names: () => Object.keys(variables) };

test.each<[expression: string, value: Value]>([
  ['default(nowhere, omit)', OMIT],
  ['default(x, omit)', 1],
  ['default(left, 2)', OMIT],
  ['x == 1 ? omit : 2', OMIT],
  ['left == omit', true],
  ['x == omit', false],
  ['defined(left)', true],
  ['[default(nowhere, omit), 3]', [3]],
  ['[omit, 3].size()', 2],
  ['{"a": omit, "b": [omit, {"c": omit}]}', { b: [{}] }],
  ['[1, 2].map(i, i == 1 ? omit : i)', [2]],
])('the expression %s is %j', (expression, value) => {
  expect(parseExpression(expression, place).evaluate(scope)).toEqual(value);
});

test.each<[template: string, value: Value]>([
  ['{{omit}}', OMIT],
  ['{{default nowhere omit}}', OMIT],
  ['{{default x omit}}', 1],
  ['{{ternary (eq x 1) omit 2}}', OMIT],
  ['{{eq left omit}}', true],
  ['{{list 1 omit}}', [1]],
  ['{{dict a=omit b=1}}', { b: 1 }],
  ['{{expr "[omit, x]"}}', [1]],
])('the template %s is %j', (template, value) => {
  expect(parseTemplate(template, place).render(scope)).toEqual(value);
});

test.each<[yaml: string, value: Value]>([
  ['{ a: 1, b: "{{omit}}", c: [1, "{{left}}", { d: "{{default nowhere omit}}" }] }', { a: 1, c: [1, {}] }],
  ['["{{omit}}"]', []],
])('what omit leaves out of %s is gone', (yaml, value) => {
  expect(readYaml(yaml, 'a.yml').map((node) => compileNode(node).resolve(scope))).toEqual([value]);
});

describe('omit has no value', () => {
  test.each(['size(omit)', 'omit + 1', '"a" + left', 'omit ? 1 : 2', 'string(omit)'])('%s', (expression) => {
    const problem = problemOf(() => parseExpression(expression, place).evaluate(scope));
    expect([problem.what, problem.remedy]).toEqual([
      expect.stringContaining('omit has no value'),
      expect.stringContaining('default(x, "")'),
    ]);
  });

  test.each(['{{lower omit}}', '{{json omit}}', '{{#if omit}}a{{/if}}', '{{concat "a" left}}'])('%s', (template) => {
    const problem = problemOf(() => parseTemplate(template, place).render(scope));
    expect(problem.what).toContain('omit has no value');
  });

  test('and so it is no part of a text', () => {
    const problem = problemOf(() => parseTemplate('a{{default nowhere omit}}', place).render(scope));
    expect([problem.what, problem.remedy]).toEqual([
      'omit leaves out a whole value, and this is a part of a text',
      expect.stringContaining('{{default x ""}}'),
    ]);
  });
});

test('outputs say that it is left out', () => {
  expect(maskValue(OMIT)).toBe('(left out)');
});
