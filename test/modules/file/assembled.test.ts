import { expect, test } from 'vitest';
import { assembled } from '../../../engine/modules/file/assembled.ts';

test.for([
  [
    'in the order of bytes, each on its own line',
    { '2 x': 'x\n', '10-a': 'one', B: 'b', a: 'c\n' },
    undefined,
    'one\nx\nb\nc\n',
  ],
  ['with a delimiter between them', { a: 'one', b: 'two\n', c: 'three' }, '# --', 'one\n# --\ntwo\n# --\nthree'],
  ['with the escapes of Python', { a: 'one\n', b: 'two' }, '\\t\\\\x\\n', 'one\n\t\\x\ntwo'],
  ['with an empty fragment', { a: 'one\n', b: '', c: 'three' }, undefined, 'one\n\nthree'],
  ['of one', { a: 'one' }, '--', 'one'],
  ['of none', {}, '--', ''],
] as const)('%s', ([, files, delimiter, expected]) => {
  const fragments = Object.entries(files).map(([name, text]) => ({ name, bytes: Buffer.from(text) }));
  expect(assembled(fragments, delimiter).toString()).toBe(expected);
});
