import { expect, test } from 'vitest';
import { MASK, Secret } from '../../engine/values/base/secret.ts';
import { helpers } from '../../engine/values/helpers/helper-table.ts';
import { mask } from '../../engine/values/mask/mask.ts';

// Parts of a secret: a common word is not masked elsewhere, and a part that reveals much is masked everywhere.

const PHRASE = 'correct horse battery staple t30 1234 Kx9-secret-Value7';

test('there is a helper that takes a text apart', () => {
  expect(helpers.map(({ name }) => name)).toContain('split');
});

test.each(PHRASE.split(' ').map((word) => [word]))('of %s as a part, what it says elsewhere', (word) => {
  Secret.of(PHRASE);
  const part = Secret.madeOf(word, [PHRASE]);
  // Where the part itself is shown, it is masked in any case.
  expect(String(part)).toBe(MASK);
  expect(JSON.stringify({ part })).toBe(`{"part":"${MASK}"}`);
  const elsewhere = `Feed the ${word}, and go`;
  const isTelling = word.length >= 8 && /\d/.test(word);
  expect(mask(elsewhere)).toBe(isTelling ? `Feed the ${MASK}, and go` : elsewhere);
});

test.each([
  ['half of it', 'pass-one two', 'pass-one'],
  ['16 letters', 'abcdefghijklmnop of a much longer secret text, see', 'abcdefghijklmnop'],
])('%s is a secret itself', (_, whole, piece) => {
  Secret.of(whole);
  Secret.madeOf(piece, [whole]);
  expect(mask(`x ${piece} y`)).toBe(`x ${MASK} y`);
});
