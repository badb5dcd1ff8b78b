import { expect, test } from 'vitest';
import { jsonPieces } from '../../../engine/run/saved-plan/json-pieces.ts';

const DEEP = { a: [{ b: [{ c: { d: [1, { e: [] }] } }] }], f: {} };

test.each<readonly [string, unknown]>([
  ['a text with line breaks', 'one\ntwo\r\u2028"three"'],
  ['nothing', null],
  ['an empty object', {}],
  ['an empty array', []],
  ['an object with empty parts', { a: {}, b: [], c: '' }],
  ['a member that is undefined', { a: undefined, b: 1 }],
  ['only members that are undefined', { a: undefined }],
  ['an array with a gap', { all: [undefined, null, 0, false] }],
  ['a name with quotes and line breaks', { '"a"\n': ['b\nc'] }],
  ['something deep', DEEP],
  ['many deep things', [DEEP, [DEEP, [DEEP, [DEEP, [DEEP]]]]]],
])('the pieces of %s are its JSON', (_, value) => {
  expect([...jsonPieces(value)].join('')).toBe(JSON.stringify(value, undefined, 1));
});
