import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { type JinjaMark, STATEMENT_WORDS, jinjaMarks } from '../../../engine/values/jinja/jinja-marks.ts';

/** What a mark is, as one regular expression. It is exact, but takes time that grows with the square of the length. */
const MARK = new RegExp(
  [
    String.raw`(\{\{\{\{(\w+)[^}]*\}\}\}\}[\s\S]*?\{\{\{\{/\2\}\}\}\}|\{\{~?!--[\s\S]*?--~?\}\}|\{\{[\s\S]*?\}\})`,
    String.raw`(\\?)\{%[-+]?\s*((?:${STATEMENT_WORDS})\b(?:(?!\{%)[\s\S])*?)[-+]?%\}`,
    String.raw`(\\?)(?<![$\{])\{#((?:(?!\{#)[\s\S])*?)#\}`,
  ].join('|'),
  'g',
);

function byExpression(text: string): readonly JinjaMark[] {
  return [...text.matchAll(MARK)].flatMap((match) => {
    const [whole, passed, , beforeStatement, statement, beforeComment, comment] = match;
    if (passed !== undefined) return [];
    return {
      kind: statement === undefined ? ('comment' as const) : ('statement' as const),
      start: match.index,
      end: match.index + whole.length,
      isEscaped: (beforeStatement ?? beforeComment) === '\\',
      content: statement ?? comment ?? '',
    };
  });
}

const PIECES = ['{%', '%}', '{#', '#}', '{{', '}}', '{{{{', '}}}}', '{{{{/raw}}}}', 'raw', 'if', ' ', '-', '+', '\\'];
const MORE = ['$', '{', '}', '{{!--', '--}}', '--~}}', '{{~!--', '\n', 'x', '%', '#', 'endif', '{{{{raw}}}}'];

test('marks are those of the regular expression that defines them', () => {
  assert(
    property(array(constantFrom(...PIECES, ...MORE), { maxLength: 14 }), (pieces) => {
      const text = pieces.join('');
      expect(jinjaMarks(text)).toEqual(byExpression(text));
    }),
    { numRuns: 20_000 },
  );
});

test.each(['{{ ', '{% if ', '{# ', '{{{{a}}}} ', '{{!-- ', '\\{% if ', '{{{{a'])(
  'a text of a megabyte of %j is read in time that grows with its length',
  (piece) => {
    expect(jinjaMarks(piece.repeat(Math.ceil(1_000_000 / piece.length)))).toEqual([]);
  },
);
