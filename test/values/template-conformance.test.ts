import * as fc from 'fast-check';
import Handlebars from 'handlebars';
import { describe, expect, test } from 'vitest';
import { Problem } from '../../engine/errors/problem.ts';
import type { Value } from '../../engine/values/base/value.ts';
import { render, variables } from './template-variables.ts';

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

describe('as Handlebars', () => {
  test('a template that Handlebars renders without its holes gives the same text', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        // For a text that is a single number or the whole value, the result differs on purpose.
        const text = `|${pieces.join('')}|`
          .replaceAll(/\{\{(~?)text/g, '{{$1@root.text')
          .replaceAll('{{map', '{{@root.map');
        let expected: string;
        try {
          expected = Handlebars.compile(text, { noEscape: true })(variables);
        } catch {
          return;
        }
        let rendered: Value;
        try {
          rendered = render(text);
        } catch (error) {
          // After an escaped opening, the content is outside of any #each. Handlebars prints nothing for @index there;
          // here it is an error on purpose.
          if (
            error instanceof Problem &&
            /^@(index|key) is only known inside #each$/.test(error.what) &&
            text.includes('\\{{#')
          )
            return;
          throw error;
        }
        expect(rendered).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('whatever the text, there is a result or a problem', () => {
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
