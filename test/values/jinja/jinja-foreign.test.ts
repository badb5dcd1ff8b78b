import { describe, expect, test } from 'vitest';
import { parseExpression } from '../../../engine/values/expression/expression.ts';
import { parseTemplate } from '../../../engine/values/template/template.ts';
import { problemOf } from '../variables.ts';

const place = { file: 'p.yml', line: 1, column: 1 };

describe('the title of an error names the first element that is Jinja', () => {
  test.each([
    ['x is defined', '"is defined"'],
    ['x is not defined and y', '"is not defined"'],
    ['not x is failed', '"not"'],
    ['x == 1 and y', '"and"'],
    ["'a' not in xs", '"not in"'],
    ['xs | length > 0', 'The filter length'],
    ["x | default('a') | lower == 'a'", 'The filter default'],
    ["'a' if x else 'b'", '"… if … else …"'],
    ['x ~ y', '"~"'],
  ])('of the condition %s', (text, element) => {
    expect(problemOf(() => parseExpression(text, place)).what).toBe(`${element} is Jinja, and expressions are CEL`);
  });

  test.each([
    ["{{ x | default('a') }}", 'The filter default'],
    ['{{ x | default(y | lower) }}', 'The filter default'],
    ["{{ x['a-b'] }}", '"[…]"'],
    ['{{ xs[0] | lower }}', 'The filter lower'],
    ['{{ xs[0] }}', '"[…]"'],
    ['{{ m.items() }}', '".items()"'],
    ["{{ lookup('pipe', 'date') }}", '"lookup()"'],
    ['{{ x == 1 }}', '"=="'],
    ["{{ 'a' if x else 'b' }}", '"… if … else …"'],
    ['{{#if x and y}}a{{/if}}', '"and"'],
  ])('of the template %s', (text, element) => {
    expect(problemOf(() => parseTemplate(text, place)).what).toBe(
      `${element} is Jinja, and templates here are Handlebars`,
    );
  });
});
