import { expect, test } from 'vitest';
import { wrapped } from '../../build/wrap.ts';

const WORDS = Array.from({ length: 30 }, () => 'word5').join(' ');
const [LINE, REST] = [
  Array.from({ length: 20 }, () => 'word5').join(' '),
  Array.from({ length: 10 }, () => 'word5').join(' '),
];

/** The text of a page, and the wrapped text. */
const CASES: readonly (readonly [string, string, string])[] = [
  ['a long paragraph is cut at 120 characters', WORDS, `${LINE}\n${REST}`],
  ['short lines of a paragraph become one', 'one\ntwo\n\nthree', 'one two\n\nthree'],
  ['a table stays', `| ${WORDS} |\n| --- |`, `| ${WORDS} |\n| --- |`],
  ['code stays', `\`\`\`sh\n${WORDS}\na\n\`\`\``, `\`\`\`sh\n${WORDS}\na\n\`\`\``],
  ['a heading stays', `# ${WORDS}`, `# ${WORDS}`],
  ['the lines of an item are indented', `- ${WORDS}`, `- ${LINE.slice(0, -6)}\n  word5 ${REST}`],
  ['each item is one of its own', '1. one\n2. two\n   more', '1. one\n2. two more'],
  ['a link and code are not cut', `${LINE.slice(0, -6)} [a b](c) \`d e\``, `${LINE.slice(0, -6)}\n[a b](c) \`d e\``],
  ['no line begins like an item', `${LINE} - more`, `${LINE} -\nmore`],
];

test.each(CASES)('%s', (_name, page, expected) => {
  expect(wrapped(page)).toBe(expected);
  expect(wrapped(expected)).toBe(expected);
});
