import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import {
  innerOf,
  mustachesIn,
  quotedMustachesIn,
  splitAtMustaches,
} from '../../../engine/values/language/mustaches.ts';

/** What the mustaches are. These take time that grows with the square of the length. */
const MUSTACHE = /\{\{[\s\S]*?\}\}/g;
const PARTS = /\{\{-?([\s\S]*?)-?\}\}/;
const QUOTED = /\{\{(?:"[^"]*"|'[^']*'|(?!\}\})[^"'])*\}\}/g;

const PIECES = ['{{', '}}', '{', '}', '"', "'", '-', ' ', 'a', '\n', '}}}', '{{{'];

test('mustaches are those of the regular expressions that define them', () => {
  assert(
    property(array(constantFrom(...PIECES), { maxLength: 14 }), (pieces) => {
      const text = pieces.join('');
      expect(mustachesIn(text)).toEqual(text.match(MUSTACHE) ?? []);
      const parts = splitAtMustaches(text).map((part, index) => (index % 2 === 1 ? innerOf(part) : part));
      expect(parts).toEqual(text.split(PARTS).map((part, index) => (index % 2 === 1 ? part.trim() : part)));
      expect([...quotedMustachesIn(text)]).toEqual(
        [...text.matchAll(QUOTED)].map(({ 0: mustache, index }) => ({ mustache, offset: index })),
      );
    }),
    { numRuns: 8_000 },
  );
});

test.each(['{{ ', '{{ "', `{{ "'`, '{{ "a" ', '{{"}}', '}{{'])(
  'a text of a megabyte of %j is read in time that grows with its length',
  (piece) => {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
    expect(splitAtMustaches(text).join('')).toBe(text);
    expect([...quotedMustachesIn(text)].length).toBeLessThan(text.length);
  },
);
