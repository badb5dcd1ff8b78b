import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { shellTokens } from '../../../engine/lint/base/command-line.ts';

const PIECES = ['{{', '}}', '"', "'", '\\', '$(', ')', '${', '}', '`', ' ', '\n', '#', ';', '&&', 'a', 'b c', '|'];

test.each([
  [`a 'b c' "d \\" e"`, ['a', 'b c', 'd \\" e']],
  ['echo {{ x | default("a b") }}/c', ['echo', '{{ x | default("a b") }}/c']],
  ['echo "{{ x["a"] }} b"', ['echo', '{{ x["a"] }} b']],
  ['a $(b c) ${d e} `f g`', ['a', '$(b c)', '${d e}', '`f g`']],
  ['a # b', ['a']],
  ['a;#b', ['a', ';', '#b']],
  ['a \\\n b&&c', ['a', 'b', '&&', 'c']],
  ['a "b', ['a', 'b']],
  ['a \\', ['a', '\\']],
  ['a {{ b', ['a', '{{', 'b']],
] as const)('%s', (line, words) => {
  expect(shellTokens(line).map(({ text }) => text)).toEqual(words);
});

test('no character is lost, whatever is not closed', () => {
  assert(
    property(array(constantFrom(...PIECES), { maxLength: 14 }), (pieces) => {
      const line = pieces.join('');
      const tokens = shellTokens(line);
      let at = 0;
      for (const { source } of tokens) {
        expect(source).not.toBe('');
        at = line.indexOf(source, at) + source.length;
      }
      expect(at).toBeLessThanOrEqual(line.length);
    }),
    { numRuns: 5_000 },
  );
});

test.each(['{{ ', '$(', '${', '`', '"', `'`, '\\"', ';#', '"{{', '"{{}}', '"{{"}}'])(
  'a line of a megabyte of %j is read in time that grows with its length',
  (piece) => {
    expect(shellTokens(`a ${piece.repeat(Math.ceil(1_000_000 / piece.length))}`).length).toBeGreaterThan(1);
  },
);
