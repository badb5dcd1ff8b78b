import { describe, expect, test } from 'vitest';
import { parseExpression } from '../../../engine/values/expression/expression.ts';
import { parseTemplate, parseTemplateFile } from '../../../engine/values/template/template.ts';
import { scopeOf } from '../variables.ts';

const place = { file: 'play.yml', line: 3, column: 9 };
const numbers = Array.from({ length: 1_000 }, (_, index) => index);
const text = 'x'.repeat(1_000_000);
const scope = scopeOf({ numbers, text });
const seven = (of: string): string =>
  'abcdefg'.split('').reduceRight((inner, name) => `${of}.map(${name}, ${inner})`, '"text"');

describe('an expression without end is ended', () => {
  test.each([
    ['quantifiers within one another', 'numbers.all(a, numbers.all(b, numbers.all(c, a + b + c >= 0)))'],
    ['lists of lists', seven('numbers')],
    [
      'a text that doubles',
      Array.from({ length: 30 }, (_, n) => `cel.bind(t${n + 1}, t${n} + t${n}, `)
        .join('')
        .replace('t0 + t0', 'text + text') +
        't30' +
        ')'.repeat(30),
    ],
    [
      'a list that doubles',
      Array.from({ length: 30 }, (_, n) => `cel.bind(t${n + 1}, t${n} + t${n}, `)
        .join('')
        .replace('t0 + t0', 'numbers + numbers') +
        'size(t30)' +
        ')'.repeat(30),
    ],
    ['looks through a large text', 'numbers.all(a, numbers.all(b, !text.contains(string(a) + "y" + string(b))))'],
    ['looks through a list', 'numbers.all(a, numbers.all(b, !(-1 in numbers)))'],
  ])('%s', (_what, source) => {
    expect(() => parseExpression(source, place).evaluate(scope)).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^(?:too-many-steps|template-too-large)$/),
        place: expect.objectContaining({ file: 'play.yml', line: 3 }),
        remedy: expect.stringMatching(/\S/),
      }),
    );
  });
});

describe('a template without end is ended', () => {
  const nested = (body: string): string => '{{#each @root.numbers}}'.repeat(4) + body + '{{/each}}'.repeat(4);
  test.each([
    ['loops without text', nested('')],
    ['texts that grow', '{{#if (length (replace (replace text "x" text) "x" text))}}{{/if}}'],
    [
      'lists that grow',
      `{{length ${'(concat '.repeat(40)}numbers${Array.from({ length: 40 }, () => ' numbers)').join('')}}}`.replace(
        /numbers\)/g,
        '(range 1 99999))',
      ),
    ],
  ])('%s', (_what, source) => {
    expect(() => parseTemplate(`${source} `, place).render(scope)).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^(?:too-many-steps|template-too-large)$/),
        place: expect.objectContaining({ file: 'play.yml' }),
        remedy: expect.stringMatching(/\S/),
      }),
    );
  });

  test('partials that double', () => {
    const find = (name: string): { text: string; file: string } => {
      const next = Number(name.slice(1)) + 1;
      return { file: `${name}.hbs`, text: next > 40 ? '' : `{{> p${next}}}{{> p${next}}}` };
    };
    // Partials are inserted when they are read.
    expect(() => parseTemplateFile('{{> p30}}', 'a.hbs', find).render(scope)).not.toThrow();
    expect(() => parseTemplateFile('{{> p0}}', 'a.hbs', find).render(scope)).toThrow(
      expect.objectContaining({ code: 'too-many-steps' }),
    );
  });
});

test('what is large and has an end is worked out', () => {
  expect(parseExpression('numbers.all(a, numbers.exists(b, b == a))', place).evaluate(scope)).toBe(true);
  expect(parseTemplate('{{length (unique (range 1 99999))}}', place).render(scope)).toBe(99_999);
  expect(
    parseTemplate('{{#each numbers}}{{#each @root.numbers}}x{{/each}}{{/each}} ', place).render(scope),
  ).toHaveLength(1_000_001);
  expect(parseTemplate(`{{basename "${'/'.repeat(300_000)}a"}}`, place).render(scope)).toBe('a');
});
