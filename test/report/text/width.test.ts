import { expect, it } from 'vitest';
import { cutToWidth, displayWidth } from '../../../engine/report/text/width.ts';

const cuts: readonly (readonly [text: string, most: number, cut: string])[] = [
  ['short', 5, 'short'],
  ['longer', 5, 'long…'],
  ['longer', 1, '…'],
  ['longer', 0, ''],
  ['日本語', 6, '日本語'],
  ['日本語', 5, '日本…'],
  ['日本語', 4, '日…'],
  ['a日本', 4, 'a日…'],
  ['👩‍👩‍👧‍👦 family', 4, '👩‍👩‍👧‍👦 …'],
  ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
];
it.each(cuts)('%s in %i columns is %s', (text, most, cut) => {
  expect(cutToWidth(text, most)).toBe(cut);
  expect(displayWidth(cut)).toBeLessThanOrEqual(most);
});
